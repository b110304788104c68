import * as fs from "node:fs";
import * as path from "node:path";
import { HOSTS, type HostId, isHostFolder, matchHost, type Platform } from "../core/config/hosts.ts";
import { guessConfigHost, isHostFile, parseConfig } from "../core/config/parse.ts";
import { fail, failed, ok, type Problem, type Result } from "../core/result.ts";
import { ContentSearch, isSearched } from "./content-search.ts";
import { readPlainText } from "./files/bounded-file.ts";

/** Bytes. A larger file is named, and not read. */
export const MAX_FILE_SIZE = 5 * 1024 * 1024;

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
	/** What was not looked at, and why; the rest was. The code says whether it should have been: see `isUnread`. */
	readonly problems: readonly Problem[];
	/** By the folders that were walked: whether it is the root of a git repository. Not in here: nobody looked. */
	readonly repositories: ReadonlyMap<string, boolean>;
}

/** Whether a problem means that something stayed unseen which may hold servers: a file, or all that is in a folder. */
export function isUnread({ code }: Problem): "file" | "folder" | null {
	if (code === "unreadable-folder") return "folder";
	return code === "not-a-config" || code === "search-ended" ? null : "file";
}

const SKIPPED: ReadonlySet<string> = new Set([".git", ".hg", ".jj", ".svn", "node_modules"]);

/**
 * Finds hosts' files. A folder is walked at all depths, but for the kernel's own file systems. A host follows a link in its file's place, and so
 * does this: a link that is called like a host's file, or like the folder of one, is read under its own name unless what it leads to
 * was found where it is. Other links are passed over. A file that a person named is read whatever it is called, as long as its root keys
 * say that it holds servers. With `byContent`, other files of JSON are looked into, too (see `ContentSearch`). Fails when a path does not exist, or is neither file nor folder.
 */
export function discover(paths: readonly string[], { byContent = false }: { readonly byContent?: boolean } = {}): Result<Discovery> {
	const search = byContent ? new ContentSearch() : null;
	const files = new Map<string, DiscoveredFile>();
	const problems: Problem[] = [];
	const repositories = new Map<string, boolean>();
	for (const named of paths) {
		const absolute = path.resolve(named);
		let stat: fs.Stats;
		try {
			stat = fs.statSync(absolute);
		} catch (error) {
			if (isMissing(error)) return fail("no-such-path", `There is nothing at ${named}.`, "Name a folder or an MCP config file.");
			problems.push(unreadable(absolute));
			continue;
		}
		if (stat.isDirectory()) walk(absolute, files, problems, repositories, search);
		else if (stat.isFile()) {
			const read = readText(absolute);
			if (!read.ok) {
				problems.push(read.problem);
				continue;
			}
			const host = hostByName(absolute, read.value) ?? hostByContent(absolute, read.value);
			if (host !== null) files.set(absolute, { path: absolute, host, text: read.value });
			else if (read.value === null) problems.push(tooLarge(absolute));
			else problems.push({ code: "not-a-config", message: `${named} holds no MCP servers.`, remedy: "It was not looked at." });
		} else return fail("not-a-file", `${named} is neither a file nor a folder.`, "Name a folder or an MCP config file.");
	}
	if (search?.problem != null) problems.push(search.problem);
	return ok({ files: [...files.values()], problems, repositories });
}

/** The hosts' per-user files that exist. `env` supplies the folders that variables move; `problems` names those that cannot be read. */
export function discoverUserFiles(home: string, platform: Platform, env: Readonly<Record<string, string | undefined>>): Discovery {
	const files = new Map<string, DiscoveredFile>();
	const problems: Problem[] = [];
	for (const { host, path: file } of userConfigFiles(home, platform, env)) {
		if (!isThere(file)) continue;
		const read = readText(file);
		if (!read.ok) problems.push(read.problem);
		else if (read.value === null || isHostFile(read.value, host, file)) files.set(file, { path: file, host, text: read.value });
	}
	return { files: [...files.values()], problems, repositories: new Map() };
}

/** The platform that this runs on, as hosts' files are told apart by it. */
export function thisPlatform(): Platform {
	return process.platform === "darwin" || process.platform === "win32" ? process.platform : "linux";
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
	const at = segments.findIndex((segment) => segment.includes("*"));
	if (at < 0) return [file];
	const folder = segments.slice(0, at).join(path.sep);
	const [start = "", end = ""] = (segments[at] ?? "").split("*");
	try {
		return fs
			.readdirSync(folder)
			.filter((name) => name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end))
			.sort()
			.map((name) => path.join(folder, name, ...segments.slice(at + 1)));
	} catch {
		return [];
	}
}

function walk(
	root: string,
	files: Map<string, DiscoveredFile>,
	problems: Problem[],
	repositories: Map<string, boolean>,
	search: ContentSearch | null,
): void {
	const pending = [root];
	const links: string[] = [];
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
		const git = entries.find(({ name }) => name === ".git");
		// Where a link leads, only the disk tells.
		if (git?.isSymbolicLink() !== true) repositories.set(folder, git !== undefined);
		for (const entry of entries) {
			const full = path.join(folder, entry.name);
			if (entry.isDirectory() && !SKIPPED.has(entry.name) && !isKernelFolder(full)) folders.push(full);
			const host = matchHost(full);
			if (entry.isSymbolicLink()) {
				if (host !== null) links.push(full);
				else if (isHostFolder(entry.name)) links.push(...linkedFiles(full));
			} else if (files.has(full)) continue;
			else if (host !== null) take(full, host, entry.isFile() ? readText(full) : notPlain(full), files, problems);
			else if (search !== null && entry.isFile() && isSearched(path.relative(root, full))) {
				const found = search.look(full);
				if (found !== null) files.set(full, { path: full, ...found });
			}
		}
		for (const each of folders.reverse()) pending.push(each);
	}
	takeLinked(links, files, problems, search?.paths ?? NONE);
}

/** What a link to a folder such as `.vscode` or `.kiro` shows where hosts look: two levels of it. */
function linkedFiles(link: string): readonly string[] {
	const found: string[] = [];
	const pending = [{ folder: link, depth: 0 }];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		const { folder, depth } = next;
		let entries: fs.Dirent[];
		try {
			entries = fs.readdirSync(folder, { withFileTypes: true });
		} catch {
			continue;
		}
		for (const entry of entries) {
			const full = path.join(folder, entry.name);
			if (matchHost(full) !== null) found.push(full);
			else if (depth === 0 && entry.isDirectory() && !SKIPPED.has(entry.name)) pending.push({ folder: full, depth: 1 });
		}
	}
	return found.sort();
}

const NONE: ReadonlySet<string> = new Set();

/**
 * A link that leads nowhere, or to what is no file, names no servers to anyone.
 *
 * @param unnamed files that are in `files` for their content alone: what a host reads through a link is told under the link's name
 */
function takeLinked(links: readonly string[], files: Map<string, DiscoveredFile>, problems: Problem[], unnamed: ReadonlySet<string>): void {
	if (links.length === 0) return;
	const seen = new Set([...files.keys()].filter((file) => !unnamed.has(file)).map(realPath));
	const unnamedByPlace = new Map([...unnamed].map((file) => [realPath(file), file]));
	for (const link of links) {
		const real = realPath(link);
		const host = matchHost(link);
		if (real === null || host === null || seen.has(real) || !isPlainFile(real)) continue;
		seen.add(real);
		files.delete(unnamedByPlace.get(real) ?? "");
		take(link, host, readText(real), files, problems);
	}
}

function take(file: string, host: HostId, read: Result<string | null>, files: Map<string, DiscoveredFile>, problems: Problem[]): void {
	if (!read.ok) problems.push(read.problem);
	// What is too large to be told is named: padding would hide servers from us, and not from the host.
	else if (read.value === null || isHostFile(read.value, host, file)) files.set(file, { path: file, host, text: read.value });
}

function realPath(file: string): string | null {
	try {
		return fs.realpathSync(file);
	} catch {
		return null;
	}
}

function isPlainFile(file: string): boolean {
	try {
		return fs.statSync(file).isFile();
	} catch {
		return false;
	}
}

/** Null: no host reads a file of this name, or this one is about something else. */
function hostByName(file: string, text: string | null): HostId | null {
	const host = matchHost(file);
	return host === null || text === null || isHostFile(text, host, file) ? host : null;
}

/** Of a file that a person named, and of which its name says nothing. */
export function tooLarge(file: string): Problem {
	return { code: "file-too-large", message: `${file} is larger than 5 MB.`, remedy: "It was not looked at." };
}

/** For a file that a person named: one that does not parse is a finding, not a file to pass over. Null: it holds no servers. */
export function hostByContent(file: string, text: string | null): HostId | null {
	if (text === null) return null;
	const guessed = guessConfigHost(text, file);
	const stands = guessed !== null || matchHost(file) !== null ? null : UNREAD[path.extname(file).toLowerCase()];
	if (stands === undefined || stands === null) return guessed;
	return parseConfig(text, stands, file).problems.length > 0 ? stands : null;
}

/** Which host's reader says what is wrong with a file of this kind. */
const UNREAD: Readonly<Record<string, HostId>> = { ".json": "mcp-json", ".jsonc": "mcp-json", ".toml": "codex" };

function readText(file: string): Result<string | null> {
	const read = readPlainText(file, MAX_FILE_SIZE);
	if (read.ok) return read;
	if (read.problem.code === "file-too-large") return ok(null);
	return read.problem.code === "not-a-file" ? notPlain(file) : failed(unreadable(file));
}

function notPlain(file: string): ReturnType<typeof fail> {
	return fail("not-a-file", `${file} is not a plain file.`, "It was not looked at.");
}

function unreadable(file: string): Problem {
	return { code: "unreadable-file", message: `${file} could not be read.`, remedy: "Check its permissions; it was not looked at." };
}

/** False only when it is known that nothing is there: a link that leads nowhere is there. */
function isThere(file: string): boolean {
	try {
		fs.lstatSync(file);
		return true;
	} catch (error) {
		return !isMissing(error);
	}
}

function isMissing(error: unknown): boolean {
	return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Linux: what the kernel shows as files, and devices. There is no configuration in there, and no end. */
export function isKernelFolder(folder: string): boolean {
	const name = path.basename(folder);
	if (process.platform !== "linux" || !/^(?:proc|sys|dev)$/.test(name)) return false;
	if (folder === "/dev") return true;
	try {
		return KERNEL_FILE_SYSTEMS.has(fs.statfsSync(folder).type);
	} catch {
		return false;
	}
}

/** The magic numbers of proc and sysfs (statfs(2)). */
const KERNEL_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x9fa0, 0x62656572]);
