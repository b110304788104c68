import * as fs from "node:fs";

/**
 * What the name of a folder in `/tmp` says of the process that it belongs to: its number, and the process namespace in which that number is
 * meant. Two containers that share a `/tmp` do not see one another's processes.
 */
export function ownerTag(): string {
	return `${process.pid}-${namespaceOf()}-`;
}

/** True when what stands behind the prefix of a name is such a tag, and its process was one of this namespace and has ended. */
export function isLeftBehind(rest: string): boolean {
	const [, pid, namespace] = /^(\d+)-(\d+)-/.exec(rest) ?? [];
	return pid !== undefined && namespace === namespaceOf() && namespace !== UNKNOWN && !fs.existsSync(`/proc/${pid}`);
}

const UNKNOWN = "0";

function namespaceOf(): string {
	try {
		return /\d+/.exec(fs.readlinkSync("/proc/self/ns/pid"))?.[0] ?? UNKNOWN;
	} catch {
		return UNKNOWN;
	}
}
