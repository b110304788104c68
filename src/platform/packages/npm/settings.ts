import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import { fail, ok, type Result } from "../../../core/result.ts";
import { plainText } from "../../files/bounded-file.ts";
import type { EgressNetwork } from "../../sandbox/egress-network.ts";
import { installNetwork, type ProxySettings, proxyVariables } from "../proxy.ts";
import type { Npm } from "./find.ts";
import { expand, type NpmSetting, namesIn, npmVariables, readNpmrc, userNpmrc } from "./npmrc.ts";

/** What of the person's npm configuration an installation obeys. A project's configuration never enters. */
export interface NpmSettings {
	/** Where packages come from; the first is the default. */
	readonly registries: readonly URL[];
	/** Flags for npm, without secrets. */
	readonly args: readonly string[];
	/** Certificates, and the registry credentials that `userConfig` names: never a command argument, never a file. */
	readonly env: Readonly<Record<string, string>>;
	/** The user configuration of the installation: it says which credential belongs to which registry, and holds none. */
	readonly userConfig: string;
	/** That file, and copies of the person's certificates: a sandbox shows nothing of the folders in which those lie. */
	readonly read: readonly string[];
	/** The proxy on the way to the registries. Null: straight, or as the machine was set up to. */
	readonly network: EgressNetwork | null;
	/** The same, as variables for an npm that is not confined. */
	readonly proxyEnv: Readonly<Record<string, string>>;
	/** Values that must never appear in a message. */
	readonly secrets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the person's configuration is read. */
export interface NpmPlaces {
	readonly npm: Npm;
	/** Real path. */
	readonly node: string;
	/** Empty; it is left with certificates and npm's cache. */
	readonly folder: string;
	/** The person's environment; HOME says where their `.npmrc` is. */
	readonly env: Environment;
	/** Folders in which no configuration counts: the workspace. */
	readonly untrusted: readonly string[];
}

const Text = z.union([z.string(), z.number(), z.boolean()]);
const Listed = z.record(z.string(), z.unknown());
const ANSWER_MS = 60_000;
/** Settings that say where packages come from and how that is reached; no other variable of the shell is handed on. */
const FROM_SHELL =
	/^(?:registry|@[^:\s]+:registry|proxy|https-proxy|noproxy|no-proxy|ca|cafile|strict-ssl|before|min-release-age|legacy-peer-deps)$/;

/** Reads the person's configuration through npm itself, in an empty folder. */
export async function readNpmSettings(places: NpmPlaces): Promise<Result<NpmSettings>> {
	const { npm, folder, env, untrusted } = places;
	const userConfig = userNpmrc(env, untrusted);
	const shell = npmVariables(env);
	const lines = [...[npm.globalConfig, userConfig].flatMap(readNpmrc), ...shell];
	const listed = await listConfig(places, userConfig, lines, shell);
	if (!listed.ok) return listed;
	const texts = (key: string): readonly string[] => {
		const value = listed.value[key];
		return (Array.isArray(value) ? value : [value]).flatMap((each) => {
			const text = Text.safeParse(each);
			return text.success && text.data !== "" ? [String(text.data)] : [];
		});
	};
	const text = (key: string): string | null => texts(key)[0] ?? null;

	const args: string[] = [];
	const registries: URL[] = [];
	const scopes = Object.keys(listed.value).filter((key) => /^@[^:\s]+:registry$/.test(key));
	for (const key of ["registry", ...scopes]) {
		const value = text(key);
		const url = value === null ? null : URL.parse(value);
		if (value === null || url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
			return fail(
				"npm-registry",
				`Your npm configuration gives no plain address for ${key}.`,
				`Set it without a user name or a password: npm config set ${key} URL. Credentials go beside it, under //HOST/:_authToken.`,
			);
		// A confined connection goes to this machine by its address alone.
		if (url.hostname === "localhost") url.hostname = "127.0.0.1";
		registries.push(url);
		args.push(`--${key}=${url.href}`);
	}
	for (const key of ["min-release-age", "before", "legacy-peer-deps", "strict-ssl"]) {
		const value = text(key);
		if (value !== null) args.push(`--${key}=${value}`);
	}

	const trusted = certificates(folder, { ca: texts("ca"), cafile: text("cafile") }, env);
	if (trusted.cafile !== null) args.push(`--cafile=${trusted.cafile}`);
	const proxies = proxySettings(lines, env, trusted.pem);
	const proxied = installNetwork(proxies, registries);
	if (!proxied.ok) return proxied;
	const credentials = credentialsOf(lines, env);
	// Behind a proxy, which every confined connection is, npm 10 sends the credentials of one cleartext registry to the next.
	if (credentials.secrets.length > 0 && registryEgress(registries).length > 1 && registries.some((url) => url.protocol === "http:"))
		return fail(
			"npm-cleartext",
			"Your npm configuration names several registries, and one of them without TLS: credentials could reach the wrong one.",
			"Write https:// for every registry, or leave one registry.",
		);
	const written = path.join(folder, "npmrc");
	fs.writeFileSync(written, credentials.config, { mode: 0o600 });
	return ok({
		registries,
		args,
		env: { ...trusted.env, ...credentials.env },
		userConfig: written,
		read: [...trusted.files, written],
		network: proxied.value.network,
		proxyEnv: proxied.value.network === null ? {} : variablesOf(proxies),
		secrets: [...credentials.secrets, ...proxied.value.secrets],
	});
}

/** `host:port` of each registry: the only places that an installation may connect to. */
export function registryEgress(registries: readonly URL[]): readonly string[] {
	return [...new Set(registries.map((url) => `${url.hostname}:${url.port || (url.protocol === "http:" ? "80" : "443")}`))];
}

interface Certificates {
	readonly files: readonly string[];
	/** Null: npm trusts what the system trusts. */
	readonly cafile: string | null;
	readonly env: Readonly<Record<string, string>>;
	/** All of them. Empty: none. */
	readonly pem: string;
}

/** Copies of the person's certificates, in one folder that a sandbox may show. */
function certificates(
	folder: string,
	{ ca, cafile }: { readonly ca: readonly string[]; readonly cafile: string | null },
	env: Environment,
): Certificates {
	const files: string[] = [];
	const put = (name: string, ...contents: readonly string[]): string => {
		const target = path.join(folder, `${name}.pem`);
		fs.writeFileSync(target, contents.map((each) => `${each.trim()}\n`).join(""));
		files.push(target);
		return target;
	};
	const variables = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"].flatMap((name) => {
		const content = readOr(env[name]);
		return content === null ? [] : [{ name, content, file: put(name, content) }];
	});
	const extra = variables.filter(({ name }) => name === "NODE_EXTRA_CA_CERTS").map(({ content }) => content);
	const own = [readOr(cafile) ?? "", ...ca.map((each) => each.replaceAll("\\n", "\n"))].filter((each) => each !== "");
	return {
		files,
		// Where npm is told of certificates itself, it trusts no others.
		cafile: own.length === 0 ? null : put("cafile", ...own, ...extra),
		env: Object.fromEntries(variables.map(({ name, file }) => [name, file])),
		pem: [...own, ...variables.map(({ content }) => content)].map((each) => `${each.trim()}\n`).join(""),
	};
}

/** Bytes. */
const MOST_CERTIFICATES = 16 * 1024 * 1024;

function readOr(file: string | null | undefined): string | null {
	return file && path.isAbsolute(file) ? plainText(file, MOST_CERTIFICATES) : null;
}

/** Which credential belongs to which registry, and the credentials themselves as variables. */
function credentialsOf(
	lines: readonly NpmSetting[],
	env: Environment,
): { readonly config: string; readonly env: Readonly<Record<string, string>>; readonly secrets: readonly string[] } {
	const config: string[] = [];
	const variables: Record<string, string> = {};
	for (const { key, value } of lines) {
		// A certificate of the person's own lies in a file that a sandbox does not show.
		if (!key.startsWith("//") || /:(?:certfile|keyfile|cafile)$/.test(key)) continue;
		// npm would read the key itself from the environment, but a shell on the way drops names like `npm_config_//host/:_authToken`.
		const name = `NPM_CREDENTIAL_${config.length}`;
		config.push(`${key.replace(/^\/\/localhost(?=[:/])/, "//127.0.0.1")}=\${${name}}\n`);
		variables[name] = expand(value, env);
	}
	return { config: config.join(""), env: variables, secrets: Object.values(variables).filter((value) => value.length >= 4) };
}

/** Read from the lines themselves: npm does not list a proxy that has a password. */
function proxySettings(lines: readonly NpmSetting[], env: Environment, pem: string): ProxySettings {
	const shell = proxyVariables(env);
	const text = (...keys: readonly string[]): string | null => {
		const value = lines.findLast(({ key }) => keys.includes(key))?.value;
		return value === undefined || value === "" || value === "null" ? null : expand(value, env);
	};
	return {
		https: text("https-proxy") ?? text("proxy") ?? shell.https ?? shell.http,
		http: text("proxy") ?? shell.http,
		except: text("noproxy", "no-proxy") ?? shell.except,
		certificates: pem,
	};
}

function variablesOf({ https, http, except }: ProxySettings): Readonly<Record<string, string>> {
	const named = { HTTPS_PROXY: https, HTTP_PROXY: http, NO_PROXY: except };
	return Object.fromEntries(Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

function listConfig(
	{ npm, node, folder, env }: NpmPlaces,
	userConfig: string,
	lines: readonly NpmSetting[],
	shell: readonly NpmSetting[],
): Promise<Result<z.infer<typeof Listed>>> {
	const passed: Record<string, string> = {};
	for (const name of ["HOME", "PATH", ...lines.flatMap(({ value }) => namesIn(value))]) {
		const value = env[name];
		if (value !== undefined && !/^(?:NODE_OPTIONS$|LD_|npm_)/i.test(name)) passed[name] = value;
	}
	for (const { key, value } of shell) if (FROM_SHELL.test(key)) passed[`npm_config_${key.replaceAll("-", "_")}`] = value;
	const args = [
		npm.cli,
		"config",
		"list",
		"--json",
		`--prefix=${folder}`,
		`--userconfig=${userConfig}`,
		`--globalconfig=${npm.globalConfig}`,
	];
	args.push("--no-update-notifier", "--logs-max=0", `--cache=${path.join(folder, "cache")}`, "--loglevel=silent");
	return new Promise((resolve) => {
		execFile(node, args, { cwd: folder, env: passed, timeout: ANSWER_MS, maxBuffer: 4 << 20, encoding: "utf8" }, (error, stdout) => {
			const parsed = error === null ? parseListed(stdout) : null;
			resolve(parsed === null ? fail("npm-config", "npm does not list its configuration.", "Run: npm config list") : ok(parsed));
		});
	});
}

function parseListed(stdout: string): z.infer<typeof Listed> | null {
	try {
		return Listed.parse(JSON.parse(stdout));
	} catch {
		return null;
	}
}
