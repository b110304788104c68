import { asciiJson } from "../core/ascii-json.ts";
import type { EventRecord } from "../core/audit/record.ts";
import { brief } from "../core/plain-text.ts";
import type { FoundRecord } from "../platform/audit/search.ts";

/** Records as they are printed: a line each, in columns for people or as recorded for programs. Empty for none. */
export function printed(found: readonly FoundRecord[], json: boolean): string {
	return json ? found.map(({ record }) => `${asciiJson(record)}\n`).join("") : table(found.map(({ record }) => row(record)));
}

function row(entry: EventRecord): readonly string[] {
	const subject = entry.tool === null ? (entry.method ?? "-") : `${entry.method ?? "-"} ${entry.tool}`;
	const times = entry.count === undefined || entry.count === 1 ? "" : ` (${entry.count} times)`;
	return [
		brief(entry.at, 24),
		brief(entry.server, 40),
		brief(subject, 80),
		entry.decision,
		`${brief(entry.reason, 40)}${times}`,
		entry.outcome,
		entry.latency === undefined ? "" : `${entry.latency} ms`,
	];
}

/** Columns as wide as their widest cell, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
	const widths: number[] = [];
	for (const cells of rows) for (const [column, cell] of cells.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
	const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
	return rows.map((cells) => `${line(cells).trimEnd()}\n`).join("");
}
