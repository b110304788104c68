import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../core/result.ts";
import { PendingFile } from "../platform/files/atomic-file.ts";
import type { Io } from "./io.ts";
import { writeOut } from "./stream-out.ts";

/** What ends a program that runs long, and leaves it the time to tidy up. */
const ENDS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Where an export goes. */
export interface ExportTarget {
	/** False: there is nobody who reads it any more. */
	write(text: string): Promise<boolean>;
	/** Puts it in its place. */
	finish(): Result<void>;
	/** Leaves nothing behind; safe to call at any time. */
	discard(): void;
}

/**
 * A file that takes its place when it is whole, for this user alone; without a name, standard output.
 *
 * @param force a file that is there is replaced
 */
export function openTarget(file: string | undefined, force: boolean, io: Io): Result<ExportTarget> {
	if (file === undefined) return ok({ write: (text) => writeOut(io.stdout, text), finish: () => ok(undefined), discard: () => {} });
	const target = path.resolve(io.cwd, file);
	if (!force && fs.existsSync(target)) return isThere();
	let pending: PendingFile | null = null;
	// Before there is a file: a signal may come as soon as it is there.
	const ended = (_: NodeJS.Signals, signal: number): void => {
		pending?.discard();
		process.exit(128 + signal);
	};
	const letEnd = (): void => {
		for (const signal of ENDS) process.off(signal, ended);
	};
	for (const signal of ENDS) process.once(signal, ended);
	try {
		pending = new PendingFile(target, "");
	} catch (error) {
		letEnd();
		const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
		return fail(
			"output-unwritable",
			`${file} cannot be written (${code}).`,
			"Check that its folder is there, and that you may write in it.",
		);
	}
	const made = pending;
	return ok({
		write: async (text) => {
			made.append(text);
			return true;
		},
		finish: () => {
			made.flush();
			if (force) made.commit();
			else if (!made.commitNew()) return isThere();
			return ok(undefined);
		},
		discard: () => {
			letEnd();
			made.discard();
		},
	});
}

function isThere(): Result<never> {
	return fail("file-exists", "The file is there already.", "Give --output another name, or --force to replace it.");
}
