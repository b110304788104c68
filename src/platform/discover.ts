import * as fs from "node:fs";
import * as path from "node:path";
import { HOSTS, type HostId, matchHost, type Platform } from "../core/config/hosts.ts";
import { guessConfigHost, parseConfig } from "../core/config/parse-json.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";

/** Bytes. */
const MAX_FILE_SIZE = 5 * 1024 * 1024;

export interface DiscoveredFile {
	/** Absolute. */
	readonly path: string;
	readonly host: HostId;
	/** With its byte order mark, if it has one; null when the file is larger than `MAX_FILE_SIZE`. */
	readonly text: string | null;
}

export interface Discovery {
	/** In a fixed order: as the paths were given, then by name. A file is in here once. */
	readonly files: readonly DiscoveredFile[];
	/** Folders and files that could not be read; the rest was. */
	readonly problems: readonly Problem[];
}

const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules"]);

/**
 * Finds hosts' files. A folder is walked at all depths, without following links; a file that a person named is read whatever
 * it is called, as long as its root keys say that it holds servers. Fails when a path does not exist, or is neither file nor folder.
 */
export function discover(paths: readonly string[]): Result<Discovery> {
	const files = new Map<string, DiscoveredFile>();
	const problems: Problem[] = [];
	for (const named of paths) {
		const absolute = path.resolve(named);
		let stat: fs.Stats;
		try {
			stat = fs.statSync(absolute);
		} catch {
			return fail("no-such-path", `There is nothing at ${named}.`, "Name a folder or an MCP config file.");
		}
		if (stat.isDirectory()) walk(absolute, files, problems);
		else if (stat.isFile()) {
			const read = readText(absolute);
			if (!read.ok) return read;
			const host = matchHost(absolute) ?? hostByContent(absolute, read.value);
			if (host !== null) files.set(absolute, { path: absolute, host, text: read.value });
			else problems.push({ code: "not-a-config", message: `${named} holds no MCP servers.`, remedy: "It was not looked at." });
		} else return fail("not-a-file", `${named} is neither a file nor a folder.`, "Name a folder or an MCP config file.");
	}
	return ok({ files: [...files.values()], problems });
}

/** The hosts' per-user files that exist. `env` supplies the folders that variables move; `problems` names those that cannot be read. */
export function discoverUserFiles(home: string, platform: Platform, env: Readonly<Record<string, string | undefined>>): Discovery {
	const files = new Map<string, DiscoveredFile>();
	const problems: Problem[] = [];
	for (const { host, path: file } of userConfigFiles(home, platform, env)) {
		if (!fs.existsSync(file)) continue;
		const read = readText(file);
		if (read.ok) files.set(file, { path: file, host, text: read.value });
		else problems.push(read.problem);
	}
	return { files: [...files.values()], problems };
}

/** Where hosts keep their per-user files, there or not; a `*` in a place stands for the folders that exist. */
export function userConfigFiles(
	home: string,
	platform: Platform,
	env: Readonly<Record<string, string | undefined>>,
): readonly { readonly host: HostId; readonly path: string }[] {
	const found: { host: HostId; path: string }[] = [];
	for (const host of Object.values(HOSTS)) {
		for (const place of host.userFiles) {
			if (place.platform !== platform) continue;
			const file = expand(place.path, home, platform, env);
			if (file === null) continue;
			for (const each of expandStar(file)) if (!found.some((other) => other.path === each)) found.push({ host: host.id, path: each });
		}
	}
	return found;
}

function expand(place: string, home: string, platform: Platform, env: Readonly<Record<string, string | undefined>>): string | null {
	const config =
		platform === "darwin"
			? path.join(home, "Library", "Application Support")
			: platform === "win32"
				? env.APPDATA || path.join(home, "AppData", "Roaming")
				: absoluteOr(env.XDG_CONFIG_HOME, path.join(home, ".config"));
	let missing = false;
	const expanded = place.replace(/\{(home|config|env:(\w+))\}/g, (_, name: string, variable: string | undefined) => {
		if (name === "home") return home;
		if (name === "config") return config;
		const value = variable === undefined ? undefined : env[variable];
		missing ||= value === undefined || value === "";
		return value ?? "";
	});
	return missing ? null : path.resolve(home, expanded);
}

function absoluteOr(value: string | undefined, otherwise: string): string {
	return value !== undefined && path.isAbsolute(value) ? value : otherwise;
}

function expandStar(file: string): readonly string[] {
	const segments = file.split(path.sep);
	const at = segments.indexOf("*");
	if (at < 0) return [file];
	const folder = segments.slice(0, at).join(path.sep);
	try {
		return fs
			.readdirSync(folder)
			.sort()
			.map((name) => path.join(folder, name, ...segments.slice(at + 1)));
	} catch {
		return [];
	}
}

function walk(root: string, files: Map<string, DiscoveredFile>, problems: Problem[]): void {
	const pending = [root];
	for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
		let entries: fs.Dirent[];
		try {
			entries = fs.readdirSync(folder, { withFileTypes: true });
		} catch {
			problems.push({ code: "unreadable-folder", message: `${folder} could not be read.`, remedy: "What it holds was not looked at." });
			continue;
		}
		entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
		const folders: string[] = [];
		for (const entry of entries) {
			const full = path.join(folder, entry.name);
			if (entry.isDirectory()) {
				if (!SKIPPED.has(entry.name)) folders.push(full);
				continue;
			}
			const host = entry.isFile() ? matchHost(full) : null;
			if (host === null || files.has(full)) continue;
			const read = readText(full);
			if (read.ok) files.set(full, { path: full, host, text: read.value });
			else problems.push(read.problem);
		}
		for (const each of folders.reverse()) pending.push(each);
	}
}

/** For a file that a person named: one that does not parse is a finding, not a file to pass over. */
function hostByContent(file: string, text: string | null): HostId | null {
	const guessed = text === null ? null : guessConfigHost(text);
	if (guessed !== null || text === null || !/\.jsonc?$/i.test(file)) return guessed;
	return parseConfig(text, "mcp-json", file).problems.length > 0 ? "mcp-json" : null;
}

function readText(file: string): Result<string | null> {
	try {
		const descriptor = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
		try {
			const stat = fs.fstatSync(descriptor);
			if (!stat.isFile()) return fail("not-a-file", `${file} is not a plain file.`, "It was not looked at.");
			return ok(stat.size > MAX_FILE_SIZE ? null : fs.readFileSync(descriptor, "utf8"));
		} finally {
			fs.closeSync(descriptor);
		}
	} catch {
		return fail("unreadable-file", `${file} could not be read.`, "Check its permissions; it was not looked at.");
	}
}
