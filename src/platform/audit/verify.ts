import type { CheckedLog, Discrepancy } from "../../core/audit/account.ts";
import { discrepancies } from "../../core/audit/account.ts";
import type { Mac } from "../../core/audit/chain.ts";
import { changedLists, type Head } from "../../core/audit/head.ts";
import { knownRecords, type Ledger, readLedger } from "../../core/audit/ledger.ts";
import { type AuditRecord, parseRecord } from "../../core/audit/record.ts";
import { ChainCheck, type ChainVerdict, sealOf } from "../../core/audit/verify.ts";
import { ok, type Problem, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { listStates, readHead } from "./head.ts";
import { ledgerFiles } from "./ledger.ts";
import { readLines } from "./log-lines.ts";
import { auditFolder, auditKey, fixedMac, ledgerMac, prunedMac } from "./place.ts";
import { logFiles, readText } from "./reader.ts";
import { SealIndex } from "./seal-index.ts";
import { sessionRatchetAgain } from "./session-key.ts";

export interface LogVerdict {
	/** The file's name in `state/audit`. */
	readonly file: string;
	/** Null where the file does not say. */
	readonly server: string | null;
	readonly verdict: ChainVerdict;
}

/**
 * What the vault says of the logs as a whole. `kept`: their lists are as it knows them, and what is newer than it. `absent`: it was reached,
 * and has no head. `unreachable`: nobody can tell whether the lists were exchanged. `changed`: they are not as it knows them, or were found not to be.
 */
export type HeadVerdict =
	| { readonly state: "kept"; readonly since: string }
	| { readonly state: "absent" }
	| { readonly state: "unreachable"; readonly problem: Problem }
	| {
			readonly state: "changed";
			readonly since: string;
			/** Months of the lists. */
			readonly lists: readonly string[];
			readonly breaches: readonly { readonly at: string; readonly list: string }[];
	  };

export interface AuditVerdict {
	/** Oldest first. */
	readonly logs: readonly LogVerdict[];
	/** Logs that are missing, cut or not known to the list of sessions. */
	readonly discrepancies: readonly Discrepancy[];
	/** Lines of the lists of sessions that are not as they were written. */
	readonly brokenLines: number;
	readonly head: HeadVerdict;
	/** Sessions whose logs were taken away for their age or for room, by the lists that are left; null: none. */
	readonly removed: Removed | null;
}

/** Logs that are there no more. */
export interface Removed {
	readonly sessions: number;
	/** As far as the lists know. */
	readonly records: number;
	readonly forAge: number;
	readonly forSize: number;
	/** When the first and the last of these sessions began. */
	readonly from: string;
	readonly to: string;
	/** When the last of them was taken away. */
	readonly at: string;
}

/** Checks every log of this home against its own seals, the list of sessions, and the head in the vault. */
export async function verifyAudit(home: Home): Promise<Result<AuditVerdict>> {
	const files = logFiles(home);
	if (!files.ok) return files;
	const read = await readHead(home);
	const head = read.ok ? read.value : null;
	const before = ledgerOf(home);
	const checked = files.value.map(({ file, name }) => checkLog(home, file, name, head));
	const mac: Mac | null = head === null ? null : prunedMac(head.secret);
	const against = (ledger: Ledger): readonly Discrepancy[] =>
		discrepancies(
			checked.map(({ log }) => log),
			ledger,
			mac,
			head?.since ?? null,
		);
	// Launchers go on meanwhile: what they have just begun, noted or taken away is in only one of the two.
	const after = against(ledgerOf(home));
	return ok({
		logs: checked.map(({ log, server }) => ({ file: log.file, server, verdict: log.verdict })),
		discrepancies: against(before).filter(({ file, kind }) => after.some((other) => other.file === file && other.kind === kind)),
		brokenLines: before.broken.length,
		removed: removedOf(before),
		head: read.ok ? headVerdict(home, head) : { state: "unreachable", problem: read.problem },
	});
}

/** Checks these logs, by their names, against their own seals alone. */
export async function verifyLogs(home: Home, names: ReadonlySet<string>): Promise<Result<readonly LogVerdict[]>> {
	const files = logFiles(home);
	if (!files.ok) return files;
	const head = await readHead(home);
	return ok(
		files.value
			.filter(({ name }) => names.has(name))
			.map(({ file, name }) => {
				const { log, server } = checkLog(home, file, name, head.ok ? head.value : null);
				return { file: name, server, verdict: log.verdict };
			}),
	);
}

function ledgerOf(home: Home): Ledger {
	const texts = ledgerFiles(auditFolder(home)).map(({ file }) => readText(file) ?? "");
	return readLedger(texts, ledgerMac(home));
}

function removedOf({ sessions }: Ledger): Removed | null {
	const gone = [...sessions.values()].flatMap((session) => (session.pruned === null ? [] : [{ session, ...session.pruned }]));
	const opened = gone.map(({ session }) => session.opened).sort();
	const [from, to, at] = [
		opened[0],
		opened.at(-1),
		gone
			.map((each) => each.at)
			.sort()
			.at(-1),
	];
	if (from === undefined || to === undefined || at === undefined) return null;
	const forAge = gone.filter(({ why }) => why === "age").length;
	const records = gone.reduce((sum, { session }) => sum + knownRecords(session), 0);
	return { sessions: gone.length, records, forAge, forSize: gone.length - forAge, from, to, at };
}

function headVerdict(home: Home, head: Head | null): HeadVerdict {
	if (head === null) return { state: "absent" };
	const { since, breaches } = head;
	const lists = changedLists(head, listStates(auditFolder(home)));
	return lists.length + breaches.length === 0 ? { state: "kept", since } : { state: "changed", since, lists, breaches };
}

function checkLog(home: Home, path: string, file: string, head: Head | null): { readonly log: CheckedLog; readonly server: string | null } {
	const secret = head === null ? null : Buffer.from(head.secret, "hex");
	const key = auditKey(home);
	const check = new ChainCheck({
		fixed: fixedMac(home),
		ratchet: (session, escrow) => {
			const ratchet = sessionRatchetAgain(key, session, escrow, secret);
			return ratchet === null ? null : (bytes) => ratchet.seal(bytes);
		},
	});
	const seals = new SealIndex();
	let first: AuditRecord | null | undefined;
	const read = readLines(path, (line) => {
		// A line that is too long to be read is no record either.
		check.line(line ?? "");
		seals.add(line === null ? undefined : sealOf(line));
		if (first === undefined) first = line === null ? null : parseRecord(line);
	});
	const session = sessionIn(file);
	if (read === null) {
		const verdict: ChainVerdict = { state: "broken", line: 1, problem: "this file cannot be read" };
		return { log: { file, session, version: null, verdict, hasSeal: () => true }, server: null };
	}
	const verdict = check.verdict(read.hasHalf);
	const server = first?.server ?? null;
	const version = first?.kind === "open" ? first.version : null;
	// A log that stands in the place of another would hide that one.
	if (verdict.state !== "broken" && first && !file.endsWith(`-${first.session}.jsonl`)) {
		const misplaced: ChainVerdict = { state: "broken", line: 1, problem: "this file holds the log of another session" };
		return { log: { file, session, version, verdict: misplaced, hasSeal: () => true }, server };
	}
	return { log: { file, session, version, verdict, hasSeal: (record, seal) => seals.has(record, seal) }, server };
}

/** By the file's name; null: it is no log of ours. */
function sessionIn(file: string): string | null {
	return /-([0-9a-f]{24})\.jsonl$/.exec(file)?.[1] ?? null;
}
