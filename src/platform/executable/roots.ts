import * as fs from "node:fs";
import * as path from "node:path";

const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** True for what every sandbox shows anyway: the system's own programs and libraries. */
export function isSystemPath(file: string): boolean {
	return SYSTEM.some((root) => file === root || file.startsWith(`${root}/`));
}

/**
 * True when this user may change a file or replace it, by itself or with a folder that holds it. What belongs to the user is theirs to make writable.
 * To root everything is writable: there, what is not the system's own.
 */
export function isMutable(file: string): boolean {
	const user = process.getuid?.() ?? -1;
	if (user === 0) return !isSystemPath(file) || [file, path.dirname(file)].some(isForeign);
	for (let each = file; ; each = path.dirname(each)) {
		if (mayChange(each, user)) return true;
		if (each === path.dirname(each)) return false;
	}
}

function mayChange(file: string, user: number): boolean {
	try {
		if (fs.statSync(file).uid === user) return true;
		fs.accessSync(file, fs.constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

/** Someone other than root may write it. */
function isForeign(file: string): boolean {
	try {
		const { uid, gid, mode } = fs.statSync(file);
		return uid !== 0 || (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
	} catch {
		return true;
	}
}

/**
 * True where a path means code that this user may change: a file that is called like code, that may be run, or that begins like a script; or what
 * an interpreter finds under a name without an ending, or for a folder.
 */
export function isMutableCode(named: string): boolean {
	return [named, ...ENDINGS.map((ending) => named + ending), ...ENTRIES.map((entry) => path.join(named, entry))].some(
		(file) => isCode(file) && isMutable(file),
	);
}

const ENDINGS = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".py"];
const ENTRIES = ["index.js", "index.mjs", "index.cjs", "index.ts", "__main__.py"];

function isCode(file: string): boolean {
	try {
		const stat = fs.statSync(file);
		return stat.isFile() && (CODE.test(file) || (stat.mode & 0o111) !== 0 || beginsLikeScript(file));
	} catch {
		return false;
	}
}

function beginsLikeScript(file: string): boolean {
	const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
	try {
		const two = Buffer.alloc(2);
		return fs.readSync(descriptor, two, 0, 2, 0) === 2 && two.toString("latin1") === "#!";
	} finally {
		fs.closeSync(descriptor);
	}
}

export interface CodeRootOptions {
	/** Real path; null: none. Never readable as a whole. */
	readonly workspace: string | null;
	/** The person's home, a real path. Never readable as a whole. */
	readonly userHome: string;
}

const CODE = /\.(?:[cm]?[jt]s|[jt]sx|py|wasm|node|so|pyd)$/;
const MARKERS = ["package.json", "deno.json", "deno.jsonc", "pyproject.toml", "setup.py"];
/** What says how the code is to be read. */
const SETTINGS = [...MARKERS, "deno.lock", "tsconfig.json"];

/**
 * What a script needs to read to run: its package, and the packages that it may import. The workspace, the home and folders that
 * hold them are never granted as a whole; there only the script's folder is, or, when that is the folder itself, the code beside it.
 *
 * @param script a real path
 */
export function codeRoots(script: string, options: CodeRootOptions): readonly string[] {
	const modules = script.indexOf("/node_modules/");
	if (modules >= 0) return present([script.slice(0, modules + "/node_modules".length)]);
	const folder = path.dirname(script);
	const owner = ancestors(folder, options.userHome).find((each) => MARKERS.some((marker) => fs.existsSync(path.join(each, marker))));
	const roots = new Set<string>();
	if (owner !== undefined && !isBroad(owner, options)) roots.add(owner);
	else if (owner !== undefined && !isBroad(folder, options)) roots.add(folder);
	else for (const file of [script, ...codeBeside(folder)]) roots.add(file);
	if (owner !== undefined) for (const name of SETTINGS) roots.add(path.join(owner, name));
	for (const each of ancestors(folder, options.userHome)) roots.add(path.join(each, "node_modules"));
	return withoutNested(present([...roots]));
}

/** From a folder upwards; the home and what holds it are left out. */
function ancestors(folder: string, userHome: string): readonly string[] {
	const found: string[] = [];
	for (let each = folder; each !== path.dirname(each) && !isWithin(userHome, each); each = path.dirname(each)) found.push(each);
	return found;
}

function isBroad(folder: string, options: CodeRootOptions): boolean {
	return (
		isWithin(options.userHome, folder) ||
		(options.workspace !== null && isWithin(options.workspace, folder)) ||
		path.dirname(folder) === path.dirname(path.dirname(folder))
	);
}

function codeBeside(folder: string): readonly string[] {
	let entries: readonly fs.Dirent[] = [];
	try {
		entries = fs.readdirSync(folder, { withFileTypes: true });
	} catch {
		// A folder that may be entered and not listed shows no more than the script.
	}
	return entries
		.filter((entry) => !entry.name.startsWith("."))
		.filter((entry) =>
			entry.isFile() ? CODE.test(entry.name) : entry.isDirectory() && fs.existsSync(path.join(folder, entry.name, "__init__.py")),
		)
		.map((entry) => path.join(folder, entry.name));
}

/** What is there under its own name. A link leads to where whoever made it wanted: it is no part of the code's own folder. */
function present(files: readonly string[]): readonly string[] {
	return files.filter((file) => realOrNull(file) === file).sort();
}

function realOrNull(file: string): string | null {
	try {
		return fs.realpathSync(file);
	} catch {
		return null;
	}
}

function withoutNested(files: readonly string[]): readonly string[] {
	return files.filter((file) => !files.some((other) => other !== file && isWithin(file, other)));
}

function isWithin(file: string, root: string): boolean {
	return file === root || file.startsWith(root.endsWith("/") ? root : `${root}/`);
}
