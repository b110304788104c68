import * as fs from "node:fs";
import * as path from "node:path";
import { ok, type Result } from "../../../core/result.ts";
import type { SandboxProfile } from "../engine.ts";
import { type Places, type Plan, planGrants, SYSTEM_READ } from "../grants.ts";
import { checkCommand } from "../options.ts";
import { ETC } from "../root.ts";
import { ACCESS } from "./access.ts";
import type { PathRule } from "./starter.ts";

/** Accounts and names: what the server gets of its own in a sandbox with mounts is the machine's here. */
const NAMES = ["/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/hosts"];
const DEVICES = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
/** What runtimes ask of the machine. /proc as a whole would show every program's command line and every connection. */
const MACHINE = [
	...["meminfo", "stat", "cpuinfo", "version", "uptime", "loadavg", "filesystems"].map((name) => `/proc/${name}`),
	...["vm/overcommit_memory", "kernel/osrelease", "kernel/ngroups_max", "kernel/cap_last_cap"].map((name) => `/proc/sys/${name}`),
];

/** Of `/proc/PID`, for the server's first process. Not `net`, nor `task`, which holds it too. */
export const OWN_PROCESS = [
	...["auxv", "cgroup", "cmdline", "comm", "environ", "fd", "fdinfo", "limits", "maps", "mountinfo"],
	...["smaps", "smaps_rollup", "stat", "statm", "status"],
];

/** The files and folders that are the same for every server. What is not there on this machine is passed over. */
export function systemRules(): readonly PathRule[] {
	const rules = (paths: readonly string[], access: number): readonly PathRule[] => paths.map((at) => ({ at, id: null, access }));
	return [...rules([...SYSTEM_READ, ...ETC, ...NAMES, ...MACHINE], ACCESS.read), ...rules(DEVICES, ACCESS.device)];
}

export interface GrantRules {
	readonly rules: readonly PathRule[];
	/** Folders of which everything that appears in them is seen, and those of them that can be changed. */
	readonly seen: readonly string[];
	readonly changed: readonly string[];
	readonly isHidden: Plan["isHidden"];
}

/**
 * What a profile grants, entry by entry: Landlock cannot take one file out of a folder that it allows, so a folder with a protected name in it
 * is not allowed as a whole. Of such a folder the entries can be used, and the folder itself cannot be listed.
 */
export function grantRules(profile: SandboxProfile, places: Places): Result<GrantRules> {
	const plan = planGrants(profile, places, { copies: false });
	if (!plan.ok) return plan;
	const { mounts, isHidden } = plan.value;
	const whole = mounts.flatMap((mount) => (mount.kind === "read" || mount.kind === "write" ? [mount] : []));
	const folders = whole.filter(({ at }) => fs.statSync(at, { throwIfNoEntry: false })?.isDirectory());
	const runtime = path.dirname(path.dirname(profile.command));
	const command = checkCommand(profile.command, mounts);
	if (!command.ok) return command;
	return ok({
		rules: whole.map(({ kind, at, id }) => ({ at, id, access: kind === "read" ? ACCESS.read : ACCESS.change })),
		seen: folders.map(({ at }) => at).filter((at) => at !== runtime),
		changed: folders.filter(({ kind }) => kind === "write").map(({ at }) => at),
		isHidden,
	});
}
