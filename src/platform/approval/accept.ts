import * as fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { plain, shellWord, withName } from "../../core/plain-text.ts";
import { canonical, canonicalServer, grantKey, type Held, type Proposal } from "../../core/policy/accepted.ts";
import { NOTHING_ACCEPTED } from "../../core/policy/accepted-list.ts";
import { type Grant, grantOf, grantsOf } from "../../core/policy/layers.ts";
import type { OwnSettings, SettingsProposal } from "../../core/policy/own-settings.ts";
import type { PolicyServer } from "../../core/policy/schema.ts";
import type { Withdrawn } from "../../core/policy/withdrawn.ts";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";
import { sha256Hex } from "../../core/sha256.ts";
import { beginAnew, keepAccepted, readAccepted, withAccepted, withLess } from "../acceptance/accepted.ts";
import { readHeldNow } from "../acceptance/held.ts";
import type { MarkOptions, MarkPlace } from "../acceptance/mark.ts";
import type { Home } from "../home.ts";
import { allowCommand } from "../launch/verify.ts";
import { networkFile } from "../network.ts";
import { readLayers } from "../policy-files.ts";
import { type Act, type Acting, grantAct, recordActs } from "./acts.ts";
import { type LinesOf, type LookRow, lookAtLaunch, ownRows } from "./launch-look.ts";
import { withPolicyLock } from "./policy-lock.ts";
import { proposedWords } from "./proposed-words.ts";
import { adoptedSettings, settingsRows, waitingSettings } from "./settings.ts";
import { type ChangeRow, grantChange } from "./texts.ts";

/**
 * What waits for a person to accept it, by the policy files of this home, in their order. Where the list of what was accepted is gone or damaged,
 * that is all that the files grant, and `readLost` says so.
 */
export async function readWaiting(home: Home, options: MarkOptions): Promise<Result<Waiting>> {
	const held = await readHeldNow(home, ONLY_USER, options);
	return held.ok ? ok({ ...held.value, settings: waitingSettings(held.value.layers, held.value.accepted.settings) }) : held;
}

export interface Waiting extends Held {
	/** What the files say beside grants; null: nothing of it waits. */
	readonly settings: SettingsProposal | null;
}

/** The grants among it. A Problem also where the list of what was accepted is gone or damaged. */
export async function readProposals(home: Home, options: MarkOptions): Promise<Result<readonly Proposal[]>> {
	const lost = await readLost(home, options);
	if (!lost.ok) return lost;
	if (lost.value !== null) return failed(lost.value.damage);
	const held = await readWaiting(home, options);
	return held.ok ? ok(held.value.proposals) : held;
}

/** That the list of what a person accepted is gone or damaged, and what there is to begin it with. */
export interface LostList {
	readonly damage: Problem;
	/** The grants that stand in the files, in their order: each is asked about once the list is begun. Empty: none. */
	readonly grants: readonly Grant[];
	/** What the files say beside grants and counts from then on without another question; what is laxer than the usual waits. */
	readonly settings: OwnSettings;
	/** How servers reach the internet stands in a file, and has to be accepted anew. */
	readonly network: boolean;
}

/** Null: the list is as it was kept, or none ever was. */
export async function readLost(home: Home, options: MarkOptions): Promise<Result<LostList | null>> {
	const accepted = await readAccepted(home, options);
	if (!accepted.ok) return accepted;
	const { damage } = accepted.value;
	if (damage === null) return ok(null);
	const layers = readLayers(home, ONLY_USER);
	if (!layers.ok) return layers;
	return ok({
		damage,
		grants: grantsOf(layers.value),
		settings: adoptedSettings(layers.value, NOTHING_ACCEPTED.settings),
		network: fs.existsSync(networkFile(home)),
	});
}

/**
 * Begins the list of what a person accepted anew, as they were shown it: with what their files say beside grants, and no grant.
 *
 * @returns where the key of the code is kept. A Problem: it is not as it was shown
 */
export function beginListAnew(home: Home, shown: LostList, options: Acting): Promise<Result<MarkPlace>> {
	return withPolicyLock(home, async () => {
		const now = await readLost(home, options);
		if (!now.ok) return now;
		if (!isDeepStrictEqual(now.value, shown)) return changedMeanwhile;
		const begun = await beginAnew(home, { ...NOTHING_ACCEPTED, settings: shown.settings }, shown.damage, options);
		if (!begun.ok) return begun;
		const common = { reason: "approval-begun-anew", server: null, entry: null, before: null } as const;
		const after = digestOf(shown.settings);
		const recorded = await recordActs(home, [{ ...common, gets: [], loses: [LOST], after }], options);
		return recorded.ok ? begun : recorded;
	});
}

const LOST = "all that was accepted before: the list was gone or damaged";

const ONLY_USER = { workspace: null, narrowing: [] } as const;

/** A row of what a proposal would change. */
export interface ProposalRow {
	readonly mark: ChangeRow["mark"];
	readonly kind: ChangeRow["kind"] | LookRow["kind"];
	readonly text: string;
}

/** A proposal, and what stands behind its command now. */
export interface LookedAt {
	readonly proposal: Proposal;
	/** The exact difference between what a person accepted and what the file asks for, for people. */
	readonly rows: readonly ProposalRow[];
	/** Why it cannot be accepted: nobody could show what it starts. Null: it can. */
	readonly refused: Problem | null;
}

/** Looks at what a proposal would start, and shows the difference. */
export async function lookAtProposal(home: Home, proposal: Proposal, linesOf: LinesOf): Promise<LookedAt> {
	const { accepted, asked } = proposal;
	const { rows } = grantChange(accepted, asked);
	const look = await lookAtLaunch(home, asked, linesOf);
	const isNew = accepted === null || !isDeepStrictEqual(accepted.launch, asked.launch);
	const old = accepted === null ? [] : isNew ? ownRows(accepted.launch) : look.rows;
	const among = (all: readonly LookRow[], { kind, text }: LookRow) => all.some((each) => each.kind === kind && each.text === text);
	const all = [
		...old.filter((row) => !among(look.rows, row)).map((row) => ({ ...row, mark: "-" as const })),
		...look.rows.map((row) => ({ ...row, mark: among(old, row) ? (" " as const) : ("+" as const) })),
		...rows,
	];
	return { proposal, rows: all, refused: refusal() };

	function refusal(): Problem | null {
		if (isNew && !look.verified.ok) return notVerified(asked, look.verified.problem);
		const [unkept] = proposedWords(home, proposal).unkept;
		if (unkept !== undefined) return notShown(proposal, `${unkept} is not kept on this machine, so that nobody can show it`);
		return all.every(({ mark }) => mark === " ") ? notShown(proposal, "what differs from what you accepted cannot be shown") : null;
	}
}

/** It differs from what was accepted, or it would not wait. */
function notShown({ asked: { name }, file }: Proposal, why: string): Problem {
	return {
		code: "change-not-shown",
		message: `It cannot be accepted: ${why}.`,
		remedy: `Take it out of ${plain(file)}. Then this lists and shows what the server says now, and allows it: ${withName("sallyport tools allow NAME", name)}`,
	};
}

/** Whoever wrote the grant could say later what its fingerprint is of. */
function notVerified({ name, config }: Grant, { message }: Problem): Problem {
	return {
		code: "launch-not-verified",
		message: `It cannot be accepted, because nothing shows what it would start: ${plain(message)}.`,
		remedy: `If you want this server: sallyport revoke ${shellWord(name)} --file ${shellWord(config)}, and then ${allowCommand({ name, config })}`,
	};
}

/**
 * Accepts exactly what was shown. Refuses when the file has changed since, and where two files speak of the same entry: nobody could tell which of
 * them was meant.
 *
 * @returns where the key of the code is kept
 */
export function acceptProposal(home: Home, { proposal: shown, refused }: LookedAt, options: Acting): Promise<Result<MarkPlace>> {
	if (refused !== null) return Promise.resolve(failed(refused));
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
		const recorded = await recordActs(home, [grantAct("approval-accepted", now.accepted, now.asked)], options);
		return recorded.ok ? ok(kept.value ?? held.value.accepted.place) : recorded;
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
export function acceptWithdrawn(home: Home, shown: Withdrawn, options: Acting): Promise<Result<MarkPlace>> {
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
		if (!kept.ok) return kept;
		const acts = shown.others.map(({ alone, held: before }) => grantAct("approval-lifted", before, alone));
		const recorded = await recordActs(home, acts, options);
		return recorded.ok ? ok(kept.value ?? held.value.accepted.place) : recorded;
	});
}

/** Accepts what the files say beside grants, as it was shown. Refuses when that is not what they say now. */
export function acceptSettings(home: Home, shown: SettingsProposal, options: Acting): Promise<Result<MarkPlace>> {
	return withPolicyLock(home, async () => {
		const held = await readHeldNow(home, ONLY_USER, options);
		if (!held.ok) return held;
		const now = waitingSettings(held.value.layers, held.value.accepted.settings);
		if (!isDeepStrictEqual(now, shown)) return changedMeanwhile;
		const kept = await keepAccepted(home, (accepted) => ({ ...accepted, settings: shown.asked }), options);
		if (!kept.ok) return kept;
		const recorded = await recordActs(home, [settingsAct(shown, held.value.accepted.settings)], options);
		return recorded.ok ? ok(kept.value ?? held.value.accepted.place) : recorded;
	});
}

function settingsAct(shown: SettingsProposal, before: OwnSettings): Act {
	const rows = settingsRows(shown);
	const lines = (mark: "+" | "-") => rows.filter((row) => row.mark === mark).map(({ kind, text }) => `${kind}: ${text}`);
	const common = { reason: "approval-settings", server: null, entry: null } as const;
	return { ...common, gets: lines("+"), loses: lines("-"), before: digestOf(before), after: digestOf(shown.asked) };
}

function digestOf(settings: OwnSettings): string {
	return `sha256:${sha256Hex(utf8ToBytes(canonical(settings)))}`;
}

const changedMeanwhile = fail("grant-changed-meanwhile", "The policy file has changed meanwhile; nothing was accepted.", "Do it again.");

/**
 * Strikes out of what was accepted what was taken out of the files by hand, so that nobody can put it back there. What waits in a file leaves what
 * was accepted as it is. What the files forbid more, and settings of theirs that are stricter, are accepted from then on.
 *
 * @returns how many grants that was
 */
export function settleNarrowed(home: Home, options: Acting): Promise<Result<number>> {
	return withPolicyLock(home, async () => {
		const held = await readHeldNow(home, ONLY_USER, options);
		if (!held.ok) return held;
		const waiting = new Set(held.value.proposals.map(({ server }) => grantKey(server)));
		const standing = new Map<string, PolicyServer>();
		for (const { source, policy } of held.value.layers)
			if (source === "user")
				for (const server of policy.servers) if (!standing.has(grantKey(server))) standing.set(grantKey(server), server);
		const settled: (Act | null)[] = [];
		const kept = await keepAccepted(
			home,
			(accepted) =>
				withLess(
					{ ...accepted, settings: adoptedSettings(held.value.layers, accepted.settings) },
					(server) => {
						const now = standing.get(grantKey(server));
						if (waiting.has(grantKey(server))) return server;
						if (now === undefined || canonicalServer(now) !== canonicalServer(server))
							settled.push(grantAct("approval-struck-out", grantOf(server), now === undefined ? null : grantOf(now)));
						if (now === undefined) return null;
						const { examples: _, ...rest } = now;
						return rest;
					},
					(server) => server,
				),
			options,
		);
		if (!kept.ok) return kept;
		const recorded = await recordActs(home, settled, options);
		return recorded.ok ? ok(settled.length) : recorded;
	});
}
