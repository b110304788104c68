import type { Mac } from "./chain.ts";
import type { Ledger, LedgerSession } from "./ledger.ts";
import { prunedText } from "./ledger-line.ts";
import type { ChainVerdict } from "./verify.ts";

/** What a log's file gives to compare with the list of sessions. */
export interface CheckedLog {
	/** The file's name. */
	readonly file: string;
	/** Null where the file does not say. */
	readonly session: string | null;
	readonly version: number | null;
	readonly verdict: ChainVerdict;
	/** Whether this is the seal of the line with that number, from 1. */
	readonly hasSeal: (record: number, seal: string) => boolean;
}

/** Something that the list of sessions has and the folder has not, or the other way round. */
export interface Discrepancy {
	readonly file: string;
	readonly kind: "missing" | "unlisted" | "cut" | "pruned-by-nobody";
	/** One sentence without its end. */
	readonly says: string;
}

/** Records of a log that a crash can leave without its place in the list. */
const ONLY_OPENED = 1;

/**
 * Compares what is there with what the list of sessions says was there.
 *
 * @param prunedMac of the vault's head; null: there is none, or it was not reached, and nobody can tell who took a log away
 * @param since when that head was made
 */
export function discrepancies(
	logs: readonly CheckedLog[],
	{ sessions }: Ledger,
	prunedMac: Mac | null,
	since: string | null,
): readonly Discrepancy[] {
	const there = new Map(logs.flatMap((log) => (log.session === null ? [] : [[log.session, log] as const])));
	const found: Discrepancy[] = [];
	for (const session of sessions.values()) {
		const { file } = session;
		const log = there.get(session.session);
		if (log !== undefined) {
			const cut = cutOff(log, session);
			if (cut !== null && log.verdict.state !== "broken") found.push({ file: log.file, kind: "cut", says: cut });
		} else if (session.pruned === null)
			found.push({ file, kind: "missing", says: `the log of a session that began at ${session.opened} is gone` });
		else if (!isByUs(session, prunedMac, since))
			found.push({ file, kind: "pruned-by-nobody", says: "the log is gone, and Sallyport did not take it away" });
	}
	for (const { file, session, version, verdict } of logs)
		if (version === 3 && session !== null && !sessions.has(session) && verdict.state !== "broken" && verdict.records > ONLY_OPENED)
			found.push({ file, kind: "unlisted", says: "the list of sessions does not know this log" });
	return found;
}

function isByUs({ session, pruned }: LedgerSession, mac: Mac | null, since: string | null): boolean {
	if (pruned === null || mac === null || since === null || pruned.at < since) return true;
	return pruned.code === mac(prunedText(session, pruned.at));
}

/** What is missing at the end; null: nothing that was noted. */
function cutOff({ verdict, hasSeal }: CheckedLog, { seals, closed }: LedgerSession): string | null {
	const noted = [...seals].filter(([records, seal]) => !hasSeal(records, seal)).map(([records]) => records);
	if (noted.length === 0) return null;
	const most = Math.max(...noted);
	const left = verdict.state === "broken" ? 0 : verdict.records;
	const had = `it had ${most} ${most === 1 ? "record" : "records"}${closed === most ? " when it ended" : ""}`;
	return left < most ? `its end was cut off: ${had}, and has ${left}` : `it is not the log that was written: ${had}, with other seals`;
}
