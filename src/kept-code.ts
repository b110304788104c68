import * as fs from "node:fs";
import * as path from "node:path";

/** A program that runs. */
interface Running {
	/** What it exports. */
	readonly exports: unknown;
	/** Keeps its code as it is when this is called, for the next run. Null: what is kept serves, or nothing can be. */
	readonly keep: (() => void) | null;
}

/**
 * Runs a bundled program with the code that V8 made of it in an earlier run. Node's own compile cache holds a program as it is before its
 * first line has run, and so without nearly all of its functions: a launcher would compile each of them anew while its host waits.
 *
 * V8 trusts what it finds there. So it lies in a folder of this user alone, says of which file, Node and machine it was made, and carries a
 * checksum: one that was torn is as good as none.
 *
 * @param file of ASCII alone, as the bundler writes it
 * @param folder for what is kept; null: there is none
 * @param load the program's `require`
 */
export function runWithKeptCode(file: string, folder: string | null, load: NodeJS.Require): Running {
	const { Script }: typeof import("node:vm") = load("node:vm");
	const { source, made } = read(file);
	const kept = folder === null ? null : path.join(folder, `${path.basename(file)}.code`);
	// What every launch needs anyway, unlike the module that has shorter checksums.
	const { hash }: typeof import("node:crypto") = load("node:crypto");
	const checksum: Checksum = (bytes) => hash("sha256", bytes, "buffer");
	const cachedData = kept === null ? null : readCode(kept, made, checksum);
	const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${source}\n})`, {
		filename: file,
		...(cachedData === null ? {} : { cachedData }),
	});
	const program: { exports: unknown } = { exports: {} };
	script.runInThisContext()(program.exports, load, program, file, path.dirname(file));
	const serves = cachedData !== null && script.cachedDataRejected === false;
	return {
		exports: program.exports,
		keep: kept === null || serves ? null : () => writeCode(kept, made, script.createCachedData(), checksum),
	};
}

type Checksum = (bytes: Buffer) => Buffer;

/** `made`: what its code depends on. A change of the file changes its ctime, which nobody can set. */
function read(file: string): { readonly source: string; readonly made: string } {
	const fd = fs.openSync(file, "r");
	try {
		const { dev, ino, size, mtimeNs, ctimeNs } = fs.fstatSync(fd, { bigint: true });
		const { version, versions, arch } = process;
		return { source: fs.readFileSync(fd, "latin1"), made: [dev, ino, size, mtimeNs, ctimeNs, version, versions.v8, arch].join(":") };
	} finally {
		fs.closeSync(fd);
	}
}

// The checksum of all that follows, the length of what it was made of, that, and the code, which V8 wants to begin at a multiple of eight.
const SUM = 32;
const HEAD = SUM + 4;

/** Null: there is none, or not of this. */
function readCode(kept: string, made: string, checksum: Checksum): Buffer | null {
	try {
		const bytes = fs.readFileSync(kept);
		const length = bytes.readUInt32LE(SUM);
		if (bytes.toString("latin1", HEAD, HEAD + length) !== made || !checksum(bytes.subarray(SUM)).equals(bytes.subarray(0, SUM)))
			return null;
		return bytes.subarray(codeAt(length));
	} catch {
		return null;
	}
}

function writeCode(kept: string, made: string, code: Buffer, checksum: Checksum): void {
	const bytes = Buffer.alloc(codeAt(made.length) + code.length);
	bytes.writeUInt32LE(made.length, SUM);
	bytes.write(made, HEAD, "latin1");
	code.copy(bytes, codeAt(made.length));
	checksum(bytes.subarray(SUM)).copy(bytes);
	const passing = `${kept}.${process.pid}`;
	try {
		fs.writeFileSync(passing, bytes, { mode: 0o600, flag: "wx" });
		fs.renameSync(passing, kept);
	} catch {
		// A cache that cannot be kept only costs time.
		fs.rmSync(passing, { force: true });
	}
}

function codeAt(madeLength: number): number {
	return Math.ceil((HEAD + madeLength) / 8) * 8;
}
