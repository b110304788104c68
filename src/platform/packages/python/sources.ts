import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { fail, ok, type Result } from "../../../core/result.ts";
import { plainText } from "../../files/bounded-file.ts";
import type { EgressNetwork } from "../../sandbox/egress-network.ts";
import type { InstallDeps } from "../kind.ts";
import { installNetwork, proxyVariables } from "../proxy.ts";
import { type NamedSources, pipSources, uvSources } from "./config-files.ts";
import { neighbours } from "./local-index.ts";
import { netrcFor } from "./netrc.ts";

/** Where packages come from: the person's own configuration, and nothing else. */
export interface Sources {
	/** On the network, the main one first. Empty: none. With several, see `checkAgreement`. */
	readonly indexes: readonly PackageIndex[];
	/** Folders of this machine that hold an index of their own (`NAME/index.html`). Absolute and real. */
	readonly folders: readonly string[];
	/** Folders beside those, in which they keep their archives. Absolute. Empty: they hold them themselves. */
	readonly archives: readonly string[];
	/** Folders of this machine that hold archives. Absolute and real. */
	readonly links: readonly string[];
	/** For what is installed: a copy of the certificates to trust; null: the system's. */
	readonly certificates: string | null;
	/** For uv, which has a list of its own: the system's authorities count instead. */
	readonly systemCertificates: boolean;
	/** The proxy on the way to the index; null: straight, or as the machine was set up to. */
	readonly network: EgressNetwork | null;
	/** Values that must never appear in a message. */
	readonly secrets: readonly string[];
}

export interface PackageIndex {
	/** Without credentials: may be shown. */
	readonly url: URL;
	/** With them: for the environment of the installer alone. */
	readonly authenticated: string;
	/** `host:port`: the only places that an installation may connect to. */
	readonly egress: readonly string[];
	/** Its certificate is not checked, because the person's configuration says so. */
	readonly unchecked: boolean;
}

/** Python's public index, which keeps its files on a second host. */
const PUBLIC = { index: "https://pypi.org/simple", host: "pypi.org", files: "files.pythonhosted.org:443" };

/**
 * Reads where the person's own uv or pip takes packages from.
 *
 * @param runner whose configuration counts. uv reads none of pip's; where it names nothing, pip's is taken, for pip may install in its place
 * @param asked the index that the launch line names; null: none
 * @param settings an empty folder, in which a copy of the certificates is left
 * @param untrusted folders whose files configure nothing: the workspace
 */
export function readSources(
	runner: "uv" | "pipx",
	asked: string | null,
	settings: string,
	{ env: shell, untrusted }: Pick<InstallDeps, "env" | "untrusted">,
): Result<Sources> {
	const isUntrusted = (file: string) => untrusted.some((folder) => file === folder || file.startsWith(`${folder}/`));
	const env = { ...shell };
	for (const name of ["PIP_CONFIG_FILE", "UV_CONFIG_FILE"]) if (isUntrusted(realOr(env[name] ?? ""))) delete env[name];
	const home = env.HOME ?? "/";
	const pip = pipSources(env, home);
	const uv = runner === "uv" ? uvSources(env, home) : null;
	const named = uv !== null && saysSomething(uv) ? uv : pip;
	const places = [...(named.noIndex ? [] : [named.index ?? PUBLIC.index, ...named.extra]), ...named.links];
	const urls: URL[] = [];
	const folders: string[] = [];
	const links: string[] = [];
	for (const place of places) {
		const isLinks = named.links.includes(place);
		const folder = localFolder(place);
		if (folder !== null && isUntrusted(folder)) return unusable();
		if (folder !== null) (isLinks ? links : folders).push(folder);
		else if (/^https?:/i.test(place)) {
			const url = URL.parse(place);
			if (url === null || isLinks) return unusable();
			// A confined connection goes to this machine by its address alone.
			if (url.hostname === "localhost") url.hostname = "127.0.0.1";
			if (!urls.some((each) => sameIndex(each, url))) urls.push(url);
		} else if (!/^(?:file:|\/)/i.test(place)) return unusable();
	}
	const checked = checkAsked(asked, urls, folders);
	if (!checked.ok) return checked;
	const secrets: string[] = [];
	const indexes = urls.map((url, i) =>
		indexOf(url, named, i === 0 ? named.credentials : null, secrets, (host) => netrcFor(host, env, home)),
	);
	const certificates = copyCertificates([named.certificates ?? pip.certificates, env.SSL_CERT_FILE, env.REQUESTS_CA_BUNDLE], settings);
	const pem = certificates === null ? "" : fs.readFileSync(certificates, "utf8");
	const { https, http, except } = proxyVariables(env);
	const proxies = { https: named.proxy ?? https, http: named.proxy ?? http, except, certificates: pem };
	const way = installNetwork(proxies, urls);
	if (!way.ok) return way;
	return ok({
		indexes,
		folders: [...new Set(folders)],
		archives: [...new Set(folders.flatMap((folder) => neighbours(folder, realOr(home))))].filter((folder) => !isUntrusted(folder)),
		links: [...new Set(links)],
		certificates,
		systemCertificates: uv?.systemCertificates === true,
		network: way.value.network,
		secrets: [...secrets, ...way.value.secrets],
	});
}

function unusable(): Result<never> {
	return fail(
		"package-index",
		"Your configuration names a package index that is neither an address nor a folder, or a page of links, or a folder of the workspace.",
		"Set index-url to the address of an index, such as https://pypi.example.com/simple.",
	);
}

function saysSomething({ index, extra, links, noIndex }: NamedSources): boolean {
	return index !== null || extra.length > 0 || links.length > 0 || noIndex;
}

/** Only the person's own configuration may choose the index; a line may repeat it. */
function checkAsked(asked: string | null, indexes: readonly URL[], folders: readonly string[]): Result<void> {
	if (asked === null) return ok(undefined);
	const url = URL.parse(asked);
	const folder = localFolder(asked);
	if (folder !== null ? folders.includes(folder) : url !== null && indexes.some((each) => sameIndex(url, each))) return ok(undefined);
	return fail(
		"package-index",
		"The launch line names another package index than your own configuration: only you may choose where packages come from.",
		"Remove it from the line; if you want it, set it in your own uv.toml or pip.conf (index-url).",
	);
}

function sameIndex(a: URL, b: URL): boolean {
	const place = ({ protocol, host, pathname }: URL) => `${protocol}//${host}${pathname.replace(/\/+$/, "")}`;
	return place(a) === place(b);
}

type Account = NamedSources["credentials"];

function indexOf(url: URL, named: NamedSources, apart: Account, secrets: string[], netrc: (host: string) => Account): PackageIndex {
	const own = url.username === "" && url.password === "" ? null : { user: decode(url.username), password: decode(url.password) };
	const credentials = own ?? apart ?? netrc(url.hostname);
	const shown = new URL(url);
	shown.username = "";
	shown.password = "";
	const authenticated = new URL(shown);
	if (credentials !== null) {
		authenticated.username = credentials.user;
		authenticated.password = credentials.password;
		const encoded = Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64");
		// A token may stand in the place of the user's name.
		const hidden = [credentials.password, authenticated.password, encoded, ...(credentials.password === "" ? [credentials.user] : [])];
		secrets.push(...hidden.filter((each) => each.length >= 4));
	}
	const port = url.port || (url.protocol === "http:" ? "80" : "443");
	const egress = [`${url.hostname}:${port}`, ...(url.hostname === PUBLIC.host ? [PUBLIC.files] : [])];
	const unchecked = named.trustedHosts.some((each) => each === url.hostname || each === url.host);
	return { url: shown, authenticated: authenticated.href, egress, unchecked };
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return file;
	}
}

/** A folder of this machine that is there; null: an address, or nothing. */
function localFolder(place: string): string | null {
	try {
		const named = /^file:/i.test(place) ? fileURLToPath(place) : place;
		if (!path.isAbsolute(named)) return null;
		const real = fs.realpathSync(named);
		return fs.statSync(real).isDirectory() ? real : null;
	} catch {
		return null;
	}
}

/** Bytes. */
const MOST_CERTIFICATES = 16 * 1024 * 1024;

/** One file of all that the person trusts: a sandbox shows nothing of the folders in which those lie. Null: they name none. */
function copyCertificates(candidates: readonly (string | null | undefined)[], settings: string): string | null {
	const texts = new Set<string>();
	for (const file of candidates) {
		const text = file && path.isAbsolute(file) ? plainText(file, MOST_CERTIFICATES) : null;
		if (text !== null) texts.add(text);
	}
	if (texts.size === 0) return null;
	const target = path.join(settings, "certificates.pem");
	fs.writeFileSync(target, [...texts].join("\n"), { mode: 0o600 });
	return target;
}
