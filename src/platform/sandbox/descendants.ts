import * as fs from "node:fs";

/** The last process of the chain that starts at `pid`: bubblewrap's monitor, its reaper, and then what waits to become the server. */
export function deepestDescendant(pid: number): number {
	const children = childrenOf(pid);
	const last = children.at(-1);
	return last === undefined ? pid : deepestDescendant(last);
}

function childrenOf(pid: number): readonly number[] {
	try {
		return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
	} catch {
		return [];
	}
}
