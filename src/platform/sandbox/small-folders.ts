import * as fs from "node:fs";
import * as path from "node:path";
import type { PlannedMount } from "./grants.ts";
import type { Rule } from "./mirror/mirror.ts";
import { isWithin } from "./protected.ts";

/** Of all folders together that are copied though they may only be read: a few milliseconds of work. */
const MOST_ENTRIES = 256;
const MOST_BYTES = 4 * 1024 * 1024;
/** Too much lies there, and changes too often. */
const NEVER_COPIED: ReadonlySet<string> = new Set([".git", "node_modules", "site-packages", "dist-packages"]);

/**
 * Small folders for reading become copies that are kept like them. What a server may not see then never is in what it sees, also not for
 * the moment in which it appears in the folder itself.
 *
 * @param isHidden by absolute path
 * @param isPersonal folders of the person's: all others stay as they are
 */
export function copySmallFolders(
	mounts: readonly PlannedMount[],
	isHidden: (absolute: string) => boolean,
	isPersonal: (folder: string) => boolean,
): readonly PlannedMount[] {
	const left = { entries: MOST_ENTRIES, bytes: MOST_BYTES };
	const isInCopy = (at: string): boolean => mounts.some((mount) => mount.kind === "mirror" && isWithin(at, mount.at));
	return mounts.map((mount) => {
		if (mount.kind !== "read" || !isPersonal(mount.at) || isInCopy(mount.at)) return mount;
		const size = sizeOf(mount.at, left);
		if (size === null) return mount;
		left.entries -= size.entries;
		left.bytes -= size.bytes;
		const rule = (relative: string): Rule => (isHidden(path.join(mount.at, relative)) ? "hidden" : "write");
		return { kind: "mirror", at: mount.at, id: mount.id, readOnly: true, rule };
	});
}

interface Size {
	readonly entries: number;
	readonly bytes: number;
}

/** Null: it is no folder, larger than this, or holds what is never copied. */
function sizeOf(folder: string, most: Size): Size | null {
	let entries = 0;
	let bytes = 0;
	const walk = (at: string): boolean =>
		fs.readdirSync(at, { withFileTypes: true }).every((entry) => {
			if (++entries > most.entries || NEVER_COPIED.has(entry.name)) return false;
			const inner = path.join(at, entry.name);
			if (entry.isDirectory()) return walk(inner);
			if (entry.isFile()) bytes += fs.lstatSync(inner).size;
			return bytes <= most.bytes;
		});
	try {
		return walk(folder) ? { entries, bytes } : null;
	} catch {
		return null;
	}
}
