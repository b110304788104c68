import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

/** A control group that bounds the number of processes of one sandbox. */
export interface ProcessLimit {
	/** Binds a process, and all that it starts from then on. False: it could not be bound. */
	bind(pid: number): Promise<boolean>;
	/** When all of them are gone. */
	remove(): Promise<void>;
}

/**
 * RLIMIT_NPROC does not bind user 0, whatever the namespace. As root a control group does; null where there is none to be had
 * (inside most containers, whose own limit then applies).
 *
 * @param memoryBytes of all of them together, where groups count memory. Undefined: no limit
 */
export function openProcessLimit(count: number, memoryBytes?: number): ProcessLimit | null {
	let own = makeLimited(count, memoryBytes);
	if (own === null) return null;
	const ready = readyToMove();
	return {
		bind: async (pid) => {
			await ready;
			// A launcher that sees other processes than this one, in a container of its own, may have swept the group away as a dead one's.
			for (let i = 0; own !== null && i < 3; i++, own = makeLimited(count, memoryBytes))
				try {
					fs.writeFileSync(path.join(own, "cgroup.procs"), String(pid));
					return true;
				} catch {
					tryRemove(own);
				}
			return false;
		},
		remove: async () => {
			if (own !== null) await remove(own);
		},
	};
}

/** A group with its limits set; null when it cannot be had. */
function makeLimited(count: number, memoryBytes?: number): string | null {
	const own = makeGroup();
	if (own === null) return null;
	try {
		fs.writeFileSync(path.join(own, "pids.max"), String(count));
		if (memoryBytes !== undefined) limitMemory(own, memoryBytes);
		return own;
	} catch {
		tryRemove(own);
		return null;
	}
}

/**
 * The kernel makes the first process that is moved wait some ten milliseconds for all its processors, and those that follow soon not at
 * all. So this process is moved to where it is already, while the sandbox stands up.
 */
async function readyToMove(): Promise<void> {
	try {
		const where = /^(?:0:|\d+:pids):(\/.*)$/m.exec(fs.readFileSync("/proc/self/cgroup", "utf8"))?.[1];
		if (where !== undefined) await promisify(fs.writeFile)(path.join(root().folder, where, "cgroup.procs"), String(process.pid));
	} catch {
		// Then the move itself takes the time.
	}
}

/** Without memory in the groups of this machine, the limit of each process is left (RLIMIT_DATA). */
function limitMemory(group: string, bytes: number): void {
	for (const [file, value] of [
		["memory.max", String(bytes)],
		["memory.swap.max", "0"],
	] as const)
		if (fs.existsSync(path.join(group, file))) fs.writeFileSync(path.join(group, file), value);
}

/** Does a limit of processes hold here? For an ordinary user it does; for root only with control groups. */
export async function processesAreBounded(): Promise<boolean> {
	if (process.getuid?.() !== 0) return true;
	const own = makeGroup();
	if (own === null) return false;
	await remove(own);
	return true;
}

/** The group of all groups that count processes. `unified`: of all groups whatever. */
function root(): { readonly folder: string; readonly unified: boolean } {
	const unified = fs.existsSync("/sys/fs/cgroup/cgroup.controllers");
	return { folder: unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids", unified };
}

/** An empty control group for one sandbox, in a folder of our own. */
function makeGroup(): string | null {
	const { folder: parent, unified } = root();
	const folder = path.join(parent, "sallyport");
	try {
		fs.mkdirSync(folder, { recursive: true });
		if (unified) for (const each of [parent, folder]) enable(each);
		removeEmpty(folder);
		const own = fs.mkdtempSync(path.join(folder, `${process.pid}-`));
		if (fs.existsSync(path.join(own, "pids.max"))) return own;
		tryRemove(own);
	} catch {}
	return null;
}

/** Not every machine counts memory in its groups. */
function enable(folder: string): void {
	const control = path.join(folder, "cgroup.subtree_control");
	fs.writeFileSync(control, "+pids");
	try {
		fs.writeFileSync(control, "+memory");
	} catch {}
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
