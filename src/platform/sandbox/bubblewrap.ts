import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { EgressGrant } from "../../core/policy/egress.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type Appearing, watchAppearing } from "./appearing.ts";
import { deepestDescendant } from "./descendants.ts";
import { spawnSealed } from "./descriptors.ts";
import type { Egress, EgressUse } from "./egress.ts";
import type { EgressNetwork } from "./egress-network.ts";
import { parseEgress } from "./egress-target.ts";
import { end, tryToEnd } from "./ending.ts";
import type { Confined, SandboxEngine, SandboxProfile, StartSteps } from "./engine.ts";
import { feed, GATE_FD, gateLine, openGate, passesGate, watchGate } from "./gate.ts";
import { checkGrantable, checkMounts, isPackages, type Mount, type PlannedMount, placeMirrors, planGrants } from "./grants.ts";
import { prlimitOptions, processLimit, tmpfsSizes } from "./limits.ts";
import type { KeptBack } from "./mirror/mirror.ts";
import type { Mirrored, Mirrors } from "./mirror/mirrors.ts";
import { checkCommand, cwdOptions, environmentOptions, mountOptions, wallOptions } from "./options.ts";
import { isPassable, unpassable } from "./passable.ts";
import { namedHome, type PlacesOptions, placesOf } from "./places.ts";
import { openProcessLimit } from "./process-limit.ts";
import { isWithin } from "./protected.ts";
import type { EgressRefusal } from "./proxy-reach.ts";
import { MADE_FILES, rootOptions } from "./root.ts";
import { type SeccompArch, seccompArch, seccompFilter } from "./seccomp.ts";
import { copySmallFolders } from "./small-folders.ts";
import { sweepWhenGone } from "./sweeper.ts";
import { trustedProgram } from "./trusted.ts";

export interface BubblewrapOptions extends PlacesOptions {
	/** Told when the server tried to reach something that it may not. Undefined: nobody is. */
	readonly onEgressRefused?: (refusal: EgressRefusal) => void;
	/** Told what the server has exchanged with a place that it may reach, as connections to it end. Undefined: nobody is. */
	readonly onEgressUsed?: (use: EgressUse) => void;
	/** How this machine reaches the internet. Asked only when something is granted there. Undefined: straight. */
	readonly network?: () => Promise<Result<EgressNetwork | undefined>>;
	/** Told when something that no server may see appeared in a folder that this one sees, and it is stopped. Undefined: nobody is. */
	readonly onAppeared?: (where: string) => void;
	/** Told when the server changed something that was not passed on to the granted folder. `where`: its own text. Undefined: nobody is. */
	readonly onWriteKeptBack?: (where: string, why: KeptBack) => void;
	/** Told when a granted folder can no longer be kept like the server's copy of it, and the server is stopped. Undefined: nobody is. */
	readonly onFolderLost?: (where: string) => void;
	/** Where system programs are looked for. Undefined: /usr/bin, /bin, /usr/local/bin. */
	readonly programFolders?: readonly string[];
}

/** The descriptors through which the sandbox is told what it is: what is secret must not stand on a command line. */
const FD = { options: 3, seccomp: 4, made: 5, outer: GATE_FD + 1 } as const;

/** Confines with the system's bubblewrap. Linux only. */
export function bubblewrapEngine(options: BubblewrapOptions = {}): SandboxEngine {
	return { name: "bubblewrap", start: (profile, steps = {}) => start(profile, options, steps) };
}

/** What is found on the machine, whatever the server is to see. */
interface Parts {
	readonly arch: SeccompArch;
	readonly bwrap: string;
	readonly prlimit: string;
	/** Null: no network. */
	readonly socat: string | null;
	readonly targets: readonly EgressGrant[];
}

/** What the server will see. */
interface Layout {
	readonly mounts: readonly PlannedMount[];
	readonly isHidden: (absolute: string) => boolean;
	readonly cwdOptions: readonly string[];
}

/**
 * bubblewrap reads what it is to do from a descriptor, and waits for it. So it is started first of all; the rest is found out while it
 * starts, and told to it when everything is known.
 */
async function start(profile: SandboxProfile, options: BubblewrapOptions, steps: StartSteps): Promise<Result<Confined>> {
	const parts = findParts(profile, options);
	if (!parts.ok) return parts;
	const { socat, targets } = parts.value;
	// An HTTP server is a long load, and most servers have no network.
	const told = { onRefused: options.onEgressRefused, onUsed: options.onEgressUsed };
	const network = socat === null ? undefined : await options.network?.();
	if (network?.ok === false) return network;
	const plan = { grants: targets, allowPrivate: profile.egressToPrivate === true, network: network?.value };
	const bridge = socat === null ? null : await (await import("./egress.ts")).openEgress({ ...plan, socat }, told);
	// Values that are still on their way come through the gate, if the shell there hands them on; for others the sandbox itself waits.
	const { names = [], values } = steps.environment ?? {};
	const late = names.every((name) => passesGate(name) && bridge?.env[name] === undefined) ? names : [];
	const launched = launch(profile, late, parts.value, bridge);
	if (!launched.ok) {
		await bridge?.close();
		return launched;
	}
	const child = launched.value;
	const gate = watchGate(child);

	const limit = openProcessLimit(processLimit(profile.limits), profile.limits.memoryBytes);
	let mirrors: Mirrors | null = null;
	let appearing: Appearing | null = null;
	const dispose = async () => {
		appearing?.close();
		await end(child);
		mirrors?.close();
		await limit?.remove();
		await bridge?.close();
	};
	const layout = planLayout(profile, options);
	if (!layout.ok) {
		await dispose();
		return layout;
	}
	const before = late.length === names.length ? ok({}) : ((await values?.()) ?? ok({}));
	if (!before.ok) {
		await dispose();
		return before;
	}
	const copied = await copyFolders(layout.value.mounts, options, (where) => {
		options.onFolderLost?.(where);
		child.kill("SIGKILL");
	});
	if (!copied.ok) {
		await dispose();
		return copied;
	}
	mirrors = copied.value;
	const mounts = placeMirrors(layout.value.mounts, mirrors?.copies ?? new Map());
	const whole = { ...profile, env: { ...profile.env, ...before.value } };
	if (
		!isPassable(
			whole,
			mounts.flatMap((mount) => (mount.kind === "link" ? [mount.at, mount.target] : [mount.at])),
		)
	) {
		await dispose();
		return unpassable;
	}
	const standing = gate.standing();
	tell(child, whole, parts.value, { ...layout.value, mounts }, bridge);
	await written();
	const ready = (await steps.meanwhile?.()) ?? ok(undefined);
	if (!ready.ok) {
		await dispose();
		return ready;
	}
	const more: Result<Readonly<Record<string, string>>> = (await values?.()) ?? ok({});
	const given = more.ok ? late.map((name) => more.value[name] ?? "") : [];
	if (!more.ok || given.some((value) => value.includes("\0"))) {
		await dispose();
		return more.ok ? unpassable : more;
	}
	const stood = await standing;
	const waiting = stood.ok && child.pid !== undefined ? deepestDescendant(child.pid) : null;
	const checked = stood.ok ? checkMounts(waiting, mounts) : stood;
	if (!checked.ok) {
		await dispose();
		return checked;
	}
	if (waiting !== null && limit !== null && !(await limit.bind(waiting))) {
		await dispose();
		return fail("sandbox-failed", "The number of the server's processes could not be limited.", "Run: sallyport doctor");
	}
	// What lies outside goes as soon as the server is gone, also when nobody disposes.
	child.once("exit", () => void dispose());
	openGate(child, given);
	if (bridge !== null) sweepWhenGone(path.dirname(bridge.socket), limit?.folder ?? null);
	appearing = watchAppearing(seenAsTheyAre(mounts, profile), layout.value.isHidden, (where) => {
		options.onAppeared?.(where);
		child.kill("SIGKILL");
	});
	// The monitor outlives the server by a moment alone, and would take a signal for its own end.
	const terminate = () => {
		if (waiting !== null && child.exitCode === null && child.signalCode === null) tryToEnd(waiting);
	};
	return ok({ child, terminate, dispose, ...(mirrors?.areWritten === true ? { settle: mirrors.settle } : {}) });
}

/**
 * Folders that are bound whole, so that whatever is put into them is seen. What the runtime brings along, and what is installed for the
 * server, is not looked at.
 */
function seenAsTheyAre(mounts: readonly Mount[], { command, personal = [] }: SandboxProfile): readonly string[] {
	const runtime = path.dirname(path.dirname(command));
	return mounts.flatMap((mount) =>
		mount.kind === "read" &&
		mount.from === undefined &&
		mount.at !== runtime &&
		(!isPackages(mount.at) || personal.includes(mount.at)) &&
		fs.statSync(mount.at, { throwIfNoEntry: false })?.isDirectory()
			? [mount.at]
			: [],
	);
}

/** The copies in which the server works. Null: nothing is granted for writing but single files. */
async function copyFolders(
	mounts: readonly PlannedMount[],
	options: BubblewrapOptions,
	onLost: (where: string) => void,
): Promise<Result<Mirrors | null>> {
	const folders = mounts.filter((mount): mount is Mirrored & { readonly kind: "mirror" } => mount.kind === "mirror");
	if (folders.length === 0) return ok(null);
	const [home] = options.sallyportHome === undefined ? namedHome() : [options.sallyportHome];
	if (home === undefined)
		return fail("mirror-failed", "There is no home for the copies of granted folders.", "Set HOME, or SALLYPORT_HOME.");
	const { openMirrors } = await import("./mirror/mirrors.ts");
	return openMirrors(folders, { folder: path.join(home, "state", "folders"), onKeptBack: options.onWriteKeptBack ?? (() => {}), onLost });
}

/** Resolves when what was written has left this process, its end included: that takes two turns of the loop. */
async function written(): Promise<void> {
	for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function findParts(profile: SandboxProfile, options: BubblewrapOptions): Result<Parts> {
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
	return ok({ arch, bwrap: bwrap.value, prlimit: prlimit.value, socat: socat.value, targets: targets.value });
}

function planLayout(profile: SandboxProfile, options: BubblewrapOptions): Result<Layout> {
	const plan = planGrants(profile, placesOf(options));
	if (!plan.ok) return plan;
	const { isHidden } = plan.value;
	const mounts = copySmallFolders(
		plan.value.mounts,
		isHidden,
		(folder) => profile.personal?.some((granted) => isWithin(folder, granted)) === true,
	);
	const command = checkCommand(profile.command, mounts);
	if (!command.ok) return command;
	const cwd = cwdOptions(profile.cwd, mounts);
	return cwd.ok ? ok({ mounts, isHidden, cwdOptions: cwd.value }) : cwd;
}

/** Starts bubblewrap, which then waits to be told what it is to do. */
function launch(profile: SandboxProfile, late: readonly string[], { bwrap, prlimit }: Parts, bridge: Egress | null): Result<ChildProcess> {
	const limits = prlimitOptions(profile.limits, fs.readFileSync("/proc/self/limits", "utf8"));
	const server = gateLine([prlimit, ...limits, "--", profile.command, ...profile.args], late);
	const args =
		bridge === null
			? ["--args", String(FD.options), "--", ...server]
			: ["--args", String(FD.outer), "--", ...bridge.line([bwrap, "--args", String(FD.options), "--", ...server])];
	if (args.some((word) => word.includes("\0"))) return unpassable;
	try {
		const pipes = (bridge === null ? GATE_FD : FD.outer) + 1;
		return spawnSealed(pipes, (stdio) => spawn(bwrap, args, { env: {}, cwd: "/", shell: false, stdio }));
	} catch (error) {
		// Too long a command line, for one.
		const code = (error as NodeJS.ErrnoException).code ?? "unknown";
		return fail(
			"sandbox-failed",
			`The sandbox could not be started (${code}).`,
			"Shorten the server's arguments, or run: sallyport doctor",
		);
	}
}

/** Tells bubblewrap all that it waits for; it goes on up to the gate. */
function tell(
	child: ChildProcess,
	profile: SandboxProfile,
	parts: Parts,
	layout: Layout & { readonly mounts: readonly Mount[] },
	bridge: Egress | null,
): void {
	const inner = [
		...wallOptions({ shareNetwork: bridge !== null, seccompFd: FD.seccomp }),
		...environmentOptions({ ...profile, env: { ...bridge?.defaults, ...profile.env } }, bridge?.env ?? {}),
		...rootOptions((where) => FD.made + MADE_FILES.findIndex(([made]) => made === where), tmpfsSizes(profile.limits)),
		...layout.mounts.flatMap(mountOptions),
		...layout.cwdOptions,
		...(bridge?.inside ?? []),
		...["--remount-ro", "/"],
	];
	feed(child, FD.options, terminated(inner));
	feed(child, FD.seccomp, seccompFilter(parts.arch));
	MADE_FILES.forEach(([where, content], i) => {
		feed(child, FD.made + i, where === "/etc/hosts" ? content + (bridge?.hosts ?? "") : content);
	});
	if (bridge !== null) feed(child, FD.outer, terminated(bridge.options));
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

/** Whether a path may be granted at all, to be told to a person. Looks at the path alone. */
export function checkPath(named: string, mode: "read" | "write", options: BubblewrapOptions = {}): Result<void> {
	return checkGrantable(named, mode, placesOf(options));
}

function terminated(words: readonly string[]): string {
	return words.map((word) => `${word}\0`).join("");
}
