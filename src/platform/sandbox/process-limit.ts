import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

/** A control group that bounds the number of processes of one sandbox. */
export interface ProcessLimit {
	/** Where the group is now. Null: it could not be made again. */
	readonly folder: string | null;
	/** Binds a process, and all that it starts from then on. False: it could not be bound, and nothing else binds it: an ordinary user has RLIMIT_NPROC. */
	bind(pid: number): Promise<boolean>;
	/** When all of them are gone. */
	remove(): Promise<void>;
}

/**
 * A limit for all processes of a sandbox together. RLIMIT_NPROC does not bind user 0, whatever the namespace, and memory is counted by no
 * RLIMIT but for each process alone. Null where there is no control group to be had: for root inside most containers, whose own limit then
 * applies; for others wherever the system has not handed them a part of the tree, as systemd does for what a desktop session starts.
 *
 * @param memoryBytes of all of them together, where groups count memory. Undefined: no limit
 */
export function openProcessLimit(count: number, memoryBytes?: number): ProcessLimit | null {
	let own = makeLimited(count, memoryBytes);
	if (own === null) return null;
	const ready = readyToMove();
	return {
		get folder() {
			return own;
		},
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
			return process.getuid?.() !== 0;
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
		const folder = process.getuid?.() === 0 ? wholeTree().folder : UNIFIED;
		if (where !== undefined) await promisify(fs.writeFile)(path.join(folder, where, "cgroup.procs"), String(process.pid));
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

const UNIFIED = "/sys/fs/cgroup";

interface Parent {
	readonly folder: string;
	/** Whether what its groups count has to be turned on: of the one tree, not of those that count one thing each. */
	readonly unified: boolean;
}

/** The group of all groups that count processes. */
function wholeTree(): Parent {
	const unified = fs.existsSync(path.join(UNIFIED, "cgroup.controllers"));
	return { folder: unified ? UNIFIED : path.join(UNIFIED, "pids"), unified };
}

/**
 * Of the one tree, the nearest group above this process's own that counts processes for the groups in it, and in which this user may make
 * groups and move processes. Null: none was handed to this user.
 *
 * @param own the text of `/proc/self/cgroup`
 * @param mount where the tree is
 */
export function delegatedGroup(own: string, mount = UNIFIED): string | null {
	const where = /^0::(\/.*)$/m.exec(own)?.[1];
	if (where === undefined || where.split("/").includes("..")) return null;
	for (let at = path.dirname(where); ; at = path.dirname(at)) {
		const folder = path.join(mount, at);
		if (countsProcesses(folder) && isOurs(folder)) return folder;
		if (at === "/") return null;
	}
}

function countsProcesses(folder: string): boolean {
	try {
		return fs.readFileSync(path.join(folder, "cgroup.subtree_control"), "utf8").trim().split(" ").includes("pids");
	} catch {
		return false;
	}
}

function isOurs(folder: string): boolean {
	try {
		for (const each of [folder, path.join(folder, "cgroup.procs")]) fs.accessSync(each, fs.constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

function parentOfGroups(): Parent | null {
	if (process.getuid?.() === 0) return wholeTree();
	const folder = delegatedGroup(fs.readFileSync("/proc/self/cgroup", "utf8"));
	return folder === null ? null : { folder, unified: true };
}

/** An empty control group for one sandbox, in a folder of our own. */
function makeGroup(): string | null {
	try {
		const above = parentOfGroups();
		if (above === null) return null;
		const { folder: parent, unified } = above;
		const folder = path.join(parent, "sallyport");
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
	if (!countsProcesses(folder)) fs.writeFileSync(control, "+pids");
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
