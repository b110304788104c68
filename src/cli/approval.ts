import * as fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { SecretReference } from "../core/config/references.ts";
import type { NpxLaunch } from "../core/launch/npx-line.ts";
import { plain } from "../core/plain-text.ts";
import { type Grant, grantsOf } from "../core/policy/layers.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { redact } from "../core/secrets/redact.ts";
import type { Home } from "../platform/home.ts";
import { type DescribedLaunch, describeLaunch } from "../platform/launch/describe.ts";
import { serverEnvironment } from "../platform/launch/environment.ts";
import { writeFacts } from "../platform/launch/facts.ts";
import { type ListedTool, listTools } from "../platform/launch/list-tools.ts";
import type { LaunchLine } from "../platform/launch/locate.ts";
import { profileOf } from "../platform/launch/profile.ts";
import { recallPackage, rememberPackage } from "../platform/packages/resolved.ts";
import { installPackage, type StoredPackage } from "../platform/packages/store.ts";
import { readLayers, writeGrant } from "../platform/policy-files.ts";
import { bubblewrapEngine } from "../platform/sandbox/bubblewrap.ts";
import type { Io } from "./io.ts";
import { userHome } from "./target.ts";
import { openVaults } from "./vaults.ts";

/** Milliseconds that a server may take to start and list its tools. */
const LIST_MS = 30_000;

/** A server as it stands: what its config says now, and what was approved before. */
export interface Candidate {
	readonly described: DescribedLaunch;
	/** Null: never approved. Its launch may be another one than what the config says now. */
	readonly current: Grant | null;
}

export async function describeCandidate(
	line: LaunchLine,
	home: Home,
	io: Io,
	options: { readonly update: boolean },
): Promise<Result<Candidate>> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	if (!layers.ok) return layers;
	const current = currentGrant(grantsOf(layers.value), line);
	const described = await describeLaunch(line, {
		home,
		userHome: userHome(io),
		path: io.env.PATH ?? "",
		node: process.execPath,
		install: (launch) => install(launch, line, home, io, options.update),
	});
	return described.ok ? ok({ described: described.value, current }) : described;
}

function currentGrant(grants: readonly Grant[], { name, config, workspace }: LaunchLine): Grant | null {
	return grants.find((grant) => grant.name === name && grant.config === config && grant.workspace === workspace) ?? null;
}

async function install(launch: NpxLaunch, line: LaunchLine, home: Home, io: Io, update: boolean): Promise<Result<StoredPackage>> {
	const known = update ? null : recallPackage(home, launch);
	if (known !== null) return ok(known);
	const stored = await installPackage(launch.spec, launch.bin, {
		home,
		engine: bubblewrapEngine({ sallyportHome: home.path }),
		node: process.execPath,
		env: io.env,
		untrusted: line.workspace === null ? [] : [line.workspace],
		onProgress: (text) => io.stderr.write(`${text}\n`),
	});
	if (stored.ok) await rememberPackage(home, launch, stored.value);
	return stored;
}

/** The grant that a change starts from: the one that is there, with the launch as it is now; else one that allows nothing. */
export function startingGrant({ described, current }: Candidate): Grant {
	const { line, launch } = described;
	const nothing = { tools: new Map(), secrets: new Map(), sandbox: { read: [], write: [], deny: [], env: [] }, egress: [], limits: {} };
	const base = current ?? { name: line.name, config: line.config, workspace: line.workspace, launch, ...nothing };
	// A secret stays granted only while the config still asks for that very one there.
	const secrets = new Map([...base.secrets].filter(([slot, reference]) => line.asks.get(slot) === reference));
	// A path that has become a link leads elsewhere than it did when it was granted.
	const sandbox =
		base.sandbox === "off" ? "off" : { ...base.sandbox, read: base.sandbox.read.filter(isReal), write: base.sandbox.write.filter(isReal) };
	return { ...base, launch, secrets, sandbox };
}

function isReal(named: string): boolean {
	try {
		return fs.realpathSync(named) === named;
	} catch {
		return false;
	}
}

/** Refuses when the grant has changed since it was shown: what was taken away meanwhile must not come back. */
export async function saveGrant(home: Home, grant: Grant, { described, current }: Candidate): Promise<Result<string>> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	if (!layers.ok) return layers;
	if (!isDeepStrictEqual(currentGrant(grantsOf(layers.value), described.line), current))
		return fail(
			"grant-changed-meanwhile",
			"What this server was granted has changed meanwhile; nothing was saved.",
			"Run the command again.",
		);
	await writeFacts(home, grant.launch.fingerprint, described.facts);
	return writeGrant(home, grant);
}

/**
 * Starts the server and asks for its tools. One that was approved as it is runs under its grant; any other one runs with
 * placeholders for its secrets, without network, and with nothing of the person's to read.
 */
export async function listCandidate(candidate: Candidate, home: Home, io: Io): Promise<Result<readonly ListedTool[]>> {
	const { described, current } = candidate;
	const { launch, line, facts } = described;
	const approved = current !== null && current.launch.fingerprint === launch.fingerprint;
	const grant = approved ? current : { ...startingGrant({ described, current: null }), secrets: line.asks };
	const sandbox = grant.sandbox === "off" ? { read: [], write: [], deny: [], env: [] } : grant.sandbox;
	const placeholder = async (): Promise<Result<string>> => ok("sallyport-placeholder");
	const vaults = openVaults(home, io);
	const resolve = (reference: SecretReference): Promise<Result<string>> => (approved ? vaults.resolve(reference) : placeholder());
	const env = await serverEnvironment({ ...grant, sandbox }, line.env, approved ? io.env : {}, resolve);
	vaults.close();
	if (!env.ok) return env;
	io.stderr.write(`starting ${plain(line.name)} confined, to list its tools …\n`);
	const engine = bubblewrapEngine({ sallyportHome: home.path });
	const confined = await engine.start(profileOf({ ...grant, launch, sandbox }, facts, env.value.env, home));
	if (!confined.ok) return confined;
	try {
		const tools = await listTools(confined.value.child, { timeoutMs: LIST_MS, redact: (text) => redact(text, env.value.secrets) });
		return tools.ok ? tools : fail(tools.problem.code, `${JSON.stringify(line.name)}: ${tools.problem.message}`, tools.problem.remedy);
	} finally {
		await confined.value.dispose();
	}
}
