import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../core/result.ts";
import { type Code, CodedMemory } from "../coded-memory.ts";
import type { Home } from "../home.ts";
import { LABEL, readLabel } from "./label.ts";
import { contentDigest, statDigest } from "./tree.ts";

/** Where a package lies in the store, and what its content was when it was published. */
interface Stored {
	readonly folder: string;
	readonly lockDigest: string;
	readonly contentDigest: string;
}

/** A package that is unchanged if what was seen of it the last time can be believed. Nothing of it may run before `prove`. */
export interface ClaimedPackage {
	/** Reads its files again where the memory has no code of this key, and remembers what the file system says of them. */
	prove(code: Code | null): Result<void>;
}

/**
 * Says whether a package still lies in the store as it was published. Cheap: files are compared by what the file system says of them, and read
 * again only when that differs from the last time, or when nobody knows who wrote down the last time.
 */
export function claimInstalled(home: Home, stored: Stored, now: () => number = Date.now): Result<ClaimedPackage> {
	const { folder } = stored;
	if (path.dirname(path.dirname(folder)) !== home.store || realOrNull(folder) !== folder) return changed(folder);
	const label = readLabel(folder);
	if (label === null || label.lockDigest !== stored.lockDigest || label.contentDigest !== stored.contentDigest) return changed(folder);
	const seen = statDigest(folder);
	if (seen === null) return changed(folder);
	const memory = new CodedMemory(path.join(home.state, "packages.json"), "packages");
	const key = path.relative(home.store, folder);
	const known = memory.recall(key);
	const isRead = known?.fact !== seen;
	if (isRead && !isWhole(folder, label.contentDigest)) return changed(folder);
	return ok({
		prove: (code) => {
			if (code !== null && !isRead && known.isCoded(code)) return ok(undefined);
			if (!isRead && !isWhole(folder, label.contentDigest)) return changed(folder);
			if (code !== null) memory.remember(key, seen, code, now());
			return ok(undefined);
		},
	});
}

/** The same at once, by its content, whatever is remembered. */
export function verifyInstalled(home: Home, stored: Stored): Result<void> {
	const claimed = claimInstalled(home, stored);
	return claimed.ok ? claimed.value.prove(null) : claimed;
}

function isWhole(folder: string, content: string): boolean {
	try {
		return contentDigest(folder, LABEL) === content;
	} catch {
		return false;
	}
}

function changed(folder: string): Result<never> {
	return fail(
		"package-changed",
		`${folder} is not what was installed: a file was changed, added or removed.`,
		"Remove the folder and approve the server again: sallyport allow NAME",
	);
}

function realOrNull(file: string): string | null {
	try {
		return fs.realpathSync(file);
	} catch {
		return null;
	}
}
