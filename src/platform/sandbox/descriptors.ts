import * as fs from "node:fs";

const O_CLOEXEC = 0o2000000;

/**
 * Descriptors above 2 that a child would inherit. Node marks the ones it opens, and those it was started with up to the first
 * gap past 15: what is left unmarked came from whoever started this process. Empty where the system has no `/proc`.
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
 * Closes them. A folder that was left open is a way to everything beneath it, whatever the mounts say.
 * Call first thing in a process that starts servers; the engine calls it again. Returns the numbers it closed.
 */
export function closeInheritedDescriptors(): readonly number[] {
	return inheritableDescriptors().filter((fd) => {
		try {
			fs.closeSync(fd);
			return true;
		} catch {
			return false;
		}
	});
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
