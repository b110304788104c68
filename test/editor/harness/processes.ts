import * as fs from "node:fs";

/** A running program as its system shows it to this user. */
export interface Process {
	readonly pid: number;
	/** Arguments, a space between them. */
	readonly command: string;
	/** `NAME=value` lines; empty: none, or not ours to read. */
	readonly environment: string;
}

/** What runs on this machine now. */
export function processes(): readonly Process[] {
	return fs
		.readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map((name) => ({
			pid: Number(name),
			command: read(name, "cmdline").replaceAll("\0", " "),
			environment: read(name, "environ").replaceAll("\0", "\n"),
		}));
}

/** Those that were started in this home: their environment says so. */
export function processesOf(home: string): readonly Process[] {
	return processes().filter(({ environment }) => environment.split("\n").includes(`HOME=${home}`));
}

/** A process may be gone by now, or another user's. */
function read(pid: string, file: string): string {
	try {
		return fs.readFileSync(`/proc/${pid}/${file}`, "utf8");
	} catch {
		return "";
	}
}
