import { isDeepStrictEqual } from "node:util";
import type { Grant } from "../../core/policy/layers.ts";
import type { Home } from "../../platform/home.ts";
import type { ListedOffers, ListedTool } from "../../platform/launch/list-tools.ts";
import { type KeptListing, readListing, writeListing } from "../../platform/launch/listings.ts";
import type { LaunchLine } from "../../platform/launch/locate.ts";

interface Remembered extends KeptListing {
	readonly line: LaunchLine;
}

/** The lists of tools that were seen: of this session in memory, of earlier ones on the disk. */
export class Listings {
	/** By the id of a server: one that was never approved has no fingerprint to look under. */
	readonly #session = new Map<string, Remembered>();
	/** What was listed beside tools, by the id of a server. Nothing of it is pinned, so that none is kept for later. */
	readonly #offers = new Map<string, { readonly line: LaunchLine; readonly offers: ListedOffers }>();
	/** By fingerprint. */
	readonly #disk = new Map<string, KeptListing | null>();

	/** Keeps what a server has just listed. */
	async keep(id: string, line: LaunchLine, fingerprint: string, tools: readonly ListedTool[], home: Home): Promise<void> {
		this.#session.set(id, { line, at: new Date().toISOString(), tools });
		this.#disk.delete(fingerprint);
		await writeListing(home, fingerprint, tools);
	}

	/**
	 * The newest list that is known. Null: never listed, or by another command than the one that stands there now.
	 *
	 * @param fresh true: a running launcher may have written another one since it was last read
	 */
	of(id: string, line: LaunchLine, grant: Grant | null, home: Home | null, fresh: boolean): readonly ListedTool[] | null {
		const remembered = this.#session.get(id);
		const here = remembered !== undefined && sameCode(remembered.line, line) ? remembered : null;
		const kept = grant === null || home === null ? null : this.#read(home, grant.launch.fingerprint, fresh);
		if (here === null || kept === null) return (here ?? kept)?.tools ?? null;
		return (here.at > kept.at ? here : kept).tools;
	}

	keepOffers(id: string, line: LaunchLine, offers: ListedOffers): void {
		this.#offers.set(id, { line, offers });
	}

	/** Null: never asked in this session, or of another command than the one that stands there now. */
	offersOf(id: string, line: LaunchLine): ListedOffers | null {
		const known = this.#offers.get(id);
		return known !== undefined && sameCode(known.line, line) ? known.offers : null;
	}

	/** The next look goes to the disk. */
	forget(): void {
		this.#disk.clear();
	}

	#read(home: Home, fingerprint: string, fresh: boolean): KeptListing | null {
		const known = fresh ? undefined : this.#disk.get(fingerprint);
		if (known !== undefined) return known;
		const kept = readListing(home, fingerprint);
		this.#disk.set(fingerprint, kept);
		return kept;
	}
}

/** Whether an entry goes through the launcher changes nothing about what it starts. */
function sameCode(a: LaunchLine, b: LaunchLine): boolean {
	return isDeepStrictEqual({ ...a, wrapped: false }, { ...b, wrapped: false });
}
