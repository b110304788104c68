import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../core/result.ts";
import type { SandboxProfile } from "./engine.ts";
import { isCovered, type Mount, type PlannedMount } from "./grants.ts";
import { INNER_HOME, INNER_ID } from "./root.ts";

/** bubblewrap's options for the walls that are the same for every server. */
export function wallOptions(options: { readonly shareNetwork: boolean; readonly seccompFd: number }): readonly string[] {
	return [
		"--unshare-user",
		"--unshare-all",
		...(options.shareNetwork ? ["--share-net"] : []),
		"--die-with-parent",
		"--new-session",
		...["--cap-drop", "ALL"],
		"--disable-userns",
		"--assert-userns-disabled",
		...["--uid", INNER_ID, "--gid", INNER_ID],
		...["--hostname", "sandbox"],
		...["--seccomp", String(options.seccompFd)],
	];
}

/** The whole environment; what the engine sets wins over what the profile says. */
export function environmentOf(
	profile: SandboxProfile,
	more: Readonly<Record<string, string>>,
	own: { readonly HOME: string; readonly TMPDIR: string } = { HOME: INNER_HOME, TMPDIR: "/tmp" },
): Readonly<Record<string, string>> {
	const folders = ["/usr/local/bin", "/usr/bin", "/bin", path.dirname(profile.command)];
	return { ...profile.env, ...more, ...own, PATH: [...new Set(folders)].join(":") };
}

export function environmentOptions(profile: SandboxProfile, more: Readonly<Record<string, string>>): readonly string[] {
	return ["--clearenv", ...Object.entries(environmentOf(profile, more)).flatMap(([name, value]) => ["--setenv", name, value])];
}

export function mountOptions(mount: Mount): readonly string[] {
	switch (mount.kind) {
		case "read":
			return ["--ro-bind", mount.from ?? mount.at, mount.at];
		case "write":
			return ["--bind", mount.from ?? mount.at, mount.at];
		case "folder":
			return ["--perms", "0755", "--dir", mount.at];
		case "link":
			return ["--symlink", mount.target, mount.at];
	}
}

/** The command has to be there, and among what the server may read. */
export function checkCommand(command: string, mounts: readonly PlannedMount[]): Result<void> {
	const found = executable(command);
	if (found === null)
		return fail("command-missing", `${command} is not there or cannot be run.`, "Check the server's command, or install what it names.");
	return isCovered(found, mounts)
		? ok(undefined)
		: fail("command-hidden", `${command} is not among what the server may read.`, "Grant the folder that holds it for reading.");
}

function executable(command: string): string | null {
	try {
		const found = fs.realpathSync(command);
		fs.accessSync(found, fs.constants.X_OK);
		return path.isAbsolute(command) && fs.statSync(found).isFile() ? found : null;
	} catch {
		return null;
	}
}

/** The working folder: the granted one, or an empty one of the same name. Never made on the host. */
export function cwdOptions(named: string, mounts: readonly PlannedMount[]): Result<readonly string[]> {
	const where = path.resolve("/", named);
	const found = realOrNull(where);
	if (!isCovered(found ?? where, mounts)) return ok(["--dir", found ?? where, "--chdir", found ?? where]);
	return found !== null && fs.statSync(found).isDirectory()
		? ok(["--chdir", found])
		: fail("cwd-missing", `The server's working folder ${where} is not there.`, "Create it, or change the entry's cwd.");
}

function realOrNull(where: string): string | null {
	try {
		return fs.realpathSync(where);
	} catch {
		return null;
	}
}
