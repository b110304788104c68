import type { AuditEvent } from "../audit/event.ts";

/** Refusals of one kind that are recorded one by one. A model that tries a refused tool again is seen each time; a flood is counted. */
const WHOLE = 20;

/** Kinds that are counted apart: as many in all, and as many of each reason whatever else there was. Beyond that they are counted by reason. */
const MOST_KINDS = 256;
const MOST_OF_REASON = 8;

/** Characters of a method's and of a tool's name that tell one from another. */
const MOST_NAME = 200;

/** What is counted together. */
type Kind = Pick<AuditEvent, "direction" | "reason" | "method" | "tool" | "outcome">;

interface Tally {
	readonly kind: Kind;
	count: number;
	/** How far the log has it. */
	told: number;
}

/**
 * What was refused in a session, by reason, method and tool. Whoever is refused can ask again without end, and each time wants a record: the
 * first twenty of a kind have one of their own, then the 100th, the 1000th and so on have one with the count, and in the end the exact count of
 * each kind is recorded.
 */
export class RefusalTally {
	readonly #write: (event: AuditEvent) => boolean;
	readonly #tallies = new Map<string, Tally>();
	readonly #kindsOf = new Map<string, number>();
	#kinds = 0;

	/** @param write false: the event is not in the log */
	constructor(write: (event: AuditEvent) => boolean) {
		this.#write = write;
	}

	/** One more was refused: records it, if it is its turn. */
	add(event: AuditEvent): void {
		const tally = this.#tallyOf(event);
		tally.count++;
		const isWhole = tally.count <= WHOLE;
		if (!isWhole && !/^10+$/.test(String(tally.count))) return;
		if (this.#write(isWhole ? event : counted(tally))) tally.told = tally.count;
	}

	/** Records the exact counts, as far as the log does not have them. */
	settle(): void {
		for (const tally of this.#tallies.values()) if (tally.told < tally.count && this.#write(counted(tally))) tally.told = tally.count;
	}

	#tallyOf({ direction, reason, method, tool, outcome }: AuditEvent): Tally {
		const kind = { direction, reason, method, tool, outcome };
		const key = JSON.stringify([direction, reason, method?.slice(0, MOST_NAME), tool?.slice(0, MOST_NAME)]);
		const known = this.#tallies.get(key);
		if (known !== undefined) return known;
		const others = this.#kindsOf.get(reason) ?? 0;
		if (this.#kinds >= MOST_KINDS && others >= MOST_OF_REASON)
			return this.#keep(JSON.stringify([direction, reason]), { ...kind, method: null, tool: null });
		this.#kinds++;
		this.#kindsOf.set(reason, others + 1);
		return this.#keep(key, kind);
	}

	#keep(key: string, kind: Kind): Tally {
		const tally = this.#tallies.get(key) ?? { kind, count: 0, told: 0 };
		this.#tallies.set(key, tally);
		return tally;
	}
}

/** How often it was refused so far. It is about no one request. */
function counted({ kind, count }: Tally): AuditEvent {
	return { request: null, ...kind, decision: "refuse", count };
}
