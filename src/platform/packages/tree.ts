import * as fs from "node:fs";
import * as path from "node:path";
import { nodeCrypto } from "../node-crypto.ts";

/** An entry that no package of the registry has: a link, a device, a file with a second name elsewhere. */
export class ForeignEntry extends Error {}

/**
 * Makes a tree read-only and hashes it: names, kinds and contents. The top folder itself stays writable by its owner, so that it
 * can still be renamed. What was executable stays so: many packages are a script that starts a native program beside it.
 *
 * @returns `sha256:` and 64 hexadecimal digits
 */
export function sealTree(root: string): string {
	for (const { file, stat } of walk(root)) {
		if (stat.isDirectory()) {
			if (file !== root) fs.chmodSync(file, 0o555);
		} else fs.chmodSync(file, (stat.mode & 0o100n) === 0n ? 0o444 : 0o555);
	}
	return contentDigest(root);
}

/**
 * Over names, kinds and contents. Throws {@link ForeignEntry}.
 *
 * @param except a name in the top folder that does not count
 */
export function contentDigest(root: string, except?: string): string {
	const hash = nodeCrypto().createHash("sha256");
	for (const { file, stat } of walk(root)) {
		const name = path.relative(root, file);
		if (name === except) continue;
		if (stat.isDirectory()) hash.update(`folder\0${name}\0`);
		else hash.update(`file\0${name}\0${nodeCrypto().createHash("sha256").update(fs.readFileSync(file)).digest("hex")}\0`);
	}
	return `sha256:${hash.digest("hex")}`;
}

/**
 * Over everything that changes when a file is written, replaced or added, without reading the files: some ten milliseconds for
 * a server's packages. The top folder does not count, because publishing renames it.
 *
 * @returns null when an entry is there that must not be, or that others may write
 */
export function statDigest(root: string): string | null {
	const owner = process.getuid?.() ?? -1;
	const facts: string[] = [];
	// On the way of every launch: plain recursion and numbers, which are exact to a microsecond.
	const look = (file: string, name: string): boolean => {
		const stat = fs.lstatSync(file);
		if (stat.uid !== owner || (stat.mode & 0o022) !== 0) return false;
		if (name !== "") facts.push(`${name}\0${stat.mode}:${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`);
		if (!stat.isDirectory()) return stat.isFile() && stat.nlink === 1;
		return fs
			.readdirSync(file)
			.sort()
			.every((each) => look(`${file}/${each}`, `${name}/${each}`));
	};
	try {
		if (!look(root, "")) return null;
	} catch {
		return null;
	}
	return nodeCrypto().createHash("sha256").update(facts.join("\0")).digest("hex");
}

/** Removes a tree with read-only folders in it. Never follows a link. Nothing there is fine. */
export function removeTree(root: string): void {
	try {
		for (const { file, stat } of walk(root, true)) if (stat.isDirectory()) fs.chmodSync(file, 0o700);
	} catch {
		// Whatever cannot be opened up is reported by the removal itself.
	}
	fs.rmSync(root, { recursive: true, force: true });
}

interface Entry {
	readonly file: string;
	readonly stat: fs.BigIntStats;
}

/** A folder before what lies in it, names in code unit order. */
function* walk(file: string, lenient = false): Generator<Entry> {
	const stat = fs.lstatSync(file, { bigint: true });
	if (!stat.isDirectory()) {
		if (lenient) return;
		if (!stat.isFile() || stat.nlink > 1n) throw new ForeignEntry(path.basename(file));
		yield { file, stat };
		return;
	}
	yield { file, stat };
	for (const name of fs.readdirSync(file).sort()) yield* walk(path.join(file, name), lenient);
}
