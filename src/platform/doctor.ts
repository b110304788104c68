import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { holdToAccepted } from "../core/policy/accepted.ts";
import { fail, failed, ok, type Result } from "../core/result.ts";
import { readAccepted } from "./acceptance/accepted.ts";
import { firstWaiting, isAnythingHeld, SETTINGS_WAIT } from "./acceptance/held.ts";
import { waitingSettings } from "./approval/settings.ts";
import { WEAKER_SANDBOX } from "./approval/texts.ts";
import { auditFolder } from "./audit/place.ts";
import { type Home, openHome } from "./home.ts";
import { checkInstallation } from "./installation/check.ts";
import { readRecord } from "./installation/record.ts";
import { findNode, recordedNode } from "./node.ts";
import { grantedWorkspaces, readLayers } from "./policy-files.ts";
import { bubblewrapEngine } from "./sandbox/bubblewrap.ts";
import { probeSandbox } from "./sandbox/probe.ts";
import { processesAreBounded } from "./sandbox/process-limit.ts";
import { probeVault } from "./vault/index.ts";
import { sealedFile } from "./vault/sealed.ts";

export type CheckId = "node" | "home" | "launcher" | "policy" | "audit" | "sandbox" | "weaker" | "egress" | "processes" | "keychain";

/** One thing that Sallyport needs, as it was found. */
export interface Check {
	readonly id: CheckId;
	readonly ok: boolean;
	/** What was found, in one sentence. */
	readonly message: string;
	/** Empty when nothing has to be done. Beside `ok: true` it is advice. */
	readonly remedy: string;
	/** The code of the problem, for programs; null when all is well. */
	readonly code: string | null;
}

export interface DoctorOptions {
	/** Where Sallyport's home is, whether it exists or not. */
	readonly sallyportHome: string;
	/** The person's home folder; undefined: the account's. */
	readonly userHome: string | undefined;
	/** The person's PATH. Empty: no Node is looked for there. */
	readonly path: string;
	/** Workspaces: no Node of theirs is run. */
	readonly untrusted: readonly string[];
	/** The programs that ask: the installed launcher should not be older than they are. */
	readonly programs: { readonly folder: string; readonly version: string };
	/** Called with each check as soon as it is done, in the order of the list. */
	readonly onCheck?: (check: Check) => void;
}

/** Tries everything that a confined launch needs. Takes seconds; changes nothing but an entry in the keychain, which it deletes again. */
export async function examine(options: DoctorOptions): Promise<readonly Check[]> {
	const checks: Check[] = [];
	for await (const check of examination(options)) {
		checks.push(check);
		options.onCheck?.(check);
	}
	return checks;
}

async function* examination(options: DoctorOptions): AsyncGenerator<Check> {
	const home = openHome(options.sallyportHome);
	yield await checkNode(home, options);
	const kind = home.ok && home.value.unattended ? " (throw-away: --yes may widen here)" : "";
	yield check("home", home, `${options.sallyportHome}${kind}`);
	if (home.ok) {
		yield await checkLauncher(home.value, options);
		yield await checkPolicy(home.value);
		yield checkAudit(home.value);
	}
	yield* checkSandbox(options);
	const probed = home.ok
		? await probeVault("keychain", home.value)
		: fail("not-tried", "The keychain was not tried, because there is no Sallyport home.", "Run: sallyport init");
	yield keychain(probed, home.ok && fs.existsSync(sealedFile(home.value)));
}

/** Whether the grants can be read, and what they say was accepted by a person. */
async function checkPolicy(home: Home): Promise<Check> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	if (!layers.ok || !isAnythingHeld(home, layers.value)) return check("policy", layers, "every grant can be read");
	const accepted = await readAccepted(home);
	if (!accepted.ok) return check("policy", accepted, "");
	if (accepted.value.damage !== null) return check("policy", failed(accepted.value.damage), "");
	const waiting = firstWaiting(holdToAccepted(layers.value, accepted.value), accepted.value, null);
	if (waiting !== null) return check("policy", failed(waiting), "");
	if (waitingSettings(layers.value, accepted.value.settings) !== null) return check("policy", failed(SETTINGS_WAIT), "");
	const weak = accepted.value.place === "sealed" ? "; without a keychain, a program that can write in the home can forge that" : "";
	return check("policy", layers, `every grant can be read, and was accepted by a person${weak}`);
}

/** Whether a session could begin its log. Nothing starts without one. */
function checkAudit(home: Home): Check {
	const folder = auditFolder(home);
	const file = path.join(folder, `doctor-${process.pid}`);
	try {
		fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		fs.writeFileSync(file, " ".repeat(4096), { flag: "wx", mode: 0o600 });
		fs.rmSync(file);
		return check("audit", ok(undefined), `the log can be written (${folder})`);
	} catch {
		fs.rmSync(file, { force: true });
		const remedy = "Make room on the disk, or make the folder yours and writable: without a log nothing starts.";
		return check("audit", fail("audit-unwritable", `The audit log cannot be written in ${folder}.`, remedy), "");
	}
}

/** The Node that was recorded when the launcher was installed; before that, the one that would be. */
async function checkNode(home: Result<Home>, { path: search, untrusted }: DoctorOptions): Promise<Check> {
	const recorded = home.ok ? readRecord(home.value) : null;
	if (home.ok && recorded !== null && recordedNode(home.value) === null)
		return check(
			"node",
			fail(
				"node-gone",
				`The Node that servers were approved with is gone: ${recorded.node}.`,
				"Run: sallyport init, and approve again what runs packages.",
			),
			"",
		);
	const own = { own: process.execPath, electron: process.versions.electron !== undefined };
	const workspaces = [...untrusted, ...(home.ok ? grantedWorkspaces(home.value) : [])];
	const found = await findNode({ recorded: recorded?.node ?? null, path: search, untrusted: workspaces, ...own });
	if (found.ok && recorded !== null && found.value.node !== recorded.node)
		return check(
			"node",
			fail(
				"node-unfit",
				`The recorded Node, ${recorded.node}, is too old, does not start, or lies where a workspace or anyone could change it.`,
				"Run: sallyport init",
			),
			"",
		);
	return check("node", found, found.ok ? `Node.js ${found.value.version} (${found.value.node})` : "");
}

async function checkLauncher(home: Home, { programs }: DoctorOptions): Promise<Check> {
	const state = checkInstallation(home, programs);
	if (!state.ok) return check("launcher", state, "");
	const starts = check("launcher", await start(home), state.value.other === null ? home.stub : `${home.stub}: ${state.value.other}`);
	return starts.ok && state.value.advice !== "" ? { ...starts, remedy: state.value.advice } : starts;
}

/** Runs it, as a host would. */
async function start(home: Home): Promise<Result<void>> {
	try {
		await promisify(execFile)(home.stub, ["run", "--help"], { env: {}, timeout: 20_000, shell: false });
		return ok(undefined);
	} catch {
		return fail("launcher-broken", "The launcher that config files name does not start.", "Run: sallyport init");
	}
}

async function* checkSandbox({ sallyportHome, userHome }: DoctorOptions): AsyncGenerator<Check> {
	if (process.platform !== "linux")
		return yield check("sandbox", fail("unsupported", "Only Linux has a sandbox so far.", "Use Sallyport on Linux."), "");
	const engine = bubblewrapEngine({ sallyportHome, ...(userHome === undefined ? {} : { home: userHome }) });
	const closed = await probeSandbox(engine, []);
	yield check("sandbox", closed, "a server saw nothing of your home, no network, and only harmless system calls");
	if (!closed.ok) yield await checkWeaker({ sallyportHome, userHome });
	// Only a sandbox that stands can have a network.
	if (closed.ok)
		yield check(
			"egress",
			await probeSandbox(engine, ["127.0.0.1:9"]),
			"a server that may reach one address has no other way out than the proxy",
		);
	if (!(await processesAreBounded())) yield UNBOUNDED;
}

/** What is left where namespaces are forbidden, or bubblewrap is missing. Never taken by itself. */
async function checkWeaker({ sallyportHome, userHome }: Pick<DoctorOptions, "sallyportHome" | "userHome">): Promise<Check> {
	const { keepsSignalsIn, landlockEngine } = await import("./sandbox/landlock/engine.ts");
	const stands = await probeSandbox(landlockEngine({ sallyportHome, ...(userHome === undefined ? {} : { home: userHome }) }), []);
	const signals = stands.ok && !(await keepsSignalsIn()) ? "; before Linux 6.12 it can also end your other programs" : "";
	const found = check("weaker", stands, `a server may start without the full sandbox if you accept less: ${WEAKER_SANDBOX}${signals}`);
	return found.ok ? { ...found, remedy: "For one server: sallyport allow NAME --tier landlock" } : found;
}

/** Where secrets are kept in the encrypted file, a missing keychain is no fault. */
function keychain(probed: Result<void>, sealed: boolean): Check {
	const found = check("keychain", probed, "an entry was written, read back and deleted");
	return found.ok || !sealed ? found : { ...found, ok: true, message: `${found.message} The encrypted file is in use.`, remedy: "" };
}

/** Not missing, because a container has a limit of its own; but a person should know. */
const UNBOUNDED: Check = {
	id: "processes",
	ok: true,
	message: "as root without control groups, nothing bounds how many processes a server starts",
	remedy: "Run as an ordinary user, or limit the container (docker run --pids-limit).",
	code: null,
};

function check(id: CheckId, result: Result<unknown>, fine: string): Check {
	if (result.ok) return { id, ok: true, message: fine, remedy: "", code: null };
	const { code, message, remedy } = result.problem;
	return { id, ok: false, message, remedy, code };
}
