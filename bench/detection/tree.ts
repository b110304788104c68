/** What a config file holds, whatever its format. */
export type Node = string | number | boolean | readonly Node[] | Table;

/** An object, its members in order, with comments between them (left out in formats and hosts that have none). */
export class Table {
	readonly members: readonly Member[];

	constructor(members: readonly (Member | null)[]) {
		this.members = members.filter((member) => member !== null);
	}
}

export type Member = { readonly key: string; readonly value: Node } | { readonly comment: string };

/** A member, or null for a value that is not there. */
export function member(key: string, value: Node | null): Member | null {
	return value === null ? null : { key, value };
}

/** A map of strings; null when it is empty, for a file leaves such a map out. */
export function strings(pairs: readonly (readonly [string, string])[]): Table | null {
	return pairs.length === 0 ? null : new Table(pairs.map(([key, value]) => ({ key, value })));
}
