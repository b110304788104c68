import type { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { EgressGrant } from "../../../core/policy/egress.ts";
import { nameMatcher } from "../../../core/policy/names.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { installedLibrary } from "../../installed-library.ts";
import { type Appearing, watchAppearing } from "../appearing.ts";
import type { BubblewrapOptions } from "../bubblewrap.ts";
import { parseEgress } from "../egress-target.ts";
import { end, tryToEnd } from "../ending.ts";
import type { Confined, SandboxEngine, SandboxProfile, StartSteps } from "../engine.ts";
import { processLimit, resourceLimits } from "../limits.ts";
import { environmentOf } from "../options.ts";
import { isPassable, unpassable } from "../passable.ts";
import { makePassingFolder, type PassingFolder } from "../passing-folder.ts";
import { placesOf } from "../places.ts";
import { openProcessLimit } from "../process-limit.ts";
import { isWithin, OBEYED } from "../protected.ts";
import { type SeccompArch, seccompArch, seccompFilter } from "../seccomp.ts";
import { sweepWhenGone } from "../sweeper.ts";
import { ACCESS, LEAST_ABI, rulesetAttribute, SIGNALS_ABI } from "./access.ts";
import type { Connections } from "./connections.ts";
import type { LocalProxy } from "./local-proxy.ts";
import { type GrantRules, grantRules, OWN_PROCESS, systemRules } from "./rules.ts";
import { askAbi, giveOrders, serverOf, startKept } from "./start-child.ts";
import type { Orders } from "./starter.ts";

/**
 * The weaker tier, for machines that forbid namespaces: Landlock and the system call filter around a process of the machine's own. What it
 * does not give stands in the threat model; a person has to approve it for each server. Linux only.
 */
export function landlockEngine(options: BubblewrapOptions = {}): SandboxEngine {
	return { name: "landlock", start: (profile, steps = {}) => start(profile, options, steps) };
}

/** Whether this kernel's Landlock keeps a server's signals in. False also where there is none. */
export async function keepsSignalsIn(): Promise<boolean> {
	const library = installedLibrary("koffi");
	const abi = library === null ? null : await askAbi(library);
	return abi !== null && abi >= SIGNALS_ABI;
}

interface Parts {
	readonly arch: SeccompArch;
	readonly library: string;
	readonly places: ReturnType<typeof placesOf>;
}

async function start(profile: SandboxProfile, options: BubblewrapOptions, steps: StartSteps): Promise<Result<Confined>> {
	const parts = findParts(options);
	if (!parts.ok) return parts;
	const targets = parseEgress(profile.egress);
	if (!targets.ok) return targets;
	const network = targets.value.length === 0 ? null : await openNetwork(targets.value, profile, parts.value, options);
	if (network?.ok === false) return network;
	const { proxy, connections } = network?.value ?? { proxy: null, connections: null };
	const folder = makePassingFolder("server");
	const launched = startKept(parts.value.library, folder.path, connections?.starters ?? null);
	connections?.closeStarters();
	const closeOutside = async (): Promise<void> => {
		connections?.close();
		await proxy?.close();
		folder.remove();
	};
	if (!launched.ok) {
		await closeOutside();
		return launched;
	}
	const child = launched.value;
	child.on("error", () => {});
	const limit = openProcessLimit(processLimit(profile.limits), profile.limits.memoryBytes);
	let appearing: Appearing | null = null;
	const dispose = async (): Promise<void> => {
		appearing?.close();
		await end(child);
		await limit?.remove();
		await closeOutside();
	};
	const refuse = async <T>(result: T): Promise<T> => {
		await dispose();
		return result;
	};
	// All that the keeper starts is bound with it.
	if (limit !== null && (child.pid === undefined || !(await limit.bind(child.pid)))) return refuse(unbound);
	const granted = grantRules(profile, parts.value.places);
	if (!granted.ok) return refuse(granted);
	const ready = (await steps.meanwhile?.()) ?? ok(undefined);
	if (!ready.ok) return refuse(ready);
	const late: Result<Readonly<Record<string, string>>> = (await steps.environment?.values()) ?? ok({});
	if (!late.ok) return refuse(late);
	const whole = { ...profile, env: { ...profile.env, ...late.value } };
	if (!isPassable(whole, [])) return refuse(unpassable);
	const orders = ordersFor(whole, parts.value, granted.value, proxy, folder);
	const [stood, answers] = await Promise.all([giveOrders(child, orders), connections?.answer() ?? true]);
	if (!stood.ok) return refuse(stood);
	if (!answers) return refuse(unanswered);
	// What lies outside goes as soon as the server is gone, also when nobody disposes.
	child.once("exit", () => void dispose());
	const server = child.pid === undefined ? null : serverOf(child.pid);
	if (proxy !== null) sweepWhenGone(proxy.folder, limit?.folder ?? null);
	appearing = watch(granted.value, child, options);
	const terminate = (): void => {
		if (server !== null && child.exitCode === null && child.signalCode === null) tryToEnd(server);
	};
	return ok({ child, terminate, dispose });
}

/** The proxy, and who makes the server's connections to it. Loaded only for a server that has a network. */
async function openNetwork(
	targets: readonly EgressGrant[],
	profile: SandboxProfile,
	{ library }: Parts,
	options: BubblewrapOptions,
): Promise<Result<{ readonly proxy: LocalProxy; readonly connections: Connections }>> {
	const network = await options.network?.();
	if (network?.ok === false) return network;
	const [{ openLocalProxy }, { openConnections }] = await Promise.all([import("./local-proxy.ts"), import("./connections.ts")]);
	const proxy = await openLocalProxy(targets, profile.egressToPrivate === true, network?.value, options);
	return ok({ proxy, connections: openConnections(library, proxy.port) });
}

const unanswered = fail("sandbox-failed", "The server's connections could not be watched.", "Run: sallyport doctor");
const unbound = fail("sandbox-failed", "The number of the server's processes could not be limited.", "Run: sallyport doctor");

function findParts(options: BubblewrapOptions): Result<Parts> {
	const arch = seccompArch(process.arch);
	if (process.platform !== "linux" || arch === null)
		return fail(
			"sandbox-unsupported",
			`There is no sandbox for ${process.platform} on ${process.arch} yet.`,
			"Use Linux on x86-64 or arm64.",
		);
	const library = installedLibrary("koffi");
	return library === null
		? fail(
				"landlock-library",
				"The library for the weaker sandbox (koffi) is not installed.",
				"Install Sallyport anew, with its dependencies.",
			)
		: ok({ arch, library, places: placesOf(options) });
}

function ordersFor(profile: SandboxProfile, { arch }: Parts, granted: GrantRules, proxy: LocalProxy | null, folder: PassingFolder): Orders {
	const own = { HOME: path.join(folder.path, "home"), TMPDIR: path.join(folder.path, "tmp") };
	for (const each of Object.values(own)) fs.mkdirSync(each, { mode: 0o700 });
	const env = environmentOf({ ...profile, env: { ...proxy?.defaults, ...profile.env } }, proxy?.env ?? {}, own);
	const limits = resourceLimits(withOthers(profile.limits), fs.readFileSync("/proc/self/limits", "utf8"));
	return {
		limits: limits.map(({ resource, value }) => [resource, value]),
		rulesets: [LEAST_ABI, LEAST_ABI + 1, SIGNALS_ABI].map((abi) => ({ abi, attribute: rulesetAttribute(abi).toString("base64") })),
		paths: [
			...systemRules(),
			...granted.rules,
			...Object.values(own).map((at) => ({ at, id: null, access: ACCESS.own })),
			...(proxy?.files ?? []).map((at) => ({ at, id: null, access: ACCESS.read })),
		],
		ownProcess: { names: OWN_PROCESS, access: ACCESS.read },
		filter: seccompFilter(arch, { network: proxy !== null }).toString("base64"),
		asks: proxy !== null,
		cwd: workingFolder(profile.cwd, own),
		command: profile.command,
		argv: [profile.command, ...profile.args],
		env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
	};
}

/** Where it is not there the server begins in its own home. `/tmp` is its own. */
function workingFolder(named: string, own: { readonly HOME: string; readonly TMPDIR: string }): string {
	if (path.resolve("/", named) === "/tmp") return own.TMPDIR;
	return fs.statSync(named, { throwIfNoEntry: false })?.isDirectory() === true ? named : own.HOME;
}

/** Without a user namespace the kernel counts all processes of the person's together: those that run already are not the server's. */
function withOthers(limits: SandboxProfile["limits"]): SandboxProfile["limits"] {
	return { ...limits, processes: processLimit(limits) + threadsOf(process.getuid?.() ?? -1) };
}

/** Linux's threads count, each, as processes do. */
function threadsOf(uid: number): number {
	let threads = 0;
	for (const name of fs.readdirSync("/proc")) {
		if (!/^\d+$/.test(name)) continue;
		try {
			const status = fs.readFileSync(`/proc/${name}/status`, "utf8");
			if (Number(/^Uid:\s*(\d+)/m.exec(status)?.[1]) === uid) threads += Number(/^Threads:\s*(\d+)/m.exec(status)?.[1] ?? 0);
		} catch {
			// Gone by now.
		}
	}
	return threads;
}

const isObeyed = nameMatcher(OBEYED);

/** Stops the server when something appears that it may not see, or may not change: the kernel's rules are for whole folders. */
function watch({ seen, changed, isHidden }: GrantRules, child: ChildProcess, options: BubblewrapOptions): Appearing {
	const mayNotStay = (at: string): boolean =>
		isHidden(at) || (isObeyed(path.basename(at)) && changed.some((folder) => isWithin(at, folder)));
	return watchAppearing(seen, mayNotStay, (where) => {
		options.onAppeared?.(where);
		child.kill("SIGKILL");
	});
}
