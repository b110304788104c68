import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Duplex } from "node:stream";
import { fail, failed, ok, type Result } from "../../core/result.ts";
import { homePath } from "../home.ts";
import { deepestDescendant } from "./descendants.ts";
import { closeInheritedDescriptors, inheritableDescriptors } from "./descriptors.ts";
import { diagnoseStart } from "./diagnose.ts";
import { bridgeLine, OUTER_OPTIONS, openEgress, parseEgress } from "./egress.ts";
import type { Confined, SandboxEngine, SandboxProfile } from "./engine.ts";
import { idOf, isCovered, type Mount, type Places, planGrants } from "./grants.ts";
import { prlimitOptions, processLimit } from "./limits.ts";
import { limitProcesses, type ProcessLimit } from "./process-limit.ts";
import type { EgressRefusal } from "./proxy.ts";
import { INNER_HOME, INNER_ID, MADE_FILES, rootOptions } from "./root.ts";
import { seccompArch, seccompFilter } from "./seccomp.ts";
import { trustedProgram } from "./trusted.ts";

export interface BubblewrapOptions {
	/** Sallyport's home in use, so that it can be kept out of every sandbox. Undefined: by the environment. */
	readonly sallyportHome?: string;
	/** The person's home. Undefined: by the environment; the account's own is always protected too. */
	readonly home?: string;
	/** Told when the server tried to reach something that it may not. Undefined: nobody is. */
	readonly onEgressRefused?: (refusal: EgressRefusal) => void;
	/** Where system programs are looked for. Undefined: /usr/bin, /bin, /usr/local/bin. */
	readonly programFolders?: readonly string[];
}

const INSTALL = (name: string) => `Install it: apt-get install ${name}, dnf install ${name}, or pacman -S ${name}.`;

/** The descriptors that the sandbox is told its options through. The shells in between know 9 and no higher. */
const FD = { options: 3, seccomp: 4, made: 5, gate: 9, outer: 10 } as const;

/**
 * The last step before the server: say that the sandbox stands, wait until the launcher has looked at it, become the server.
 * When the launcher dies before, `read` meets the end of the file and nothing is started.
 */
const GATE = `echo >&${FD.gate} && read -r go <&${FD.gate} && exec ${FD.gate}>&- && exec "$@"`;

/** How long the sandbox may take to stand. Milliseconds; a loaded machine takes some hundred. */
const START_TIMEOUT_MS = 20_000;

/** Confines with the system's bubblewrap. Linux only. */
export function bubblewrapEngine(options: BubblewrapOptions = {}): SandboxEngine {
	return { name: "bubblewrap", start: (profile) => start(profile, options) };
}

async function start(profile: SandboxProfile, options: BubblewrapOptions): Promise<Result<Confined>> {
	const programs = systemPrograms(options.programFolders);
	if (!programs.ok) return programs;
	const arch = seccompArch(process.arch);
	if (arch === null)
		return fail("sandbox-unsupported", `There is no sandbox for ${process.arch} processors yet.`, "Use an x86-64 or arm64 machine.");
	closeInheritedDescriptors();
	if (inheritableDescriptors().length > 0)
		return fail(
			"descriptors-open",
			"The server would inherit open files from the program that started Sallyport.",
			"Start that program again, and report this if it stays.",
		);

	const targets = parseEgress(profile.egress);
	if (!targets.ok) return targets;
	const mounts = planGrants(profile, placesOf(options));
	if (!mounts.ok) return mounts;
	const command = checkCommand(profile, mounts.value);
	if (!command.ok) return command;
	const cwd = placeCwd(profile.cwd, mounts.value);
	if (!cwd.ok) return cwd;

	const networked = targets.value.length > 0;
	const socat = networked ? trustedProgram("socat", options.programFolders) : null;
	if (networked && socat === null)
		return fail("sandbox-missing", "socat is not installed, and the server's network goes through it.", INSTALL("socat"));
	// The options are separated by NUL: one inside a value would be the start of another option.
	const given = [profile.command, profile.cwd, ...profile.args, ...Object.entries(profile.env).flat(), ...mounts.value.map(({ at }) => at)];
	if (given.some((word) => word.includes("\0")) || Object.keys(profile.env).some((name) => name === "" || name.includes("=")))
		return fail("sandbox-text", "The server's command, environment or paths hold a character that cannot be passed on.", "Mend the entry.");

	const egress = networked
		? await openEgress(targets.value, profile.egressToPrivate === true, options.onEgressRefused ?? (() => {}))
		: null;
	const inner = [
		...namespaces(networked),
		...environment(profile, egress?.env ?? {}),
		...rootOptions((where) => FD.made + MADE_FILES.findIndex(([made]) => made === where)),
		...mounts.value.flatMap(mountOptions),
		...cwd.value,
		...["--remount-ro", "/"],
	];
	const { bwrap, prlimit } = programs.value;
	const server = [prlimit, ...prlimitOptions(profile.limits), "--", profile.command, ...profile.args];
	const line = [bwrap, "--args", String(FD.options), "--", "/bin/sh", "-c", GATE, "sh", ...server];
	const whole =
		egress === null || socat === null ? line : [bwrap, "--args", String(FD.outer), "--", ...bridgeLine(socat, egress.socket, line)];

	// Everything that is secret goes through descriptors: any user of the machine can read a command line.
	const child = spawn(bwrap, whole.slice(1), {
		env: {},
		cwd: "/",
		shell: false,
		stdio: Array.from({ length: (networked ? FD.outer : FD.gate) + 1 }, () => "pipe" as const),
	});
	feed(child, FD.options, terminated(inner));
	feed(child, FD.seccomp, seccompFilter(arch));
	MADE_FILES.forEach(([, content], i) => {
		feed(child, FD.made + i, content);
	});
	if (networked) feed(child, FD.outer, terminated(OUTER_OPTIONS));

	let limit: ProcessLimit | null = null;
	const dispose = async () => {
		await end(child);
		await limit?.remove();
		await egress?.close();
	};
	const standing = await stands(child);
	if (!standing.ok || child.pid === undefined) {
		await dispose();
		return standing.ok ? failed(diagnoseStart("")) : standing;
	}
	const waiting = deepestDescendant(child.pid);
	const same = checkMounts(waiting, mounts.value);
	if (!same.ok) {
		await dispose();
		return same;
	}
	if (process.getuid?.() === 0) limit = limitProcesses(waiting, processLimit(profile.limits));
	open(child);
	// What lies outside goes as soon as the server is gone, also when nobody disposes.
	child.once("exit", () => void dispose());
	return ok({ child, dispose });
}

/** Between being looked at and being mounted, another program could have put a link in a path's place: then it is not what was granted. */
function checkMounts(pid: number, mounts: readonly Mount[]): Result<void> {
	for (const mount of mounts) {
		if (mount.kind !== "read" && mount.kind !== "write") continue;
		const stat = fs.lstatSync(`/proc/${pid}/root${mount.at}`, { throwIfNoEntry: false });
		if (stat === undefined || idOf(stat) !== mount.id)
			return fail(
				"grant-changed",
				`${mount.at} changed while the server was being started.`,
				"Start it again when nothing changes that folder.",
			);
	}
	return ok(undefined);
}

interface Programs {
	readonly bwrap: string;
	readonly prlimit: string;
}

function systemPrograms(folders: readonly string[] | undefined): Result<Programs> {
	const bwrap = trustedProgram("bwrap", folders);
	if (bwrap === null)
		return fail("sandbox-missing", "bubblewrap is not installed, and servers are not started without it.", INSTALL("bubblewrap"));
	const prlimit = trustedProgram("prlimit", folders);
	if (prlimit === null)
		return fail(
			"sandbox-missing",
			"prlimit (of util-linux) is not installed.",
			"Install it: apt-get install util-linux, or your system's like.",
		);
	return ok({ bwrap, prlimit });
}

function placesOf(options: BubblewrapOptions): Places {
	const account = os.userInfo().homedir;
	const homes = real([account, options.home ?? process.env.HOME ?? account]);
	const sallyport = real([...homes.map((home) => path.join(home, ".sallyport")), options.sallyportHome ?? homePath(process.env)]);
	return { homes, sallyport };
}

/** Real paths without doubles; one that is not there stands for itself. */
function real(paths: readonly string[]): readonly string[] {
	return [
		...new Set(
			paths.filter(path.isAbsolute).map((where) => {
				try {
					return fs.realpathSync(where);
				} catch {
					return path.resolve(where);
				}
			}),
		),
	];
}

function namespaces(shareNetwork: boolean): readonly string[] {
	return [
		"--unshare-user",
		"--unshare-all",
		...(shareNetwork ? ["--share-net"] : []),
		"--die-with-parent",
		"--new-session",
		...["--cap-drop", "ALL"],
		"--disable-userns",
		"--assert-userns-disabled",
		...["--uid", INNER_ID, "--gid", INNER_ID],
		...["--hostname", "sandbox"],
		...["--seccomp", String(FD.seccomp)],
	];
}

function environment(profile: SandboxProfile, more: Readonly<Record<string, string>>): readonly string[] {
	const folders = ["/usr/local/bin", "/usr/bin", "/bin", path.dirname(profile.command)];
	const variables = { ...profile.env, ...more, HOME: INNER_HOME, TMPDIR: "/tmp", PATH: [...new Set(folders)].join(":") };
	return ["--clearenv", ...Object.entries(variables).flatMap(([name, value]) => ["--setenv", name, value])];
}

function mountOptions(mount: Mount): readonly string[] {
	switch (mount.kind) {
		case "read":
			return ["--ro-bind", mount.at, mount.at];
		case "write":
			return ["--bind", mount.at, mount.at];
		case "folder":
			return ["--perms", "0755", "--dir", mount.at];
		case "link":
			return ["--symlink", mount.target, mount.at];
	}
}

function checkCommand(profile: SandboxProfile, mounts: readonly Mount[]): Result<void> {
	const { command } = profile;
	let found: string;
	try {
		if (!path.isAbsolute(command)) throw new Error("relative");
		found = fs.realpathSync(command);
		fs.accessSync(found, fs.constants.X_OK);
		if (!fs.statSync(found).isFile()) throw new Error("not a file");
	} catch {
		return fail("command-missing", `${command} is not there or cannot be run.`, "Check the server's command, or install what it names.");
	}
	return isCovered(found, mounts)
		? ok(undefined)
		: fail("command-hidden", `${command} is not among what the server may read.`, "Grant the folder that holds it for reading.");
}

/** The working folder: the granted one, or an empty one of the same name. Never made on the host. */
function placeCwd(named: string, mounts: readonly Mount[]): Result<readonly string[]> {
	const where = path.resolve("/", named);
	let found = where;
	try {
		found = fs.realpathSync(where);
	} catch {
		if (isCovered(where, mounts))
			return fail("cwd-missing", `The server's working folder ${where} is not there.`, "Create it, or change the entry's cwd.");
	}
	const shown = isCovered(found, mounts);
	if (shown && !fs.statSync(found).isDirectory()) return fail("cwd-missing", `${where} is not a folder.`, "Change the entry's cwd.");
	return ok([...(shown ? [] : ["--dir", found]), "--chdir", found]);
}

/** Node's types know five descriptors; all of ours are pipes both ways. */
function descriptor(child: ChildProcess, fd: number): Duplex {
	return (child.stdio as readonly unknown[])[fd] as Duplex;
}

function terminated(words: readonly string[]): string {
	return words.map((word) => `${word}\0`).join("");
}

function feed(child: ChildProcess, fd: number, content: string | Buffer): void {
	const pipe = descriptor(child, fd);
	// bubblewrap may be gone before it has read everything; its exit says so.
	pipe.on("error", () => {});
	pipe.resume();
	pipe.end(content);
}

async function stands(child: ChildProcess): Promise<Result<void>> {
	const gate = descriptor(child, FD.gate);
	gate.on("error", () => {});
	const timer = AbortSignal.timeout(START_TIMEOUT_MS);
	const outcome = await Promise.race([
		once(gate, "data", { signal: timer }).then(() => "open" as const),
		once(child, "exit", { signal: timer }).then(() => "exit" as const),
	]).catch((error: unknown) => (timer.aborted ? ("timeout" as const) : error instanceof Error ? error : new Error("spawn failed")));
	if (outcome === "open") return ok(undefined);
	if (outcome === "timeout") return fail("sandbox-failed", "The sandbox did not stand up in time.", "Run: sallyport doctor");
	const said = outcome === "exit" ? await rest(child.stderr) : outcome.message;
	return failed(diagnoseStart(said));
}

/** Lets the server start. */
function open(child: ChildProcess): void {
	const gate = descriptor(child, FD.gate);
	gate.resume();
	gate.end("\n");
}

async function rest(stream: NodeJS.ReadableStream | null): Promise<string> {
	const parts: string[] = [];
	for await (const part of stream ?? []) parts.push(String(part));
	return parts.join("").slice(0, 4000);
}

async function end(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, "exit");
	child.kill("SIGKILL");
	await gone;
}
