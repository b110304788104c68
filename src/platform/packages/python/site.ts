import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { normalizeName } from "../../../core/launch/python-requirement.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { plainText, readPlain } from "../../files/bounded-file.ts";
import { type EntryPoint, readEntryPoints } from "./entry-points.ts";

/** What was installed, after every file of it was found to belong to a package and to be what that package says. */
export interface CheckedSite {
	/** The commands of each package, by its normalised name. */
	readonly commands: ReadonlyMap<string, readonly EntryPoint[]>;
	/** Folders that hold modules, too: relative to the folder itself. Empty: none. */
	readonly paths: readonly string[];
	/** Names of packages that bring code for every start of the interpreter; none of it is run. Empty: none does. */
	readonly startCode: readonly string[];
}

/** `pip --target` writes what does not belong among the modules as if they lay two folders deeper. */
const BESIDE = "../../";
const INFO = ".dist-info";
/** Modules that an interpreter imports by itself. */
const START_MODULE = /^(?:sitecustomize|usercustomize)(?:\.|$)/;
const FOLDER = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;

/**
 * Checks a folder of installed packages against their own lists (`RECORD`): nothing may be there that none of them names, and nothing that
 * is not what it names.
 *
 * @param names normalised names of the packages that the lock holds: these have to be there, and no others
 */
export function checkSite(site: string, names: readonly string[]): Result<CheckedSite> {
	const files = listFiles(site);
	if (files === null) return refuse("it holds something that is neither a file nor a folder");
	const infos = new Map<string, string>();
	for (const entry of fs.readdirSync(site)) {
		if (!entry.endsWith(INFO)) continue;
		const name = packageOf(entry);
		if (!names.includes(name) || infos.has(name)) return refuse("a package was installed that the lock does not hold");
		infos.set(name, entry);
	}
	const commands = new Map<string, readonly EntryPoint[]>();
	const owners = new Map<string, string>();
	const expected = new Map<string, (string | null)[]>();
	for (const name of names) {
		const info = infos.get(name);
		if (info === undefined) return refuse(`${name} was not installed under its own name`);
		const points = readEntryPoints(readOr(path.join(site, info, "entry_points.txt")));
		if (points === null) return refuse(`${name} brings a command whose name or target is not allowed`);
		commands.set(name, points);
		const rows = parseRecord(readOr(path.join(site, info, "RECORD")));
		if (rows === null) return refuse(`${name} has no list of its files that is understood`);
		for (const [written, hash] of rows) {
			const file = written.startsWith(BESIDE) ? written.slice(BESIDE.length) : written;
			if (path.posix.isAbsolute(file) || file.includes("\\") || file.split("/").some((part) => part === ".." || part === ""))
				return refuse(`${name} names a file outside its own folder`);
			owners.set(file, name);
			const known = expected.get(file);
			if (known === undefined) expected.set(file, [hash]);
			else known.push(hash);
		}
	}
	for (const file of files) {
		const hashes = expected.get(file);
		const owner = owners.get(file);
		if (hashes === undefined || owner === undefined) return refuse("a file was installed that no package names");
		if (UNHASHED.test(file)) continue;
		if (!hashes.some((hash) => hash !== null && matches(path.join(site, file), hash)))
			return refuse(`a file of ${owner} is not what its own list says`);
	}
	return ok({ commands, ...startFiles(site, owners) });
}

/** The package that a folder of metadata (`NAME-VERSION.dist-info`) belongs to. */
function packageOf(info: string): string {
	return normalizeName(info.slice(0, -INFO.length).replace(/-[^-]*$/, ""));
}

/** The commands that an installed package brings itself; null: it is not there. */
export function ownCommands(site: string, name: string): readonly EntryPoint[] | null {
	const info = readdirOr(site).find((entry) => entry.endsWith(INFO) && packageOf(entry) === name);
	return info === undefined ? null : readEntryPoints(readOr(path.join(site, info, "entry_points.txt")));
}

function readdirOr(folder: string): readonly string[] {
	try {
		return fs.readdirSync(folder);
	} catch {
		return [];
	}
}

/** A list cannot hold its own hash, nor that of its signature. */
const UNHASHED = /^[^/]+\.dist-info\/RECORD(?:\.jws|\.p7s)?$/;

function refuse(why: string): Result<never> {
	return fail(
		"package-unpinned",
		`The package cannot be pinned: ${why}.`,
		"Choose another version or another package; this one was not installed.",
	);
}

/** Relative to the folder, with `/`; null: something else is among them. */
function listFiles(root: string): readonly string[] | null {
	const files: string[] = [];
	const look = (folder: string, before: string): boolean =>
		fs.readdirSync(folder, { withFileTypes: true }).every((entry) => {
			const name = before + entry.name;
			if (entry.isDirectory()) return look(path.join(folder, entry.name), `${name}/`);
			files.push(name);
			return entry.isFile();
		});
	return look(root, "") ? files : null;
}

/** Of one file of a package. */
const MOST_BYTES = 1024 * 1024 * 1024;

function readOr(file: string): string | null {
	return plainText(file, MOST_BYTES);
}

/** Path and hash (null: none) of every row; null: not understood. The format is CSV. */
function parseRecord(text: string | null): readonly (readonly [file: string, hash: string | null])[] | null {
	if (text === null) return null;
	const rows: (readonly [string, string | null])[] = [];
	for (const line of text.split(/\r?\n/)) {
		if (line === "") continue;
		const [, quoted, plain, hash] = /^(?:"((?:[^"]|"")*)"|([^",]*)),([^,"]*),[0-9]*$/.exec(line) ?? [];
		const file = quoted?.replaceAll('""', '"') ?? plain;
		if (file === undefined || file === "" || file.includes("\0")) return null;
		rows.push([file, hash === undefined || hash === "" ? null : hash]);
	}
	return rows;
}

/** @param hash `sha256=` and the digest in base64 for URLs, as RECORD has it */
function matches(file: string, hash: string): boolean {
	const [, algorithm = "", digest = ""] = /^(sha256|sha384|sha512)=([A-Za-z0-9_-]+)=*$/.exec(hash) ?? [];
	const read = algorithm === "" ? null : readPlain(file, MOST_BYTES);
	return read?.ok === true && createHash(algorithm).update(read.value).digest("base64url") === digest;
}

/** What an interpreter would obey at every start: `.pth` files, whose lines are folders or code, and two modules. */
function startFiles(site: string, owners: ReadonlyMap<string, string>): Pick<CheckedSite, "paths" | "startCode"> {
	const paths = new Set<string>();
	const startCode = new Set<string>();
	for (const entry of fs.readdirSync(site)) {
		const owner = owners.get(entry) ?? normalizeName(entry);
		if (START_MODULE.test(entry)) startCode.add(owner);
		if (!entry.endsWith(".pth")) continue;
		for (const line of (readOr(path.join(site, entry)) ?? "").split(/\r?\n/)) {
			const text = line.trim();
			if (/^import[ \t]/.test(line)) startCode.add(owner);
			else if (FOLDER.test(text) && !text.split("/").includes("..") && isFolder(path.join(site, text))) paths.add(text);
		}
	}
	return { paths: [...paths].sort(), startCode: [...startCode].sort() };
}

function isFolder(file: string): boolean {
	return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
