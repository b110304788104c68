import * as fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { NpxLaunch } from "../../core/launch/npx-line.ts";
import { type Grant, grantsOf } from "../../core/policy/layers.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { type DescribedLaunch, describeLaunch } from "../launch/describe.ts";
import { writeFacts } from "../launch/facts.ts";
import type { LaunchLine } from "../launch/locate.ts";
import { recallPackage, rememberPackage } from "../packages/resolved.ts";
import { installPackage, type StoredPackage } from "../packages/store.ts";
import { readLayers, writeGrant } from "../policy-files.ts";
import { bubblewrapEngine } from "../sandbox/bubblewrap.ts";
import type { ApprovalContext } from "./context.ts";
import { withPolicyLock } from "./policy-lock.ts";

/** A server as it stands: what its config says now, and what was approved before. */
export interface Candidate {
	readonly described: DescribedLaunch;
	/** Null: never approved. Its launch may be another one than what the config says now. */
	readonly current: Grant | null;
}

/** Finds what stands behind a launch line; a package is installed first, confined. `update`: resolve the package anew. */
export async function describeCandidate(
	line: LaunchLine,
	context: ApprovalContext,
	options: { readonly update: boolean },
): Promise<Result<Candidate>> {
	const layers = readLayers(context.home, { workspace: null, narrowing: [] });
	if (!layers.ok) return layers;
	const current = currentGrant(grantsOf(layers.value), line);
	const described = await describeLaunch(line, {
		home: context.home,
		userHome: context.userHome,
		path: context.env.PATH ?? "",
		node: context.node,
		install: (launch) => install(launch, line, context, options.update),
	});
	return described.ok ? ok({ described: described.value, current }) : described;
}

/** True when the launch that was approved is the very one that the config starts now. */
export function isApproved({ described, current }: Candidate): boolean {
	return current !== null && current.launch.fingerprint === described.launch.fingerprint;
}

/** What was granted to exactly this entry; null: nothing. */
export function currentGrant(grants: readonly Grant[], { name, config, workspace }: Pick<LaunchLine, "name" | "config" | "workspace">) {
	return grants.find((grant) => grant.name === name && grant.config === config && grant.workspace === workspace) ?? null;
}

async function install(launch: NpxLaunch, line: LaunchLine, context: ApprovalContext, update: boolean): Promise<Result<StoredPackage>> {
	const { home } = context;
	const known = update ? null : recallPackage(home, launch);
	if (known !== null) return ok(known);
	const stored = await installPackage(launch.spec, launch.bin, {
		home,
		engine: bubblewrapEngine({ sallyportHome: home.path }),
		node: context.node,
		env: context.env,
		untrusted: line.workspace === null ? [] : [line.workspace],
		onProgress: context.onProgress,
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
export function saveGrant(home: Home, grant: Grant, { described, current }: Candidate): Promise<Result<string>> {
	return withPolicyLock(home, async () => {
		// Before the look, so that nothing of this process runs between it and the write. Facts alone start nothing.
		await writeFacts(home, grant.launch.fingerprint, described.facts);
		const layers = readLayers(home, { workspace: null, narrowing: [] });
		if (!layers.ok) return layers;
		if (!isDeepStrictEqual(currentGrant(grantsOf(layers.value), described.line), current))
			return fail("grant-changed-meanwhile", "What this server was granted has changed meanwhile; nothing was saved.", "Do it again.");
		return writeGrant(home, grant);
	});
}
