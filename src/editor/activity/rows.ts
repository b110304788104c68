import type { Activity } from "../../core/audit/activity.ts";

/** A row of the view *Activity*. Its `id` stays over refreshes. */
export type ActivityRow = EntryRow | GroupRow;

/** Something that a launcher decided or did. */
export class EntryRow {
	readonly id: string;
	readonly entry: Activity;
	readonly parent: GroupRow | null;

	constructor(entry: Activity, parent: GroupRow | null) {
		this.id = JSON.stringify(["entry", parent?.server ?? null, entry.id]);
		this.entry = entry;
		this.parent = parent;
	}
}

/** All of one server's. */
export class GroupRow {
	readonly id: string;
	readonly server: string;
	/** Newest first. Never empty. */
	readonly entries: readonly Activity[];
	readonly parent = null;

	constructor(server: string, entries: readonly Activity[]) {
		this.id = JSON.stringify(["group", server]);
		this.server = server;
		this.entries = entries;
	}
}

export interface Arrangement {
	/** By server; else one list. */
	readonly grouped: boolean;
	/** Nothing but what was refused. */
	readonly refusedOnly: boolean;
}

/** The rows at the top, the newest first; of groups the one in which something happened last. */
export function rowsOf(entries: readonly Activity[], { grouped, refusedOnly }: Arrangement): readonly ActivityRow[] {
	const shown = refusedOnly ? entries.filter(({ record }) => record.decision === "refuse") : entries;
	if (!grouped) return shown.map((entry) => new EntryRow(entry, null));
	const groups = new Map<string, Activity[]>();
	for (const entry of shown) {
		const group = groups.get(entry.record.server);
		if (group === undefined) groups.set(entry.record.server, [entry]);
		else group.push(entry);
	}
	return [...groups].map(([server, own]) => new GroupRow(server, own));
}
