import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fail, ok, type Result } from "../../core/result.ts";
import { homePath } from "../home.ts";
import { deepestDescendant } from "./descendants.ts";
import { spawnSealed } from "./descriptors.ts";
import { type EgressTarget, parseEgress } from "./egress-target.ts";
import type { Confined, SandboxEngine, SandboxProfile } from "./engine.ts";
import { feed, GATE_FD, gateLine, openGate, untilStanding } from "./gate.ts";
import { checkMounts, type Mount, type Places, planGrants } from "./grants.ts";
import { prlimitOptions, processLimit } from "./limits.ts";
import { checkCommand, cwdOptions, environmentOptions, mountOptions, wallOptions } from "./options.ts";
import { limitProcesses, type ProcessLimit } from "./process-limit.ts";
import type { EgressRefusal } from "./proxy.ts";
import { MADE_FILES, rootOptions } from "./root.ts";
import { type SeccompArch, seccompArch, seccompFilter } from "./seccomp.ts";
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

/** The descriptors through which the sandbox is told what it is: what is secret must not stand on a command line. */
const FD = { options: 3, seccomp: 4, made: 5, outer: GATE_FD + 1 } as const;

/** Confines with the system's bubblewrap. Linux only. */
export function bubblewrapEngine(options: BubblewrapOptions = {}): SandboxEngine {
	return { name: "bubblewrap", start: (profile) => start(profile, options) };
}

/** Everything that can be known before anything is started. */
interface Prepared {
	readonly arch: SeccompArch;
	readonly bwrap: string;
	readonly prlimit: string;
	/** Null: no network. */
	readonly socat: string | null;
	readonly targets: readonly EgressTarget[];
	readonly mounts: readonly Mount[];
	readonly cwdOptions: readonly string[];
}

async function start(profile: SandboxProfile, options: BubblewrapOptions): Promise<Result<Confined>> {
	const prepared = prepare(profile, options);
	if (!prepared.ok) return prepared;
	const { socat, targets, mounts } = prepared.value;
	// An HTTP server is a long load, and most servers have no network.
	const network = socat === null ? null : await import("./egress.ts");
	const egress = (await network?.openEgress(targets, profile.egressToPrivate === true, options.onEgressRefused ?? (() => {}))) ?? null;
	const bridge =
		network === null || egress === null || socat === null
			? null
			: {
					options: network.OUTER_OPTIONS,
					env: egress.env,
					line: (inner: readonly string[]) => network.bridgeLine(socat, egress.socket, inner),
				};
	const child = launch(profile, prepared.value, bridge);
	if (!child.ok) {
		await egress?.close();
		return child;
	}

	let limit: ProcessLimit | null = null;
	const dispose = async () => {
		await end(child.value);
		await limit?.remove();
		await egress?.close();
	};
	const standing = await untilStanding(child.value);
	const waiting = standing.ok && child.value.pid !== undefined ? deepestDescendant(child.value.pid) : null;
	const checked = standing.ok ? checkMounts(waiting, mounts) : standing;
	if (!checked.ok) {
		await dispose();
		return checked;
	}
	if (process.getuid?.() === 0 && waiting !== null) limit = limitProcesses(waiting, processLimit(profile.limits));
	// What lies outside goes as soon as the server is gone, also when nobody disposes.
	child.value.once("exit", () => void dispose());
	openGate(child.value);
	return ok({ child: child.value, dispose });
}

function prepare(profile: SandboxProfile, options: BubblewrapOptions): Result<Prepared> {
	const arch = seccompArch(process.arch);
	if (process.platform !== "linux" || arch === null)
		return fail(
			"sandbox-unsupported",
			`There is no sandbox for ${process.platform} on ${process.arch} yet.`,
			"Use Linux on x86-64 or arm64.",
		);
	const bwrap = trustedProgram("bwrap", "bubblewrap", options.programFolders);
	if (!bwrap.ok) return bwrap;
	const prlimit = trustedProgram("prlimit", "util-linux", options.programFolders);
	if (!prlimit.ok) return prlimit;
	const targets = parseEgress(profile.egress);
	if (!targets.ok) return targets;
	const socat = targets.value.length > 0 ? trustedProgram("socat", "socat", options.programFolders) : ok(null);
	if (!socat.ok) return socat;
	const mounts = planGrants(profile, placesOf(options));
	if (!mounts.ok) return mounts;
	const command = checkCommand(profile.command, mounts.value);
	if (!command.ok) return command;
	const cwd = cwdOptions(profile.cwd, mounts.value);
	if (!cwd.ok) return cwd;
	if (!isPassable(profile, mounts.value))
		return fail(
			"sandbox-text",
			"The server's command, arguments or environment hold a character that cannot be passed on.",
			"Look for NUL characters, and for environment names that are empty or hold an equals sign.",
		);
	return ok({
		arch,
		bwrap: bwrap.value,
		prlimit: prlimit.value,
		socat: socat.value,
		targets: targets.value,
		mounts: mounts.value,
		cwdOptions: cwd.value,
	});
}

/** The outer sandbox, for a server with a network: its options, the client's environment, and its command around the inner one. */
interface Bridge {
	readonly options: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	line(inner: readonly string[]): readonly string[];
}

/** Starts everything up to the gate. */
function launch(profile: SandboxProfile, prepared: Prepared, bridge: Bridge | null): Result<ChildProcess> {
	const { bwrap, prlimit } = prepared;
	const inner = [
		...wallOptions({ shareNetwork: bridge !== null, seccompFd: FD.seccomp }),
		...environmentOptions(profile, bridge?.env ?? {}),
		...rootOptions((where) => FD.made + MADE_FILES.findIndex(([made]) => made === where)),
		...prepared.mounts.flatMap(mountOptions),
		...prepared.cwdOptions,
		...["--remount-ro", "/"],
	];
	const limits = prlimitOptions(profile.limits, fs.readFileSync("/proc/self/limits", "utf8"));
	const server = gateLine([prlimit, ...limits, "--", profile.command, ...profile.args]);
	const args =
		bridge === null
			? ["--args", String(FD.options), "--", ...server]
			: ["--args", String(FD.outer), "--", ...bridge.line([bwrap, "--args", String(FD.options), "--", ...server])];
	let child: ChildProcess;
	try {
		const pipes = (bridge === null ? GATE_FD : FD.outer) + 1;
		const spawned = spawnSealed(pipes, (stdio) => spawn(bwrap, args, { env: {}, cwd: "/", shell: false, stdio }));
		if (!spawned.ok) return spawned;
		child = spawned.value;
	} catch (error) {
		// Too long a command line, for one.
		const code = (error as NodeJS.ErrnoException).code ?? "unknown";
		return fail(
			"sandbox-failed",
			`The sandbox could not be started (${code}).`,
			"Shorten the server's arguments, or run: sallyport doctor",
		);
	}
	feed(child, FD.options, terminated(inner));
	feed(child, FD.seccomp, seccompFilter(prepared.arch));
	MADE_FILES.forEach(([, content], i) => {
		feed(child, FD.made + i, content);
	});
	if (bridge !== null) feed(child, FD.outer, terminated(bridge.options));
	return ok(child);
}

/**
 * Says at approval what a start would say: whether these paths may be granted at all. Looks, and mounts nothing.
 *
 * @param granted as in the profile
 */
export function checkGrants(granted: Pick<SandboxProfile, "read" | "write">, options: BubblewrapOptions = {}): Result<void> {
	const planned = planGrants({ ...granted, command: "/bin/sh", cwd: "/", hidden: [], hiddenNames: [] }, placesOf(options));
	return planned.ok ? ok(undefined) : planned;
}

function placesOf(options: BubblewrapOptions): Places {
	const homes = realPaths([...accountHome(), options.home ?? process.env.HOME ?? ""]);
	const inUse = options.sallyportHome === undefined ? namedHome() : [options.sallyportHome];
	return { homes, sallyport: realPaths([...homes.map((home) => path.join(home, ".sallyport")), ...inUse]) };
}

/** Empty when neither the environment nor the account says where it would be. */
function namedHome(): readonly string[] {
	try {
		return [homePath(process.env)];
	} catch {
		return [];
	}
}

/** Empty for a user who has no account, as in some containers. */
function accountHome(): readonly string[] {
	try {
		return [os.userInfo().homedir];
	} catch {
		return [];
	}
}

/** Real paths without doubles; one that is not there stands for itself. */
function realPaths(paths: readonly string[]): readonly string[] {
	const real = (where: string) => {
		try {
			return fs.realpathSync(where);
		} catch {
			return path.resolve(where);
		}
	};
	// A home of `/` is no home: nothing at all could be granted.
	return [...new Set(paths.filter(path.isAbsolute).map(real))].filter((where) => where !== "/");
}

/** bubblewrap's options are separated by NUL: one inside a value would be the start of another option. */
function isPassable(profile: SandboxProfile, mounts: readonly Mount[]): boolean {
	const names = Object.keys(profile.env);
	const words = [profile.command, profile.cwd, ...profile.args, ...Object.values(profile.env), ...names];
	const targets = mounts.flatMap((mount) => (mount.kind === "link" ? [mount.at, mount.target] : [mount.at]));
	return names.every((name) => name !== "" && !name.includes("=")) && [...words, ...targets].every((word) => !word.includes("\0"));
}

function terminated(words: readonly string[]): string {
	return words.map((word) => `${word}\0`).join("");
}

async function end(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, "exit");
	child.kill("SIGKILL");
	await gone;
}
