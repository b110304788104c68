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
	const own = makeGroup();
	if (own === null) return null;
	try {
		fs.writeFileSync(path.join(own, "pids.max"), String(count));
		fs.writeFileSync(path.join(own, "cgroup.procs"), String(pid));
		return { remove: () => remove(own) };
	} catch {
		tryRemove(own);
		return null;
	}
}

/** Does a limit of processes hold here? For an ordinary user it does; for root only with control groups. */
export async function processesAreBounded(): Promise<boolean> {
	if (process.getuid?.() !== 0) return true;
	const own = makeGroup();
	if (own === null) return false;
	await remove(own);
	return true;
}

/** An empty control group for one sandbox, in a folder of our own. */
function makeGroup(): string | null {
	const parent = "/sys/fs/cgroup";
	const unified = fs.existsSync(path.join(parent, "cgroup.controllers"));
	const folder = path.join(parent, unified ? "" : "pids", "sallyport");
	try {
		fs.mkdirSync(folder, { recursive: true });
		if (unified) for (const each of [parent, folder]) fs.writeFileSync(path.join(each, "cgroup.subtree_control"), "+pids");
		removeEmpty(folder);
		const own = path.join(folder, `${process.pid}-${randomBytes(8).toString("hex")}`);
		fs.mkdirSync(own);
		if (fs.existsSync(path.join(own, "pids.max"))) return own;
		tryRemove(own);
	} catch {}
	return null;
}

/** What launchers that were killed have left. A group with processes in it cannot be removed, and is not. */
function removeEmpty(folder: string): void {
	for (const entry of fs.readdirSync(folder, { withFileTypes: true }))
		if (entry.isDirectory() && !fs.existsSync(`/proc/${Number.parseInt(entry.name, 10)}`)) tryRemove(path.join(folder, entry.name));
}

function tryRemove(folder: string): void {
	try {
		fs.rmdirSync(folder);
	} catch {}
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
