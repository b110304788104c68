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
import { approvalsFolder, type Mark, type MarkOptions, type MarkPlace, markToReplace, readMark, writeHead } from "./mark.ts";

/** What a person accepted in this home. */
export interface Accepted extends AcceptedPolicy {
	readonly place: MarkPlace;
	/** Another one whenever something else is accepted; null: nothing ever was. */
	readonly head: string | null;
	/** Codes other texts with the key of the list. Null: nothing was accepted. */
	readonly code: Code | null;
	/** Why nothing counts although something was accepted; null: nothing is wrong. */
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
		const { place, mark } = at.value;
		if (mark === null) return ok({ ...NOTHING_ACCEPTED, place, head: null, code: null, damage: null });
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
 * @returns where the key is; null: nothing had to be changed
 */
export async function keepAccepted(
	home: Home,
	change: (accepted: AcceptedPolicy) => AcceptedPolicy,
	options: MarkOptions = {},
): Promise<Result<MarkPlace | null>> {
	const at = await markToReplace(home, options);
	if (!at.ok) return at;
	const { mark } = at.value;
	const list = mark === null ? ok(NOTHING_ACCEPTED) : readList(home, mark);
	const after = settled(change(list.ok ? list.value : NOTHING_ACCEPTED));
	if (list.ok && isSame(list.value, after)) return ok(null);
	const listed = acceptedText(after);
	if (!listed.ok) return listed;
	const text = listed.value;
	fs.mkdirSync(approvalsFolder(home), { recursive: true, mode: 0o700 });
	let now = "";
	const kept = await writeHead(
		home,
		at.value,
		(key) => {
			now = codeOf(key, text);
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
		return fail(GONE, "The list of what was approved is gone, or cannot be read.", ANEW);
	}
	// What was checked is what is used: the text is not read again.
	if (codeOf(key, text) !== head)
		return fail("approvals-forged", "The list of what was approved has been changed by another program.", ANEW);
	const list = parseAccepted(text);
	return list.ok ? list : failed({ ...list.problem, remedy: ANEW });
}

const GONE = "approvals-gone";

const ANEW = "Look at what stands in the policy, and accept it: sallyport policy accept";

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
		if (/^[0-9a-f]{64}\.json$/.test(name) && name !== `${code}.json`) fs.rmSync(path.join(folder, name), { force: true });
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
