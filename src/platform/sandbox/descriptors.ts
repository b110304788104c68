import * as fs from "node:fs";
import { fail, ok, type Result } from "../../core/result.ts";

const O_CLOEXEC = 0o2000000;

/** More than any program leaves open by accident; each costs one open of /dev/null. */
const HIGHEST = 4096;

/**
 * Closes the folders, sockets and pipes that were left open to this process. Files are not closed, because a library that runs
 * beside (Node reads certificates in a thread of its own) may have opened one just now; `spawnSealed` covers them.
 */
function closeInheritedDescriptors(): void {
	for (const fd of inheritableDescriptors())
		try {
			if (!fs.fstatSync(fd).isFile()) fs.closeSync(fd);
		} catch {
			// Gone by now.
		}
}

/**
 * Descriptors above 2 that a child would inherit. Node marks the ones it opens, and those it was started with up to the first
 * gap past 15: what is left unmarked came from whoever started this process, or belongs to such a library. Empty where the
 * system has no `/proc`.
 */
function inheritableDescriptors(): readonly number[] {
	let names: readonly string[];
	try {
		names = fs.readdirSync("/proc/self/fd");
	} catch {
		return [];
	}
	return names.map(Number).filter((fd) => fd > 2 && isInheritable(fd));
}

/**
 * Starts a child that inherits nothing: it gets `pipes` pipes, and /dev/null in the place of every descriptor above them that it
 * would have got. A folder that was left open is a way to everything beneath it, whatever the mounts say.
 *
 * @param start calls `spawn` with this `stdio`
 */
export function spawnSealed<T>(pipes: number, start: (stdio: ("pipe" | number)[]) => T): Result<T> {
	closeInheritedDescriptors();
	const highest = Math.max(-1, ...inheritableDescriptors());
	if (highest > HIGHEST)
		return fail(
			"descriptors-open",
			"The server would inherit open files from the program that started Sallyport.",
			"Start that program anew, or ask its makers to close what it opens.",
		);
	// "ignore" would leave a descriptor above 2 as it is: it has to be replaced.
	const nothing = fs.openSync("/dev/null", "r+");
	try {
		return ok(start(Array.from({ length: Math.max(pipes, highest + 1) }, (_, fd) => (fd < pipes ? "pipe" : nothing))));
	} finally {
		fs.closeSync(nothing);
	}
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
