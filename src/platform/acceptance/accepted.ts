import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalServer, grantKey } from "../../core/policy/accepted.ts";
import { parsePolicy } from "../../core/policy/parse.ts";
import type { PolicyServer } from "../../core/policy/schema.ts";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";
import { PendingFile } from "../files/atomic-file.ts";
import type { Home } from "../home.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { approvalsFolder, type Mark, type MarkOptions, type MarkPlace, markToReplace, readMark, writeHead } from "./mark.ts";

/** What a person accepted in this home. */
export interface Accepted {
	/** One a grant. Empty: nothing counts. */
	readonly servers: readonly PolicyServer[];
	readonly place: MarkPlace;
	/** Another one whenever something else is accepted; null: nothing ever was. */
	readonly head: string | null;
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
		if (mark === null) return ok({ servers: [], place, head: null, damage: null });
		const list = readList(home, mark);
		if (list.ok) return ok({ servers: list.value, place, head: mark.head, damage: null });
		// Another program has kept a newer list since the vault answered, and removed this one.
		if (attempt === ATTEMPTS || list.problem.code !== GONE) return ok({ servers: [], place, head: mark.head, damage: list.problem });
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
	change: (servers: readonly PolicyServer[]) => readonly PolicyServer[],
	options: MarkOptions = {},
): Promise<Result<MarkPlace | null>> {
	const at = await markToReplace(home, options);
	if (!at.ok) return at;
	const { mark } = at.value;
	const list = mark === null ? ok([]) : readList(home, mark);
	const before = list.ok ? list.value : [];
	const after = change(before);
	if (list.ok && isSame(before, after)) return ok(null);
	const text = `${JSON.stringify({ version: 1, servers: after }, null, "\t")}\n`;
	const readBack = parsePolicy(text, "the list of approvals");
	if (!readBack.ok)
		return fail(
			"approvals-too-many",
			"What is accepted in this home is more than a list can hold.",
			"Take back what is not needed: sallyport revoke",
		);
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

function readList(home: Home, { key, head }: Mark): Result<readonly PolicyServer[]> {
	let text: string;
	try {
		text = fs.readFileSync(listFile(home, head), { encoding: "utf8", flag: fs.constants.O_RDONLY | fs.constants.O_NONBLOCK });
	} catch {
		return fail(GONE, "The list of what was approved is gone, or cannot be read.", ANEW);
	}
	// What was checked is what is used: the text is not read again.
	if (codeOf(key, text) !== head)
		return fail("approvals-forged", "The list of what was approved has been changed by another program.", ANEW);
	const parsed = parsePolicy(text, "the list of approvals");
	return parsed.ok ? ok(parsed.value.servers) : failed({ ...parsed.problem, code: "approvals-unknown", remedy: ANEW });
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

function isSame(a: readonly PolicyServer[], b: readonly PolicyServer[]): boolean {
	return a.length === b.length && a.every((server, i) => canonicalServer(server) === canonicalServer(b[i] ?? server));
}

function removeOthers(home: Home, code: string): void {
	const folder = approvalsFolder(home);
	for (const name of fs.readdirSync(folder))
		if (/^[0-9a-f]{64}\.json$/.test(name) && name !== `${code}.json`) fs.rmSync(path.join(folder, name), { force: true });
}

/** The list with these grants in the place of those that were accepted for the same entries. */
export function withAccepted(servers: readonly PolicyServer[], more: readonly PolicyServer[]): readonly PolicyServer[] {
	const keys = new Set(more.map(grantKey));
	return [...servers.filter((server) => !keys.has(grantKey(server))), ...more];
}
