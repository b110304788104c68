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
	const check = new ChainCheck(keys);
	for (const line of lines) check.line(line);
	return check.verdict(hasHalfLine);
}

/** Characters of lines that one seal may stand for. A session writes far fewer at once. */
const MOST_UNSEALED = 64 * 1024 * 1024;

/** Checks a log line by line. */
export class ChainCheck {
	readonly #keys: SealKeys;
	#broken: ChainVerdict | null = null;
	#isUnchecked = false;
	#count = 0;
	#previous = "";
	#session = "";
	#closed = false;
	#mac: Mac | Seal | null = null;
	/** Lines since the last seal, and how many come before them. */
	#unsealed = "";
	#sealed = 0;

	constructor(keys: SealKeys) {
		this.#keys = keys;
	}

	/** The next line, without its end. */
	line(line: string): void {
		const index = this.#count++;
		if (this.#broken !== null || this.#isUnchecked) return;
		const record = parseRecord(line);
		const seal = sealOf(line);
		const problem = record === null || record.mac !== seal ? "this line is not an audit record" : this.#misplaced(record, index);
		if (record === null || problem !== null) this.#break(problem ?? "", index);
		else if (index > 0 || this.#begin(record)) this.#add(record, line, seal, index);
	}

	#add(record: AuditRecord, line: string, seal: string | undefined, index: number): void {
		this.#closed = record.kind === "close";
		if (seal === undefined) {
			this.#unsealed += `${line}\n`;
			if (this.#unsealed.length > MOST_UNSEALED) this.#break("this line and those after it have no seal", this.#sealed);
		} else if (this.#mac?.(utf8ToBytes(`${this.#unsealed}${line.slice(0, -SEAL_LENGTH)}}`)) !== seal)
			this.#break(`${subject(index - this.#sealed)} changed, or written by someone else`, this.#sealed);
		else if (record.previous !== this.#previous) this.#break("lines before this one are missing or in another order", index);
		else {
			this.#previous = seal;
			this.#unsealed = "";
			this.#sealed = index + 1;
		}
	}

	/**
	 * After the last line.
	 *
	 * @param hasHalfLine there is a line without an end after it
	 */
	verdict(hasHalfLine: boolean): ChainVerdict {
		if (this.#broken !== null) return this.#broken;
		if (this.#isUnchecked) return { state: "unchecked", records: this.#count };
		const isSealed = this.#sealed === this.#count;
		if (this.#closed && isSealed && hasHalfLine)
			return { state: "broken", line: this.#count + 1, problem: "this line comes after the end of the session" };
		if (this.#closed && isSealed) return { state: "complete", records: this.#sealed };
		return { state: "open", records: this.#sealed, torn: hasHalfLine || !isSealed };
	}

	/** False: the key is not at hand. */
	#begin(record: AuditRecord): boolean {
		if (record.kind === "open" && record.version === 3) {
			this.#mac = this.#keys.ratchet(record.session, escrowOf(record));
			this.#previous = FIRST;
			this.#isUnchecked = this.#mac === null;
		} else {
			this.#mac = this.#keys.fixed;
			this.#previous = sessionCode(this.#keys.fixed, record.session);
		}
		return !this.#isUnchecked;
	}

	#misplaced(record: AuditRecord, index: number): string | null {
		if (index === 0) this.#session = record.session;
		if (record.session !== this.#session) return "this line belongs to another session";
		if (record.sequence !== index) return "lines before this one are missing or in another order";
		if ((record.kind === "open") !== (index === 0)) return "a session begins here, in the midst of another";
		return this.#closed ? "this line comes after the end of the session" : null;
	}

	#break(problem: string, at: number): void {
		this.#broken = { state: "broken", line: at + 1, problem };
		this.#unsealed = "";
	}
}

/** The seal in a line: 64 hexadecimal digits. Undefined: it has none. */
export function sealOf(line: string): string | undefined {
	return SEAL.exec(line.slice(-SEAL_LENGTH))?.[1];
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
