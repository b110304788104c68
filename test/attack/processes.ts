import * as fs from "node:fs";

/** A process and everything that it started, as the host sees it. */
export function tree(root: number): readonly number[] {
	const children = new Map<number, number[]>();
	for (const pid of pids()) {
		const parent = Number(/^PPid:\s*(\d+)/m.exec(text(`/proc/${pid}/status`))?.[1] ?? -1);
		children.set(parent, [...(children.get(parent) ?? []), pid]);
	}
	const below = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(below)];
	return below(root);
}

/** Living processes whose command line holds the text. A process that has ended and is not yet collected does nothing any more. */
export function processesWith(marker: string): readonly number[] {
	return pids().filter((pid) => text(`/proc/${pid}/cmdline`).includes(marker) && isAlive(pid));
}

export function isAlive(pid: number): boolean {
	const state = /^State:\s*(\S)/m.exec(text(`/proc/${pid}/status`))?.[1];
	return state !== undefined && state !== "Z" && state !== "X";
}

/** What a process has open: the names of its descriptors, and whether each may be written. */
export function openFiles(pid: number): readonly { readonly name: string; readonly writable: boolean }[] {
	return list(`/proc/${pid}/fd`).map((fd) => {
		let name = "";
		try {
			name = fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
		} catch {}
		const flags = /^flags:\s*([0-7]+)$/m.exec(text(`/proc/${pid}/fdinfo/${fd}`))?.[1] ?? "0";
		return { name, writable: (Number.parseInt(flags, 8) & 3) !== 0 };
	});
}

/** Bytes of memory in use by these processes together, and no page counted twice but for what they share. */
export function memoryOf(all: readonly number[]): number {
	const anonymous = (pid: number) => Number(/^RssAnon:\s*(\d+) kB/m.exec(text(`/proc/${pid}/status`))?.[1] ?? 0);
	return all.reduce((sum, pid) => sum + anonymous(pid), 0) * 1024;
}

/** The identity of a process's namespace; empty when it is gone or hidden. */
export function namespace(pid: number, kind: string): string {
	try {
		return fs.readlinkSync(`/proc/${pid}/ns/${kind}`);
	} catch {
		return "";
	}
}

/** Empty when it cannot be read. */
export function text(file: string): string {
	try {
		return fs.readFileSync(file, "utf8");
	} catch {
		return "";
	}
}

export function list(folder: string): readonly string[] {
	try {
		return fs.readdirSync(folder);
	} catch {
		return [];
	}
}

function pids(): readonly number[] {
	return list("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}
