import { type Pin, toolName } from "../tools/pin.ts";
import { isObject, type JsonObject } from "./message.ts";

/** By name, the definitions that a person approved, of tools or of prompts. Empty: none. */
export type Pinned = ReadonlyMap<string, Pin>;

/** What is not shown under an approved name, because it is not what was approved. */
export interface HeldDefinition {
	readonly name: string;
	readonly why: "changed" | "duplicate" | "unreadable";
	readonly approved: Pin;
	/** Of the definition that is listed; null when it is listed twice or cannot be pinned. */
	readonly pin: Pin | null;
	/** As listed: the server's own word. Null when `pin` is. */
	readonly definition: JsonObject | null;
}

/** A granted tool that is not shown. */
export interface Withheld extends Omit<HeldDefinition, "name" | "why"> {
	readonly tool: string;
	readonly reason: `tool-${HeldDefinition["why"]}`;
}

/** Characters of the pages, and tools, that one list may have to be kept as a whole. */
const MOST_KEPT = 4 * 1024 * 1024;
const MOST_TOOLS = 10_000;

/** One pass over the pages of a list. */
export class Listing {
	/** By granted name: the pin of the definition seen; null when it was seen twice or cannot be pinned. */
	readonly seen = new Map<string, Pin | null>();
	readonly generation: number;
	/** Its first page is among those that were asked for. */
	readonly isWhole: boolean;
	#tools: unknown[] | null;
	#size = 0;

	/** A whole one keeps what it sees, for whoever wants the whole list. */
	constructor(generation: number, isWhole: boolean) {
		this.generation = generation;
		this.isWhole = isWhole;
		this.#tools = isWhole ? [] : null;
	}

	/** `size`: characters of the page. A list that is too large for us is not kept, not even in part. */
	collect(tools: readonly unknown[], size: number): void {
		if (this.#tools === null) return;
		this.#size += size;
		if (this.#size > MOST_KEPT || this.#tools.length + tools.length > MOST_TOOLS) this.discard();
		else for (const tool of tools) this.#tools.push(tool);
	}

	discard(): void {
		this.#tools = null;
	}

	/** What was collected; null: nothing was, or not all. */
	take(): readonly unknown[] | null {
		const tools = this.#tools;
		this.#tools = null;
		return tools;
	}
}

export type Standing = "verified" | "changed" | "not-listed" | "unknown";

/**
 * What the server lists now, as far as it was seen in this session. Only granted names are kept, and the pages of one listing
 * up to a limit, so a server cannot make it grow. A definition counts as verified from the page that showed it, until the server says that its list has
 * changed, shows another definition, or completes a list without it.
 */
export class Catalog {
	#granted: Pinned;
	#generation = 0;
	#tools = new Map<string, Pin | null>();
	#complete = false;
	#newest: Listing | null = null;
	readonly #pinOf: (element: unknown, approved: Pin) => Pin | null;

	/** @param pin the digest of an element, of which `approved` is what a person approved; null: it has none */
	constructor(granted: Pinned, pin: (element: unknown, approved: Pin) => Pin | null) {
		this.#granted = granted;
		this.#pinOf = pin;
	}

	/** Only the newest listing is collected as a whole: many that never end do not fill the memory. */
	begin(): Listing {
		this.#newest?.discard();
		this.#newest = new Listing(this.#generation, true);
		return this.#newest;
	}

	/** For a page of a list whose beginning was not seen, when it is asked for. */
	beginAmid(): Listing {
		return new Listing(this.#generation, false);
	}

	/** False for a listing that began before the list changed: it may still be shown, filtered, but verifies nothing. */
	isCurrent(listing: Listing): boolean {
		return listing.generation === this.#generation;
	}

	/** True after a whole list was seen, until it changes. */
	get isComplete(): boolean {
		return this.#complete;
	}

	/** Takes one page; `keep[i]` says whether element `i` may be shown. */
	page(listing: Listing, tools: readonly unknown[]): { readonly keep: readonly boolean[]; readonly withheld: readonly HeldDefinition[] } {
		const names = tools.map(toolName);
		const counts = new Map<string, number>();
		for (const name of names) if (name !== null && this.#granted.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
		const withheld: HeldDefinition[] = [];
		const keep = tools.map((tool, index) => {
			const name = names[index] ?? null;
			const granted = name === null ? undefined : this.#granted.get(name);
			if (name === null || granted === undefined) return false;
			const duplicate = listing.seen.has(name) || (counts.get(name) ?? 0) > 1;
			const pin = duplicate ? null : this.#pinOf(tool, granted);
			listing.seen.set(name, pin);
			if (this.isCurrent(listing)) this.#tools.set(name, pin);
			if (pin === granted) return true;
			const why = duplicate ? "duplicate" : pin === null ? "unreadable" : "changed";
			withheld.push({ name, why, approved: granted, pin, definition: pin !== null && isObject(tool) ? tool : null });
			return false;
		});
		return { keep, withheld };
	}

	/** After the last page: what this listing did not show is not there. Gives the whole list; null when it was not kept, or has changed. */
	finish(listing: Listing): readonly unknown[] | null {
		if (!this.isCurrent(listing)) return null;
		this.#tools = new Map([...listing.seen].map(([name, pin]) => [name, this.#latest(name, pin)]));
		this.#complete = true;
		return listing.take();
	}

	/** Of two lists that come at once, the other one may have shown something else after this one showed what was approved: then that is what there is. */
	#latest(name: string, pin: Pin | null): Pin | null {
		const shown = this.#tools.get(name);
		return pin === this.#granted.get(name) && shown !== undefined ? shown : pin;
	}

	/** The server's list changed: nothing is verified until it has been listed again. */
	invalidate(): void {
		this.#generation++;
		this.#newest?.discard();
		this.#tools.clear();
		this.#complete = false;
	}

	grant(granted: Pinned): void {
		this.#granted = granted;
		this.invalidate();
	}

	/** `unknown`: granted, and no list that would show it has been seen. */
	standing(name: string, granted: Pin): Standing {
		const pin = this.#tools.get(name);
		if (pin !== undefined) return pin === granted ? "verified" : "changed";
		return this.#complete ? "not-listed" : "unknown";
	}
}
