import { type Pin, pinOf, toolName } from "../tools/pin.ts";

/** The tools a person granted, each with the definition that was approved. Empty: no tool may be listed or called. */
export type GrantedTools = ReadonlyMap<string, Pin>;

export interface Withheld {
	readonly name: string;
	readonly reason: "tool-changed" | "tool-duplicate" | "tool-unreadable";
}

/** One pass over the pages of a list. */
export class Listing {
	/** By granted name: the pin of the definition seen; null when it was seen twice or cannot be pinned. */
	readonly seen = new Map<string, Pin | null>();
	readonly generation: number;

	constructor(generation: number) {
		this.generation = generation;
	}
}

export type Standing = "verified" | "tool-changed" | "tool-not-listed" | "unknown";

/**
 * What the server lists now, as far as it was seen in this session. Only granted names are kept, so a server cannot
 * make it grow. A definition counts as verified from the page that showed it, until the server says that its list has
 * changed, shows another definition, or completes a list without it.
 */
export class Catalog {
	#granted: GrantedTools;
	#generation = 0;
	#tools = new Map<string, Pin | null>();
	#complete = false;

	constructor(granted: GrantedTools) {
		this.#granted = granted;
	}

	begin(): Listing {
		return new Listing(this.#generation);
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
	page(listing: Listing, tools: readonly unknown[]): { readonly keep: readonly boolean[]; readonly withheld: readonly Withheld[] } {
		const names = tools.map(toolName);
		const counts = new Map<string, number>();
		for (const name of names) if (name !== null && this.#granted.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
		const withheld: Withheld[] = [];
		const keep = tools.map((tool, index) => {
			const name = names[index] ?? null;
			const granted = name === null ? undefined : this.#granted.get(name);
			if (name === null || granted === undefined) return false;
			const duplicate = listing.seen.has(name) || (counts.get(name) ?? 0) > 1;
			const pin = duplicate ? null : pinOf(tool);
			listing.seen.set(name, pin);
			if (this.isCurrent(listing)) this.#tools.set(name, pin);
			if (pin === granted) return true;
			withheld.push({ name, reason: duplicate ? "tool-duplicate" : pin === null ? "tool-unreadable" : "tool-changed" });
			return false;
		});
		return { keep, withheld };
	}

	/** After the last page: what this listing did not show is not there. */
	finish(listing: Listing): void {
		if (!this.isCurrent(listing)) return;
		this.#tools = new Map(listing.seen);
		this.#complete = true;
	}

	/** The server's list changed: nothing is verified until it has been listed again. */
	invalidate(): void {
		this.#generation++;
		this.#tools.clear();
		this.#complete = false;
	}

	grant(granted: GrantedTools): void {
		this.#granted = granted;
		this.invalidate();
	}

	/** `unknown`: granted, and no list that would show it has been seen. */
	standing(name: string, granted: Pin): Standing {
		const pin = this.#tools.get(name);
		if (pin !== undefined) return pin === granted ? "verified" : "tool-changed";
		return this.#complete ? "tool-not-listed" : "unknown";
	}
}
