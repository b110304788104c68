import { grantKey, holdToAccepted } from "../../core/policy/accepted.ts";
import { type Grant, grantOf, grantsOf, type PolicyLayer } from "../../core/policy/layers.ts";
import type { PolicyServer } from "../../core/policy/schema.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { keepAccepted, withLess } from "../acceptance/accepted.ts";
import { BEGIN_ANEW, type MarkOptions } from "../acceptance/mark.ts";
import { deleteGrant } from "../grant-file.ts";
import type { Home } from "../home.ts";
import { policyServer, readLayers, writableGrant } from "../policy-files.ts";
import { type Acting, grantAct, recordActs } from "./acts.ts";
import { currentGrant } from "./candidate.ts";
import { withPolicyLock } from "./policy-lock.ts";
import { grantChange } from "./texts.ts";

type GrantKey = Pick<Grant, "name" | "config" | "workspace">;

/**
 * Takes something away from the grant of this entry as it stands now, without a question. False: there is none, or it held no
 * such thing. A change that would allow anything new is a bug, and throws.
 */
export function narrowGrant(home: Home, key: GrantKey, change: (grant: Grant) => Grant, options: Acting = {}): Promise<Result<boolean>> {
	return withPolicyLock(home, async () => {
		const layers = ownLayers(home);
		if (!layers.ok) return layers;
		const struckOut = <T>(done: T) =>
			forgotten(
				home,
				(server) => {
					const accepted = grantOf(server);
					if (accepted === null || currentGrant([accepted], key) === null) return server;
					const left = change(accepted);
					return grantChange(accepted, left).widens ? server : policyServer(left);
				},
				done,
				layers.value,
				options,
			);
		const current = currentGrant(grantsOf(layers.value), key);
		if (current === null) return struckOut(false);
		const after = change(current);
		const { rows, widens } = grantChange(current, after);
		if (widens) throw new Error("a narrowing that widens");
		if (!rows.some(({ mark }) => mark === "-")) return struckOut(false);
		const writable = writableGrant(home, after);
		if (!writable.ok) return writable;
		writable.value.write();
		const struck = await struckOut(true);
		const recorded = await recordActs(home, [grantAct("approval-narrowed", current, grantOf(writable.value.server))], options);
		return struck.ok && !recorded.ok ? recorded : struck;
	});
}

/**
 * Takes back all that was granted to these; running servers are stopped by their launchers.
 *
 * @returns what was granted; empty: nothing
 */
export function revokeGrants(home: Home, which: (grant: Grant) => boolean, options: Acting = {}): Promise<Result<readonly Grant[]>> {
	return withPolicyLock(home, async () => {
		const layers = ownLayers(home);
		if (!layers.ok) return layers;
		const revoked = grantsOf(layers.value).filter(which);
		for (const grant of revoked) deleteGrant(home, grant);
		const rest = ownLayers(home);
		if (!rest.ok) return rest;
		const isRevoked = (server: PolicyServer): boolean => {
			const grant = grantOf(server);
			return grant !== null && which(grant);
		};
		const struck = await forgotten(home, (server) => (isRevoked(server) ? null : server), revoked, layers.value, options);
		const recorded = await recordActs(
			home,
			revoked.map((grant) => grantAct("approval-revoked", grant, null)),
			options,
		);
		if (struck.ok && grantsOf(rest.value).some(which)) return grantedElsewhere(home);
		return struck.ok && !recorded.ok ? recorded : struck;
	});
}

/**
 * What was taken out of the files is no longer accepted either, or who writes the files could put it back. It is gone from the files, and so for
 * every server, also where the vault does not answer: then that is the Problem.
 *
 * @param layers what the files said before
 */
async function forgotten<T>(
	home: Home,
	left: (accepted: PolicyServer) => PolicyServer | null,
	done: T,
	layers: readonly PolicyLayer[],
	options: MarkOptions,
): Promise<Result<T>> {
	const kept = await keepAccepted(
		home,
		(accepted) => {
			const given = new Map(grantsOf(holdToAccepted(layers, accepted).layers).map((grant) => [grantKey(grant), grant]));
			return withLess(accepted, left, (server) => gaveNoMore(given.get(grantKey(server))) ?? server);
		},
		options,
	);
	if (kept.ok) return ok(done);
	return fail(
		"taken-back-in-files",
		`It is taken back, and no server has it. But what was accepted before could not be struck out: ${kept.problem.message}`,
		kept.problem.remedy === BEGIN_ANEW
			? BEGIN_ANEW
			: `${kept.problem.remedy} Then take it back once more, or another program could put it back.`,
	);
}

/** What a grant gave, as a limit on others. Null: it is not known. */
function gaveNoMore(grant: Grant | undefined): PolicyServer | null {
	if (grant === undefined) return null;
	// A tool that was held to two files' constraints cannot be written so; left out, it is none that others keep.
	const tools = [...grant.tools].filter(([tool]) => (grant.constraints.get(tool) ?? []).length < 2);
	return policyServer({ ...grant, tools: new Map(tools) });
}

function grantedElsewhere(home: Home): ReturnType<typeof fail> {
	return fail(
		"grant-elsewhere",
		"It is taken back. A policy file of your own making still asks for it, and was left as it is.",
		`It grants nothing until you accept it; to be rid of it, take it out of the files in ${home.policy}.`,
	);
}

function ownLayers(home: Home): Result<readonly PolicyLayer[]> {
	return readLayers(home, { workspace: null, narrowing: [] });
}
