import type { Outcome } from "./event.ts";
import type { EventRecord } from "./record.ts";

/** One thing that a launcher decided or did, as a person sees it: what it decided, and how that ended, are one. */
export interface Activity {
	/** The same over reloads: session and number of the first record. */
	readonly id: string;
	/** What was recorded when it was decided. */
	readonly record: EventRecord;
	/** What was recorded when it ended. Null: it has not, or is not of the kind that ends. */
	readonly ending: EventRecord | null;
}

export function outcomeOf({ record, ending }: Activity): Outcome {
	return (ending ?? record).outcome;
}

/** Milliseconds from the forwarding of a call to its answer. Null: it was not forwarded, or is not answered. */
export function latencyOf({ record, ending }: Activity): number | null {
	if (ending === null) return null;
	// Logs before version 3 have the two times alone.
	const took = ending.latency ?? Date.parse(ending.at) - Date.parse(record.at);
	return Number.isFinite(took) && took >= 0 ? took : null;
}

/** Of those that are kept, the part that what was refused has for itself: a busy server must not push it out. */
const REFUSED = 1 / 5;

/** The records of a log as they come, each call one entry; so many of the newest, and no more. */
export class ActivityLog {
	readonly #refused: Shelf;
	readonly #others: Shelf;
	/** Calls that wait for how they ended: session and request → id. */
	readonly #open = new Map<string, string>();
	#count = 0;

	constructor(most: number) {
		const refused = Math.ceil(most * REFUSED);
		this.#refused = { most: refused, entries: new Map() };
		this.#others = { most: most - refused, entries: new Map() };
	}

	/** Newest first. */
	get entries(): readonly Activity[] {
		const all = [...this.#refused.entries.values(), ...this.#others.entries.values()];
		return all.sort((a, b) => b.order - a.order).map(({ entry }) => entry);
	}

	/** @param records of any sessions, those of each in their order */
	add(records: readonly EventRecord[]): void {
		for (const record of records) this.#addOne(record);
		for (const { most, entries } of [this.#refused, this.#others])
			for (const [id, { entry }] of entries) {
				if (entries.size <= most) break;
				entries.delete(id);
				const call = callOf(entry.record);
				if (call !== null && this.#open.get(call) === id) this.#open.delete(call);
			}
	}

	clear(): void {
		this.#refused.entries.clear();
		this.#others.entries.clear();
		this.#open.clear();
	}

	#addOne(record: EventRecord): void {
		const call = callOf(record);
		const begun = call === null || record.outcome === "forwarded" ? undefined : this.#open.get(call);
		const known = begun === undefined ? undefined : this.#others.entries.get(begun);
		if (call !== null && known !== undefined && record.decision === "allow") {
			this.#open.delete(call);
			this.#others.entries.set(known.entry.id, { ...known, entry: { ...known.entry, ending: record } });
			return;
		}
		// How a call ended that is not kept any more says too little by itself.
		if (call !== null && record.decision === "allow" && ENDINGS.has(record.outcome)) return;
		const id = `${record.session} ${record.sequence}`;
		const { entries } = record.decision === "refuse" ? this.#refused : this.#others;
		entries.set(id, { order: entries.get(id)?.order ?? this.#count++, entry: { id, record, ending: null } });
		if (call !== null && record.outcome === "forwarded") this.#open.set(call, id);
	}
}

const ENDINGS: ReadonlySet<Outcome> = new Set(["answered", "tool-error", "error", "cancelled", "unanswered"]);

interface Shelf {
	readonly most: number;
	/** Oldest first. */
	readonly entries: Map<string, { readonly order: number; readonly entry: Activity }>;
}

/** By what both records of one call are known. Null: it is no message with an id. */
function callOf({ session, request, method, tool }: EventRecord): string | null {
	return request === null ? null : JSON.stringify([session, request, method, tool]);
}
