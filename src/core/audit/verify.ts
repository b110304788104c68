import { utf8ToBytes } from "@noble/hashes/utils.js";
import { FIRST, type Mac, type Seal, type SealEscrow, sessionCode } from "./chain.ts";
import { type AuditRecord, parseRecord } from "./record.ts";

/**
 * `complete`: every line is as it was written, and the last one closes the session. `open`: every line is as it was
 * written, and none closes it: the session still runs, crashed, or its end was cut off. `torn`: the last lines have no seal, or the last
 * one has no end (a crash while they were written); they are not counted. `broken`: `line` (from 1), or one of those that were sealed
 * with it, is not what was written there. `unchecked`: the key that would tell is not at hand.
 */
export type ChainVerdict =
	| { readonly state: "complete"; readonly records: number }
	| { readonly state: "open"; readonly records: number; readonly torn: boolean }
	| { readonly state: "broken"; readonly line: number; readonly problem: string }
	| { readonly state: "unchecked"; readonly records: number };

/** What seals are made with. */
export interface SealKeys {
	/** Of versions 1 and 2. */
	readonly fixed: Mac;
	/** From the first seal of a session on, one after the other. Null: the key is not at hand. */
	readonly ratchet: (session: string, escrow: SealEscrow | null) => Seal | null;
}

/** Checks a whole log file. */
export function verifyChain(text: string, keys: SealKeys): ChainVerdict {
	const lines = text.split("\n");
	const hasHalfLine = lines.pop() !== "";
	let previous = "";
	let session = "";
	let closed = false;
	let mac: Mac | Seal | null = null;
	/** Lines since the last seal, and how many come before them. */
	let unsealed = "";
	let sealed = 0;
	for (const [index, line] of lines.entries()) {
		const broken = (problem: string, at = index): ChainVerdict => ({ state: "broken", line: at + 1, problem });
		const record = parseRecord(line);
		const seal = SEAL.exec(line.slice(-SEAL_LENGTH))?.[1];
		if (record === null || record.mac !== seal) return broken("this line is not an audit record");
		if (index === 0) {
			session = record.session;
			if (record.kind === "open" && record.version === 3) {
				mac = keys.ratchet(session, escrowOf(record));
				previous = FIRST;
				if (mac === null) return { state: "unchecked", records: lines.length };
			} else {
				mac = keys.fixed;
				previous = sessionCode(mac, session);
			}
		}
		if (record.session !== session) return broken("this line belongs to another session");
		if (record.sequence !== index) return broken("lines before this one are missing or in another order");
		if ((record.kind === "open") !== (index === 0)) return broken("a session begins here, in the midst of another");
		if (closed) return broken("this line comes after the end of the session");
		closed = record.kind === "close";
		if (seal === undefined) {
			unsealed += `${line}\n`;
			continue;
		}
		if (mac?.(utf8ToBytes(`${unsealed}${line.slice(0, -SEAL_LENGTH)}}`)) !== seal)
			return broken(`${subject(index - sealed)} changed, or written by someone else`, sealed);
		if (record.previous !== previous) return broken("lines before this one are missing or in another order");
		previous = seal;
		unsealed = "";
		sealed = index + 1;
	}
	const isSealed = sealed === lines.length;
	if (closed && isSealed && hasHalfLine)
		return { state: "broken", line: lines.length + 1, problem: "this line comes after the end of the session" };
	return closed && isSealed ? { state: "complete", records: sealed } : { state: "open", records: sealed, torn: hasHalfLine || !isSealed };
}

function escrowOf({ sealedTo, sealKey }: Extract<AuditRecord, { readonly kind: "open" }>): SealEscrow | null {
	return sealedTo === undefined || sealKey === undefined ? null : { to: sealedTo, key: sealKey };
}

/** The end of a line that seals itself and those before it. */
const SEAL = /^,"mac":"([0-9a-f]{64})"\}$/;
const SEAL_LENGTH = 74;

function subject(more: number): string {
	if (more === 0) return "this line was";
	return more === 1 ? "this line or the next one was" : `this line or one of the ${more} after it was`;
}
