import * as fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { PackageLaunch } from "../../core/launch/package-launch.ts";
import { parseLaunch } from "../../core/launch/runner.ts";
import { grantKey } from "../../core/policy/accepted.ts";
import { fingerprintOf } from "../../core/policy/fingerprint.ts";
import { confinedOf, findGrant, type Grant, grantOf, grantsOf, type PolicyLayer, withConfined } from "../../core/policy/layers.ts";
import type { PolicyServer } from "../../core/policy/schema.ts";
import { fail, failed, ok, type Result } from "../../core/result.ts";
import { keepAccepted, readAccepted, withAccepted } from "../acceptance/accepted.ts";
import { notAccepted, readHeldNow } from "../acceptance/held.ts";
import type { Code } from "../coded-memory.ts";
import type { Home } from "../home.ts";
import { type DescribedLaunch, describeLaunch } from "../launch/describe.ts";
import { readFacts, writeFacts } from "../launch/facts.ts";
import { forbiddenLaunch } from "../launch/forbidden.ts";
import type { LaunchLine } from "../launch/locate.ts";
import { launchParts } from "../launch/parts.ts";
import { allowCommand, claimFacts } from "../launch/verify.ts";
import { openNetwork } from "../network.ts";
import type { ReadyPackage } from "../packages/kind.ts";
import { installPackage, readyPackage, recallPackage, rememberPackage } from "../packages/resolved.ts";
import { readLayers, writableGrant } from "../policy-files.ts";
import { bubblewrapEngine } from "../sandbox/bubblewrap.ts";
import { type Acting, grantAct, recordActs } from "./acts.ts";
import type { ApprovalContext } from "./context.ts";
import { withPolicyLock } from "./policy-lock.ts";
import { adoptedSettings } from "./settings.ts";

/** A server as it stands: what its config says now, and what was approved before. */
export interface Candidate {
	readonly described: DescribedLaunch;
	/** Null: never approved. Its launch may be another one than what the config says now. */
	readonly current: Grant | null;
	/** What is left of that grant once every layer has narrowed it: what a launch would run under. Null: it would be refused. */
	readonly effective: Grant | null;
}

/**
 * Finds what stands behind a launch line; a package is installed first, confined.
 *
 * @param options.update resolve the package anew; from when the grant is saved, the line means what is found
 */
export async function describeCandidate(
	line: LaunchLine,
	context: ApprovalContext,
	options: { readonly update: boolean },
): Promise<Result<Candidate>> {
	const held = await readHeldNow(context.home, { workspace: line.workspace, narrowing: [] }, context.approvals);
	if (!held.ok) return held;
	const { layers, accepted } = held.value;
	const { code, damage } = accepted;
	const forbidden = forbiddenLaunch(layers, line);
	if (forbidden !== null) return forbidden;
	if (damage !== null) return failed(damage);
	const current = currentGrant(grantsOf(layers), line);
	const described = await describeLaunch(line, {
		home: context.home,
		userHome: context.userHome,
		path: context.env.PATH ?? "",
		env: context.env,
		node: context.node,
		code,
		install: async (launch) => {
			const known = options.update ? null : (approvedPackage(launch, line, current, context) ?? recallPackage(context.home, launch, code));
			if (known !== null) return ok(known);
			const stored = await install(launch, line, context);
			if (!stored.ok) return stored;
			// A look at what is newer changes nothing; the first look at a package says what the line means from now on.
			if (!options.update) await rememberPackage(context.home, launch, stored.value, code);
			return stored;
		},
	});
	if (!described.ok) return described;
	const { name, command, args } = line;
	const lookup = findGrant(layers, { name, command, args, folder: line.workspace ?? context.userHome });
	return ok({ described: described.value, current, effective: lookup.found ? lookup.grant : null });
}

/** The package that this very line was approved with. Null: it was not, or it is not in the store any more. */
function approvedPackage(launch: PackageLaunch, line: LaunchLine, current: Grant | null, { home }: ApprovalContext): ReadyPackage | null {
	if (current === null || current.launch.command !== line.command || !isDeepStrictEqual(current.launch.args, line.args)) return null;
	const facts = readFacts(home, current.launch.fingerprint);
	// What stands there under the fingerprint must be what the fingerprint is of.
	if (!facts.ok || fingerprintOf(launchParts(line, line.env, facts.value), home.key) !== current.launch.fingerprint) return null;
	const { code } = facts.value;
	const ready = code.kind === "package" ? readyPackage(home, launch, code.lockDigest) : null;
	return ready !== null && code.kind === "package" && ready.contentDigest === code.contentDigest ? ready : null;
}

/** True when the launch that was approved is the very one that the config starts now. */
export function isApproved({ described, current }: Candidate): boolean {
	return current !== null && current.launch.fingerprint === described.launch.fingerprint;
}

/** What was granted to exactly this entry; null: nothing. */
export function currentGrant(grants: readonly Grant[], { name, config, workspace }: Pick<LaunchLine, "name" | "config" | "workspace">) {
	return grants.find((grant) => grant.name === name && grant.config === config && grant.workspace === workspace) ?? null;
}

function install(launch: PackageLaunch, line: LaunchLine, context: ApprovalContext): Promise<Result<ReadyPackage>> {
	const { home, approvals } = context;
	return installPackage(launch, {
		home,
		engine: (network) =>
			bubblewrapEngine({
				sallyportHome: home.path,
				network: async () => (network === null ? openNetwork(home, () => readAccepted(home, approvals)) : ok(network)),
			}),
		node: context.node,
		env: context.env,
		untrusted: line.workspace === null ? [] : [line.workspace],
		onProgress: context.onProgress,
	});
}

/** The grant that a change starts from: the one that is there, with the launch as it is now; else one that allows nothing. */
export function startingGrant({ described, current }: Pick<Candidate, "described" | "current">): Grant {
	const { line, launch } = described;
	const nothing = {
		tools: new Map(),
		constraints: new Map(),
		secrets: new Map(),
		sandbox: { read: [], write: [], deny: [], env: [] },
		egress: [],
		limits: {},
	};
	const base: Grant = current ?? { name: line.name, config: line.config, workspace: line.workspace, launch, ...nothing };
	// A secret stays granted only while the config still asks for that very one there.
	const secrets = new Map([...base.secrets].filter(([slot, reference]) => line.asks.get(slot) === reference));
	// A path that has become a link leads elsewhere than it did when it was granted.
	const { read, write, ...others } = confinedOf(base);
	return withConfined({ ...base, launch, secrets }, { ...others, read: read.filter(isReal), write: write.filter(isReal) });
}

function isReal(named: string): boolean {
	try {
		return fs.realpathSync(named) === named;
	} catch {
		return false;
	}
}

/**
 * Refuses when the grant has changed since it was shown: what was taken away meanwhile must not come back; and while something waits in its file
 * that nobody has accepted, which would be lost.
 */
export function saveGrant(home: Home, grant: Grant, { described, current }: Candidate, options: Acting = {}): Promise<Result<string>> {
	return withPolicyLock(home, async () => {
		const held = await readHeldNow(home, { workspace: null, narrowing: [] }, options);
		if (!held.ok) return held;
		const writable = writableGrant(home, grant);
		if (!writable.ok) return writable;
		const { server, write } = writable.value;
		const waiting = held.value.proposals.find((proposal) => grantKey(proposal.server) === grantKey(server));
		if (waiting !== undefined) return failed(notAccepted(waiting, held.value.accepted));
		if (!isDeepStrictEqual(currentGrant(grantsOf(held.value.layers), described.line), current)) return changedMeanwhile;
		await writeFacts(home, grant.launch.fingerprint, described.facts);
		const before = standing(held.value.layers, server);
		// Accepted first: until it stands in a file it grants nothing, while what stands in a file and is not accepted would only wait.
		const kept = await keepAccepted(
			home,
			(accepted) => withAccepted({ ...accepted, settings: adoptedSettings(held.value.layers, accepted.settings) }, [server]),
			options,
		);
		if (!kept.ok) return kept;
		// The vault took a while. Nothing of this process runs between this look and the write.
		const now = readLayers(home, { workspace: null, narrowing: [] });
		if (!now.ok) return now;
		if (!isDeepStrictEqual(standing(now.value, server), before)) return changedMeanwhile;
		const saved = write();
		const accepted = await readAccepted(home, options);
		const code = accepted.ok ? accepted.value.code : null;
		await rememberFiles(home, grant, described, code);
		await rememberMeaning(home, described, code);
		const recorded = await recordActs(home, [grantAct("approval-granted", current, grantOf(server))], options);
		return recorded.ok ? ok(saved) : recorded;
	});
}

/** So that the first start need not read them again. What cannot be remembered only costs time. */
async function rememberFiles(home: Home, grant: Grant, { facts }: DescribedLaunch, code: Code | null): Promise<void> {
	const claimed = await claimFacts(facts, home, allowCommand(grant));
	if (code !== null && claimed.ok) claimed.value.prove(code);
}

/** From now on the line means the package that was approved with it. */
async function rememberMeaning(home: Home, { line, facts: { code: found } }: DescribedLaunch, code: Code | null): Promise<void> {
	const launch = parseLaunch(line.command, line.args);
	if (launch.ok && launch.value.kind === "package" && found.kind === "package") await rememberPackage(home, launch.value, found, code);
}

const changedMeanwhile = fail(
	"grant-changed-meanwhile",
	"What this server was granted has changed meanwhile; nothing was saved.",
	"Do it again.",
);

/** What the person's own files say of one entry. */
function standing(layers: readonly PolicyLayer[], entry: PolicyServer): readonly PolicyServer[] {
	return layers
		.filter(({ source }) => source === "user")
		.flatMap(({ policy }) => policy.servers)
		.filter((server) => grantKey(server) === grantKey(entry));
}
