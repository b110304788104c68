import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Npm } from "./npm.ts";

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
	/** Values that must never appear in a message. */
	readonly secrets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const Text = z.nullish(z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]));
const Listed = z.record(z.string(), z.unknown());
const ANSWER_MS = 60_000;

/**
 * Reads the person's configuration through npm itself, in an empty folder. Variables named `npm_config_*` do not count: npm sets
 * them for the scripts of a project, from that project's own `.npmrc`.
 *
 * @param folder an empty folder, which is left with certificates and npm's cache
 * @param env the person's environment; HOME says where their `.npmrc` is
 */
export async function readNpmSettings(npm: Npm, node: string, folder: string, env: Environment): Promise<Result<NpmSettings>> {
	const userConfig = path.join(env.HOME ?? "/", ".npmrc");
	const lines = [npm.globalConfig, userConfig].flatMap(readLines);
	const listed = await listConfig(npm, node, folder, userConfig, lines, env);
	if (!listed.ok) return listed;
	const text = (key: string): string | null => {
		const value = Text.safeParse(listed.value[key]);
		return value.success && value.data !== null && value.data !== undefined && value.data !== "" ? String(value.data) : null;
	};

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
	const proxied = registries.find((url) => isProxied(url, text, env));
	if (proxied !== undefined)
		return fail(
			"npm-proxy",
			"npm is configured to reach the registry through a proxy, which a confined installation cannot use yet.",
			"Name the registry's host in NO_PROXY if it can be reached directly, or use a registry that can.",
		);
	for (const key of ["min-release-age", "before", "legacy-peer-deps", "strict-ssl"]) {
		const value = text(key);
		if (value !== null) args.push(`--${key}=${value}`);
	}

	const read: string[] = [];
	const variables: Record<string, string> = {};
	const copy = (name: string, file: string | null | undefined): string | null => {
		const target = path.join(folder, `${name}.pem`);
		if (!file || !path.isAbsolute(file) || fs.statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null;
		fs.copyFileSync(file, target);
		read.push(target);
		return target;
	};
	const cafile = copy("cafile", text("cafile"));
	if (cafile !== null) args.push(`--cafile=${cafile}`);
	for (const name of ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"]) {
		const file = copy(name, env[name]);
		if (file !== null) variables[name] = file;
	}
	const secrets: string[] = [];
	const config: string[] = [];
	for (const line of lines) {
		if (!line.key.startsWith("//")) continue;
		const value = expand(line.value, env);
		// npm would read the key itself from the environment, but a shell on the way drops names like `npm_config_//host/:_authToken`.
		const name = `NPM_CREDENTIAL_${config.length}`;
		config.push(`${line.key.replace(/^\/\/localhost(?=[:/])/, "//127.0.0.1")}=\${${name}}\n`);
		variables[name] = value;
		if (value.length >= 4) secrets.push(value);
	}
	// Behind a proxy, which every confined connection is, npm 10 sends the credentials of one cleartext registry to the next.
	if (secrets.length > 0 && registryEgress(registries).length > 1 && registries.some((url) => url.protocol === "http:"))
		return fail(
			"npm-cleartext",
			"Your npm configuration names several registries, and one of them without TLS: credentials could reach the wrong one.",
			"Write https:// for every registry, or leave one registry.",
		);
	const written = path.join(folder, "npmrc");
	fs.writeFileSync(written, config.join(""), { mode: 0o600 });
	read.push(written);
	return ok({ registries, args, env: variables, userConfig: written, read, secrets });
}

/** `host:port` of each registry: the only places that an installation may connect to. */
export function registryEgress(registries: readonly URL[]): readonly string[] {
	return [...new Set(registries.map((url) => `${url.hostname}:${url.port || (url.protocol === "http:" ? "80" : "443")}`))];
}

interface Line {
	readonly key: string;
	readonly value: string;
}

/** The `key = value` lines of an npmrc (INI without sections that matter here); none when it cannot be read. */
function readLines(file: string): readonly Line[] {
	let text: string;
	try {
		text = fs.readFileSync(file, "utf8");
	} catch {
		return [];
	}
	return text.split(/\r?\n/).flatMap((line) => {
		const parts = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line);
		if (parts?.[1] === undefined || parts[2] === undefined) return [];
		return [{ key: parts[1], value: parts[2].replace(/^(["'])(.*)\1$/, "$2") }];
	});
}

/** `${NAME}` and `${NAME?}` as npm reads them. */
function expand(value: string, env: Environment): string {
	return value.replace(/\$\{([^${}?]+)(\?)?\}/g, (whole, name: string, optional) => env[name] ?? (optional === undefined ? whole : ""));
}

function listConfig(
	npm: Npm,
	node: string,
	empty: string,
	userConfig: string,
	lines: readonly Line[],
	env: Environment,
): Promise<Result<z.infer<typeof Listed>>> {
	const passed: Record<string, string> = {};
	const named = lines.flatMap((line) => [...line.value.matchAll(/\$\{([^${}?]+)\??\}/g)].map((match) => match[1] ?? ""));
	for (const name of ["HOME", "PATH", ...named]) {
		const value = env[name];
		if (value !== undefined && !/^(?:NODE_OPTIONS$|LD_|npm_)/i.test(name)) passed[name] = value;
	}
	const args = [
		npm.cli,
		"config",
		"list",
		"--json",
		`--prefix=${empty}`,
		`--userconfig=${userConfig}`,
		`--globalconfig=${npm.globalConfig}`,
	];
	args.push("--no-update-notifier", "--logs-max=0", `--cache=${path.join(empty, "cache")}`, "--loglevel=silent");
	return new Promise((resolve) => {
		execFile(node, args, { cwd: empty, env: passed, timeout: ANSWER_MS, maxBuffer: 4 << 20, encoding: "utf8" }, (error, stdout) => {
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

function isProxied(url: URL, text: (key: string) => string | null, env: Environment): boolean {
	const secure = url.protocol === "https:";
	const named = (key: string): string | undefined => env[key.toLowerCase()] || env[key];
	const proxy =
		(secure ? (text("https-proxy") ?? text("proxy") ?? named("HTTPS_PROXY")) : text("proxy")) ?? named("HTTP_PROXY") ?? named("PROXY");
	if (proxy === undefined || proxy === null || proxy === "" || proxy === "false") return false;
	const direct = `${text("noproxy") ?? ""},${named("NO_PROXY") ?? ""}`.split(",").map((each) => each.trim().replace(/^\*?\./, ""));
	return !direct.some((each) => each === "*" || (each !== "" && (url.hostname === each || url.hostname.endsWith(`.${each}`))));
}
