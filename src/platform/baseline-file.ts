import * as fs from "node:fs";
import * as path from "node:path";
import { type Baseline, type BaselineEntry, formatBaseline, parseBaseline } from "../core/report/baseline.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { PendingFile } from "./files/atomic-file.ts";
import { readBounded } from "./files/bounded-file.ts";

/** Where a workspace keeps its baseline. */
const BASELINE = path.join(".sallyport", "baseline.json");

/** Bytes; tens of thousands of entries. */
const MOST_BYTES = 16 * 1024 * 1024;

export function defaultBaseline(workspace: string): string {
	return path.join(workspace, BASELINE);
}

/** The folder that a baseline's file names start from: its own, or the workspace where it is in `.sallyport`. */
export function workspaceOfBaseline(file: string): string {
	const folder = path.dirname(file);
	return path.basename(folder) === ".sallyport" ? path.dirname(folder) : folder;
}

/** Null: there is none. One that cannot be read, or is not a baseline, is a Problem. */
export function readBaseline(file: string): Result<Baseline | null> {
	if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return ok(null);
	const text = readBounded(file, MOST_BYTES);
	if (text === null)
		return fail(
			"baseline-unreadable",
			`${file} cannot be read as a baseline.`,
			"It must be a plain file, and no link. Check its permissions.",
		);
	return parseBaseline(text, file);
}

/** Takes the place of the old one in one step. What stands there and is no baseline is never overwritten: read it first. */
export function writeBaseline(file: string, entries: readonly BaselineEntry[]): Result<void> {
	const folder = path.dirname(file);
	try {
		fs.mkdirSync(folder, { recursive: true });
		if (fs.lstatSync(folder).isSymbolicLink())
			return fail("baseline-unwritable", `${folder} is a link.`, "Name the file where it is: --write-baseline FILE");
		const before = fs.lstatSync(file, { throwIfNoEntry: false });
		const pending = new PendingFile(file, formatBaseline(entries));
		try {
			pending.adopt(before ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, mode: 0o644 });
			pending.commit();
		} finally {
			pending.discard();
		}
		return ok(undefined);
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : "error";
		return fail("baseline-unwritable", `${file} cannot be written (${code}).`, "Name a file that you may write: --write-baseline FILE");
	}
}
