import * as fs from "node:fs";
import { fail, ok, type Result } from "../../core/result.ts";

const O_CLOEXEC = 0o2000000;

/** More than any program leaves open by accident; each costs one open of /dev/null. */
const HIGHEST = 4096;

/**
 * Descriptors above 2 that a child would inherit. Node marks the ones it opens, and those it was started with up to the first
 * gap past 15: what is left unmarked came from whoever started this process (or belongs for a moment to a library that runs
 * beside, which is why they are covered and never closed). Empty where the system has no `/proc`.
 */
export function inheritableDescriptors(): readonly number[] {
	let names: readonly string[];
	try {
		names = fs.readdirSync("/proc/self/fd");
	} catch {
		return [];
	}
	return names.map(Number).filter((fd) => fd > 2 && isInheritable(fd));
}

/**
 * `stdio` for a child that inherits nothing: `pipes` pipes, and /dev/null in the place of every descriptor above them that it
 * would have got. A folder that was left open is a way to everything beneath it, whatever the mounts say.
 */
export function sealedStdio(pipes: number): Result<("pipe" | "ignore")[]> {
	const highest = Math.max(-1, ...inheritableDescriptors());
	if (highest > HIGHEST)
		return fail(
			"descriptors-open",
			"The server would inherit open files from the program that started Sallyport.",
			"Start that program anew, or ask its makers to close what it opens.",
		);
	return ok(Array.from({ length: Math.max(pipes, highest + 1) }, (_, fd) => (fd < pipes ? "pipe" : "ignore")));
}

function isInheritable(fd: number): boolean {
	try {
		const flags = /^flags:\s*([0-7]+)$/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1];
		return flags === undefined || (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
	} catch {
		// The descriptor of the listing itself: gone by now.
		return false;
	}
}
