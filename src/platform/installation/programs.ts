import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../core/result.ts";

/** Everything that the launcher needs to run, in memory: what is hashed is what is written. */
export interface Programs {
	/** By path relative to the launcher's folder, with `/`. */
	readonly files: ReadonlyMap<string, Buffer>;
	/** Of names and contents: 64 hexadecimal digits. */
	readonly digest: string;
}

const BUNDLES = ["sallyport.cjs", "launcher.cjs", "cli.cjs"];
const KEYTAR = "node_modules/keytar";

/** What the weaker sandbox of Linux needs: a library and its native part, which npm has as a package for each processor. */
const KOFFI = "node_modules/koffi";
const KOFFI_NATIVE = `node_modules/@koromix/koffi-${process.platform}-${process.arch}`;
const KOFFI_FILES = ["package.json", "index.cjs", "src/koffi/index.cjs", "src/koffi/src/static.cjs"];
const KOFFI_NATIVE_FILES = [...["package.json", "index.js"], ...["linux", "musl"].map((system) => `${system}_${process.arch}/koffi.node`)];

/** Made by Node when the programs run (see the dispatcher); no part of what was installed. */
const COMPILE_CACHE = ".compile-cache";

/** Far more than any launcher has. */
const MOST_FILES = 200;

/**
 * Reads the built programs, and from the packages above them the native libraries, for this system alone.
 *
 * @param from the folder of the built programs
 */
export function readPrograms(from: string): Result<Programs> {
	const files = new Map<string, Buffer>();
	for (const name of BUNDLES) {
		const content = read(path.join(from, name));
		if (content === null)
			return fail("launcher-incomplete", `${path.join(from, name)} is missing, so the launcher cannot be installed.`, COMPLETE);
		files.set(name, content);
	}
	const add = (library: string, namesIn: (found: string) => readonly string[]): void => {
		const found = findLibrary(from, library);
		for (const name of found === null ? [] : namesIn(found)) {
			const content = read(path.join(found ?? "", name));
			if (content !== null) files.set(`${library}/${name}`, content);
		}
	};
	add(KEYTAR, keytarFiles);
	// Without it everything works but the weaker sandbox, which says so.
	if (process.platform === "linux") {
		add(KOFFI, () => KOFFI_FILES);
		add(KOFFI_NATIVE, () => KOFFI_NATIVE_FILES);
	}
	const names = [...files.keys()];
	if (!files.has(`${KEYTAR}/package.json`) || !names.some((name) => name.endsWith(".js")) || !names.some((name) => name.endsWith(".node")))
		return fail(
			"launcher-incomplete",
			`The keychain's library (keytar) for ${process.platform}-${process.arch} is not beside ${from}, so the launcher cannot be installed.`,
			COMPLETE,
		);
	return ok({ files, digest: digestOf(files) });
}

const COMPLETE = "Install Sallyport again; in a clone: npm ci, then npm run build.";

/** True when a folder holds exactly the files of this digest: nothing changed, missing, added, or put elsewhere through a link. */
export function isIntact(folder: string, digest: string): boolean {
	try {
		const files = new Map<string, Buffer>();
		return gather(folder, "", files) && digestOf(files) === digest;
	} catch {
		return false;
	}
}

/** False at the first thing that we did not put there. */
function gather(folder: string, below: string, files: Map<string, Buffer>): boolean {
	if (!fs.lstatSync(path.join(folder, below)).isDirectory()) return false;
	for (const entry of fs.readdirSync(path.join(folder, below), { withFileTypes: true })) {
		const name = below === "" ? entry.name : `${below}/${entry.name}`;
		if (name === COMPILE_CACHE && entry.isDirectory()) continue;
		if (entry.isDirectory()) {
			if (!gather(folder, name, files)) return false;
		} else if (!entry.isFile() || files.size >= MOST_FILES) return false;
		else files.set(name, fs.readFileSync(path.join(folder, name)));
	}
	return true;
}

function digestOf(files: ReadonlyMap<string, Buffer>): string {
	const hash = createHash("sha256");
	for (const name of [...files.keys()].sort())
		hash.update(
			`${name}\0${createHash("sha256")
				.update(files.get(name) ?? "")
				.digest("hex")}\0`,
		);
	return hash.digest("hex");
}

/** As `require` would find it, but in the folders above alone: NODE_PATH has no say in what gets into the home. */
function findLibrary(from: string, library: string): string | null {
	let folder: string;
	try {
		folder = fs.realpathSync(from);
	} catch {
		return null;
	}
	for (; ; folder = path.dirname(folder)) {
		const candidate = path.join(folder, library);
		if (fs.existsSync(path.join(candidate, "package.json"))) return candidate;
		if (folder === path.dirname(folder)) return null;
	}
}

/** What it loads here: its own code, and the native parts for this system, whichever C library that has. */
function keytarFiles(keytar: string): readonly string[] {
	const lib = list(path.join(keytar, "lib")).filter((name) => name.endsWith(".js"));
	const natives = [`${process.platform}-${process.arch}`, `${process.platform}musl-${process.arch}`].map((each) => `prebuilds/${each}`);
	return ["package.json", ...lib.map((name) => `lib/${name}`), ...["build/Release", ...natives].map((each) => `${each}/keytar.node`)];
}

function list(folder: string): readonly string[] {
	try {
		return fs.readdirSync(folder);
	} catch {
		return [];
	}
}

/** Null: it is not there, or is no file that can be read. */
function read(file: string): Buffer | null {
	try {
		return fs.readFileSync(file);
	} catch {
		return null;
	}
}
