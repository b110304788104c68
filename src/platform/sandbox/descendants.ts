import * as fs from "node:fs";

/**
 * The last process of the chain that starts at `pid`: bubblewrap's monitor, its reaper, and then what waits to become the server.
 * Null: nothing was started by `pid`, or the kernel does not tell.
 */
export function deepestDescendant(pid: number): number | null {
	const last = childrenOf(pid).at(-1);
	return last === undefined ? null : (deepestDescendant(last) ?? last);
}

function childrenOf(pid: number): readonly number[] {
	try {
		return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
	} catch {
		return [];
	}
}
