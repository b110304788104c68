import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** A control group that bounds the number of processes; `remove` when all of them are gone. */
export interface ProcessLimit {
	remove(): Promise<void>;
}

/**
 * RLIMIT_NPROC does not bind user 0, whatever the namespace. As root a control group does; null where there is none to be had
 * (inside most containers, whose own limit then applies).
 */
export function limitProcesses(pid: number, count: number): ProcessLimit | null {
	const parent = "/sys/fs/cgroup";
	const unified = fs.existsSync(path.join(parent, "cgroup.controllers"));
	const folder = path.join(parent, unified ? "" : "pids", "sallyport");
	try {
		fs.mkdirSync(folder, { recursive: true });
		if (unified) {
			fs.writeFileSync(path.join(parent, "cgroup.subtree_control"), "+pids");
			fs.writeFileSync(path.join(folder, "cgroup.subtree_control"), "+pids");
		}
		removeEmpty(folder);
		const own = path.join(folder, randomBytes(8).toString("hex"));
		fs.mkdirSync(own);
		fs.writeFileSync(path.join(own, "pids.max"), String(count));
		fs.writeFileSync(path.join(own, "cgroup.procs"), String(pid));
		return { remove: () => remove(own) };
	} catch {
		return null;
	}
}

/** What launchers that were killed have left. A group with processes in it cannot be removed, and is not. */
function removeEmpty(folder: string): void {
	for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
		if (!entry.isDirectory()) continue;
		try {
			fs.rmdirSync(path.join(folder, entry.name));
		} catch {}
	}
}

async function remove(folder: string): Promise<void> {
	for (let i = 0; i < 50; i++) {
		try {
			fs.rmdirSync(folder);
			return;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EBUSY") return;
		}
		// The kernel takes a moment to bury the last process.
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
