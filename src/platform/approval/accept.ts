import { isDeepStrictEqual } from "node:util";
import { plain } from "../../core/plain-text.ts";
import { canonicalServer, grantKey, type Held, type Proposal } from "../../core/policy/accepted.ts";
import type { LaunchGrant, PolicyServer } from "../../core/policy/schema.ts";
import type { Withdrawn } from "../../core/policy/withdrawn.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { keepAccepted, withAccepted, withLess } from "../acceptance/accepted.ts";
import { readHeldNow } from "../acceptance/held.ts";
import type { MarkOptions, MarkPlace } from "../acceptance/mark.ts";
import type { Home } from "../home.ts";
import { readFacts } from "../launch/facts.ts";
import { withPolicyLock } from "./policy-lock.ts";
import { type ChangeRow, commandLine, grantChange } from "./texts.ts";

/** What waits for a person to accept it, by the policy files of this home, in their order. */
export function readWaiting(home: Home, options: MarkOptions): Promise<Result<Held>> {
	return readHeldNow(home, ONLY_USER, options);
}

/** The grants among it. */
export async function readProposals(home: Home, options: MarkOptions): Promise<Result<readonly Proposal[]>> {
	const held = await readWaiting(home, options);
	return held.ok ? ok(held.value.proposals) : held;
}

const ONLY_USER = { workspace: null, narrowing: [] } as const;

/** A row of what a proposal would change; `command` and the like tell what would be started. */
export interface ProposalRow {
	readonly mark: ChangeRow["mark"];
	readonly kind: ChangeRow["kind"] | "command" | "in" | "runs" | "code";
	readonly text: string;
}

/** The exact difference between what a person accepted and what the file asks for, for people. */
export function proposalRows(home: Home, { accepted, asked }: Proposal): readonly ProposalRow[] {
	const { rows } = grantChange(accepted, asked);
	const old = accepted === null ? [] : launchRows(home, accepted.launch);
	const now = launchRows(home, asked.launch);
	const among = (all: readonly ProposalRow[], { kind, text }: ProposalRow) => all.some((each) => each.kind === kind && each.text === text);
	return [
		...old.filter((row) => !among(now, row)).map((row) => ({ ...row, mark: "-" as const })),
		...now.map((row) => ({ ...row, mark: among(old, row) ? (" " as const) : ("+" as const) })),
		...rows,
	];
}

/** What a grant starts, as far as its file and what was found out at its approval say. */
function launchRows(home: Home, launch: LaunchGrant): readonly ProposalRow[] {
	const row = (kind: ProposalRow["kind"], text: string): ProposalRow => ({ mark: " ", kind, text });
	const facts = readFacts(home, launch.fingerprint);
	const code = facts.ok ? facts.value.code : null;
	const variables = Object.entries(launch.env).map(([name, kind]) => `${plain(name)} (${kind})`);
	return [
		row("command", commandLine(launch)),
		...(launch.cwd === null ? [] : [row("in", plain(launch.cwd))]),
		...(variables.length === 0 ? [] : [row("command", `with ${variables.join(", ")}`)]),
		...(facts.ok
			? [row("runs", plain(facts.value.executable.path))]
			: [row("runs", "nothing that was looked at here: it will be refused until you approve the server again")]),
		...(code?.kind === "package" ? [row("runs", `${plain(code.name)}@${plain(code.version)}`)] : []),
		...(code?.kind === "script" ? [row("runs", plain(code.script.path))] : []),
		row("code", launch.fingerprint),
	];
}

/**
 * Accepts exactly what was shown. Refuses when the file has changed since, and where two files speak of the same entry: nobody could tell which of
 * them was meant.
 *
 * @returns where the key of the code is kept
 */
export function acceptProposal(home: Home, shown: Proposal, options: MarkOptions): Promise<Result<MarkPlace>> {
	return withPolicyLock(home, async () => {
		const held = await readHeldNow(home, ONLY_USER, options);
		if (!held.ok) return held;
		const key = grantKey(shown.server);
		const standing = held.value.layers
			.filter(({ source }) => source === "user")
			.flatMap(({ policy }) => policy.servers.filter((server) => grantKey(server) === key));
		if (standing.length > 1)
			return fail("grant-twice", "Two policy files grant something to this very entry.", `Leave it in one of the files in ${home.policy}.`);
		const now = held.value.proposals.find((proposal) => grantKey(proposal.server) === key);
		if (
			now === undefined ||
			canonicalServer(now.server) !== canonicalServer(shown.server) ||
			!isDeepStrictEqual(now.accepted, shown.accepted)
		)
			return changedMeanwhile;
		const { examples: _, ...server } = now.server;
		const kept = await keepAccepted(home, (accepted) => withAccepted(accepted, [server]), options);
		if (!kept.ok) return kept;
		return ok(kept.value ?? held.value.accepted.place);
	});
}

/** What other grants of a line give more once one that is gone holds them no longer, for people; `with` names the entry that each is for. */
export function liftRows({ others }: Withdrawn): readonly { readonly config: string; readonly rows: readonly ChangeRow[] }[] {
	return others.map(({ alone, held }) => ({
		config: alone.config,
		rows: grantChange(held, alone).rows.filter(({ mark }) => mark !== " "),
	}));
}

/** Lets other grants of a line give all that they say, as it was shown. Refuses when that is not what they say now. */
export function acceptWithdrawn(home: Home, shown: Withdrawn, options: MarkOptions): Promise<Result<MarkPlace>> {
	return withPolicyLock(home, async () => {
		const held = await readHeldNow(home, ONLY_USER, options);
		if (!held.ok) return held;
		const key = grantKey(shown.grant);
		const now = held.value.withdrawn.find(({ grant }) => grantKey(grant) === key);
		if (now === undefined || !isDeepStrictEqual(now, shown)) return changedMeanwhile;
		const isOther = (server: PolicyServer) => grantKey(server) !== key;
		const kept = await keepAccepted(
			home,
			({ servers, withdrawn, ...rest }) => ({ ...rest, servers: servers.filter(isOther), withdrawn: withdrawn.filter(isOther) }),
			options,
		);
		return kept.ok ? ok(kept.value ?? held.value.accepted.place) : kept;
	});
}

const changedMeanwhile = fail("grant-changed-meanwhile", "The policy file has changed meanwhile; nothing was accepted.", "Do it again.");

/**
 * Strikes out of what was accepted what was taken out of the files by hand, so that nobody can put it back there. What waits in a file leaves what
 * was accepted as it is.
 *
 * @returns how many grants that was
 */
export function settleNarrowed(home: Home, options: MarkOptions): Promise<Result<number>> {
	return withPolicyLock(home, async () => {
		const held = await readHeldNow(home, ONLY_USER, options);
		if (!held.ok) return held;
		const waiting = new Set(held.value.proposals.map(({ server }) => grantKey(server)));
		const standing = new Map<string, PolicyServer>();
		for (const { source, policy } of held.value.layers)
			if (source === "user")
				for (const server of policy.servers) if (!standing.has(grantKey(server))) standing.set(grantKey(server), server);
		let settled = 0;
		const kept = await keepAccepted(
			home,
			(accepted) =>
				withLess(
					accepted,
					(server) => {
						const now = standing.get(grantKey(server));
						if (waiting.has(grantKey(server))) return server;
						if (now === undefined || canonicalServer(now) !== canonicalServer(server)) settled++;
						if (now === undefined) return null;
						const { examples: _, ...rest } = now;
						return rest;
					},
					(server) => server,
				),
			options,
		);
		return kept.ok ? ok(settled) : kept;
	});
}
