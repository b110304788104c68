import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { LABEL, readLabel } from "./label.ts";
import { contentDigest, statDigest } from "./tree.ts";

/**
 * Says whether a package still lies in the store as it was published. Cheap: files are compared by what the file system says
 * of them, and read again only when that differs from the last time.
 */
export async function verifyInstalled(
	home: Home,
	stored: { readonly folder: string; readonly lockDigest: string; readonly contentDigest: string },
): Promise<Result<void>> {
	const { folder } = stored;
	const broken = fail(
		"package-changed",
		`${folder} is not what was installed: a file was changed, added or removed.`,
		"Remove the folder and approve the server again: sallyport allow NAME",
	);
	if (path.dirname(path.dirname(folder)) !== home.store || realOrNull(folder) !== folder) return broken;
	const label = readLabel(folder);
	if (label === null || label.lockDigest !== stored.lockDigest || label.contentDigest !== stored.contentDigest) return broken;
	const now = statDigest(folder);
	if (now === null) return broken;
	if (readSeen(home, folder) === now) return ok(undefined);
	try {
		if (contentDigest(folder, LABEL) !== label.contentDigest) return broken;
	} catch {
		return broken;
	}
	await writeSeen(home, folder, now);
	return ok(undefined);
}

const Seen = z.record(z.string(), z.string());

function readSeen(home: Home, folder: string): string | undefined {
	return readAllSeen(home)[keyOf(home, folder)];
}

/** Remembers what the file system says of an intact package now. */
export async function writeSeen(home: Home, folder: string, digest: string): Promise<void> {
	const kept = Object.entries(readAllSeen(home)).filter(([name]) => fs.existsSync(path.join(home.store, name)));
	const all = { ...Object.fromEntries(kept), [keyOf(home, folder)]: digest };
	try {
		const { default: writeFileAtomic } = await import("write-file-atomic");
		await writeFileAtomic(path.join(home.state, "packages.json"), `${JSON.stringify(all)}\n`, { mode: 0o600, fsync: false });
	} catch {
		// A memory that cannot be kept only costs time.
	}
}

/** Where it lies in the store: `npm/NAME@VERSION-LOCK`. */
function keyOf(home: Home, folder: string): string {
	return path.relative(home.store, folder);
}

function readAllSeen(home: Home): Readonly<Record<string, string>> {
	try {
		return Seen.parse(JSON.parse(fs.readFileSync(path.join(home.state, "packages.json"), "utf8")));
	} catch {
		return {};
	}
}

function realOrNull(file: string): string | null {
	try {
		return fs.realpathSync(file);
	} catch {
		return null;
	}
}
