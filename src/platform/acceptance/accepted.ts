import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { canonicalServer, grantKey } from "../../core/policy/accepted.ts";
import { type AcceptedPolicy, acceptedText, NOTHING_ACCEPTED, parseAccepted } from "../../core/policy/accepted-list.ts";
import type { PolicyServer } from "../../core/policy/schema.ts";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";
import type { Code } from "../coded-memory.ts";
import { PendingFile } from "../files/atomic-file.ts";
import type { Home } from "../home.ts";
import { nodeCrypto } from "../node-crypto.ts";
import {
	approvalsFolder,
	isListName,
	lostList,
	type Mark,
	type MarkAt,
	type MarkOptions,
	type MarkPlace,
	makeWay,
	markToReplace,
	readMark,
	writeHead,
} from "./mark.ts";

/** What a person accepted in this home. */
export interface Accepted extends AcceptedPolicy {
	readonly place: MarkPlace;
	/** Another one whenever something else is accepted; null: nothing ever was, or `damage` says why it cannot be told. */
	readonly head: string | null;
	/** Codes other texts with the key of the list. Null: there is no such key. */
	readonly code: Code | null;
	/** Why nothing counts although something was accepted, and that only a person can begin the list anew; null: nothing is wrong. */
	readonly damage: Problem | null;
}

/** What else must be watched to hear that something was accepted. Empty: nothing was ever; in its parent, something is written at every call. */
export function acceptedPlaces(home: Home): readonly string[] {
	const folder = approvalsFolder(home);
	return fs.existsSync(folder) ? [folder] : [];
}

/** A Problem: which approvals count cannot be told now, so that none does. */
export async function readAccepted(home: Home, options: MarkOptions = {}): Promise<Result<Accepted>> {
	for (let attempt = 1; ; attempt++) {
		const at = await readMark(home, options);
		if (!at.ok) return at;
		const { place, mark, lost } = at.value;
		if (mark === null) return ok({ ...NOTHING_ACCEPTED, place, head: null, code: null, damage: lost });
		const list = readList(home, mark);
		const code: Code = (text) => codeOf(mark.key, text);
		if (list.ok) return ok({ ...list.value, place, head: mark.head, code, damage: null });
		// Another program has kept a newer list since the vault answered, and removed this one.
		if (attempt === ATTEMPTS || list.problem.code !== GONE)
			return ok({ ...NOTHING_ACCEPTED, place, head: mark.head, code, damage: list.problem });
	}
}

/** How often a list is looked for that the vault names and that is not there. */
const ATTEMPTS = 3;

/**
 * Keeps what a person accepted. Nobody can be locked out half-way: the new list lies beside the old one until the vault names it, and from that
 * moment it counts. Call it only while holding the policy's lock.
 *
 * @param change gets what counts now, and gives what is to count
 * @returns where the key is; null: nothing had to be changed. A Problem also where the list that counted is gone or damaged: what it forbade and
 *   held back would be forgotten without a word
 */
export async function keepAccepted(
	home: Home,
	change: (accepted: AcceptedPolicy) => AcceptedPolicy,
	options: MarkOptions = {},
): Promise<Result<MarkPlace | null>> {
	const at = await markToReplace(home, options);
	if (!at.ok) return at;
	const list = listAt(home, at.value);
	if (!list.ok) return list;
	const after = settled(change(list.value));
	return isSame(list.value, after) ? ok(null) : keepList(home, at.value, after, options);
}

/**
 * Keeps a list in the place of one that is gone or damaged, as a person has just said. Call it only while holding the policy's lock.
 *
 * @param shown the damage that they were told of
 * @returns where the key is. A Problem: there is no such damage now
 */
export async function beginAnew(home: Home, first: AcceptedPolicy, shown: Problem, options: MarkOptions = {}): Promise<Result<MarkPlace>> {
	const at = await markToReplace(home, options);
	if (!at.ok) return at;
	const list = listAt(home, at.value);
	return list.ok || list.problem.code !== shown.code ? notDamagedSo : keepList(home, at.value, settled(first), options);
}

const notDamagedSo = fail(
	"approvals-changed-meanwhile",
	"What was accepted has changed meanwhile; nothing was begun anew.",
	"Do it again.",
);

/** What counts; where nothing was ever kept, nothing does. */
function listAt(home: Home, { mark, lost }: MarkAt): Result<AcceptedPolicy> {
	if (mark !== null) return readList(home, mark);
	return lost === null ? ok(NOTHING_ACCEPTED) : failed(lost);
}

async function keepList(home: Home, at: MarkAt, list: AcceptedPolicy, options: MarkOptions): Promise<Result<MarkPlace>> {
	const listed = acceptedText(list);
	if (!listed.ok) return listed;
	const text = listed.value;
	fs.mkdirSync(approvalsFolder(home), { recursive: true, mode: 0o700 });
	let now = "";
	const kept = await writeHead(
		home,
		at,
		(key) => {
			now = codeOf(key, text);
			makeWay(listFile(home, now));
			new PendingFile(listFile(home, now), text).commit();
			return now;
		},
		options,
	);
	if (kept.ok) removeOthers(home, now);
	return kept;
}

function readList(home: Home, { key, head }: Mark): Result<AcceptedPolicy> {
	let text: string;
	try {
		text = fs.readFileSync(listFile(home, head), { encoding: "utf8", flag: fs.constants.O_RDONLY | fs.constants.O_NONBLOCK });
	} catch {
		return failed(lostList(GONE, "The list of what you accepted is gone, or cannot be read."));
	}
	// What was checked is what is used: the text is not read again.
	if (codeOf(key, text) !== head)
		return failed(lostList("approvals-forged", "The list of what you accepted has been changed by another program."));
	const list = parseAccepted(text);
	return list.ok ? list : failed(lostList(list.problem.code, list.problem.message));
}

const GONE = "approvals-gone";

/** 64 hexadecimal digits. */
function codeOf(key: Buffer, text: string): string {
	return nodeCrypto().createHmac("sha256", key).update(text).digest("hex");
}

function listFile(home: Home, code: string): string {
	return path.join(approvalsFolder(home), `${code}.json`);
}

function isSame(a: AcceptedPolicy, b: AcceptedPolicy): boolean {
	const isRestSame = a.network === b.network && isDeepStrictEqual(a.settings, b.settings);
	return isRestSame && sameServers(a.servers, b.servers) && sameServers(a.withdrawn, b.withdrawn);
}

function sameServers(a: readonly PolicyServer[], b: readonly PolicyServer[]): boolean {
	return a.length === b.length && a.every((server, i) => canonicalServer(server) === canonicalServer(b[i] ?? server));
}

function removeOthers(home: Home, code: string): void {
	const folder = approvalsFolder(home);
	for (const name of fs.readdirSync(folder))
		if (isListName(name) && name !== `${code}.json`) fs.rmSync(path.join(folder, name), { force: true, recursive: true });
}

/** The list with these grants in the place of those that were accepted for the same entries. */
export function withAccepted(accepted: AcceptedPolicy, more: readonly PolicyServer[]): AcceptedPolicy {
	const keys = new Set(more.map(grantKey));
	return { ...accepted, servers: [...accepted.servers.filter((server) => !keys.has(grantKey(server))), ...more] };
}

/**
 * The list with what is left of each grant. One that is gone goes on to hold others of its line.
 *
 * @param left null: nothing is left of it
 * @param gave what a grant that is gone really gave, where the files had less than was accepted
 */
export function withLess(
	accepted: AcceptedPolicy,
	left: (server: PolicyServer) => PolicyServer | null,
	gave: (server: PolicyServer) => PolicyServer,
): AcceptedPolicy {
	const now = accepted.servers.map((server) => ({ server, left: left(server) }));
	return {
		...accepted,
		servers: now.flatMap((each) => each.left ?? []),
		withdrawn: [...accepted.withdrawn, ...now.filter((each) => each.left === null).map(({ server }) => gave(server))],
	};
}

/** A grant that is back, or whose line nothing is left of, holds nothing any more. */
function settled({ servers, withdrawn, ...rest }: AcceptedPolicy): AcceptedPolicy {
	const keys = new Set(servers.map(grantKey));
	const lines = new Set(servers.map(lineOf));
	const last = new Map(withdrawn.map((server) => [grantKey(server), server]));
	return { ...rest, servers, withdrawn: [...last.values()].filter((server) => !keys.has(grantKey(server)) && lines.has(lineOf(server))) };
}

function lineOf({ name, launch }: PolicyServer): string {
	return JSON.stringify([name, launch?.command, launch?.args]);
}
