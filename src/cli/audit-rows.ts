import { asciiJson } from "../core/ascii-json.ts";
import type { EventRecord } from "../core/audit/record.ts";
import { brief } from "../core/plain-text.ts";
import type { FoundRecord } from "../platform/audit/search.ts";

/** Records as they are printed: a line each, in columns for people or as recorded for programs. Empty for none. */
export function printed(found: readonly FoundRecord[], { json = false, long = false }: Printing): string {
	if (json) return found.map(({ record }) => `${asciiJson(record)}\n`).join("");
	if (!long) return table(found.map(({ record }) => row(record)));
	return found.map(({ record }) => `${table([row(record)])}${more(record)}`).join("");
}

/** How records are printed. Undefined: a line each. */
export interface Printing {
	/** As recorded, for programs. */
	readonly json?: boolean | undefined;
	/** For people, with what has no column. */
	readonly long?: boolean | undefined;
}

/** Characters of a value that is shown beneath its record. */
const SHOWN = 2_000;

/** What has no column, a line each: who asked, and with what. */
function more({ session, host, request, layer, arguments: given }: EventRecord): string {
	const asked = [
		`session ${session}`,
		...(host === null ? [] : [`host ${host}`]),
		...(request === null ? [] : [`request ${JSON.stringify(request)}`]),
	];
	const lines = [
		asked.join("  "),
		...(layer === undefined ? [] : [`decided by ${layer.file}`]),
		...(given === undefined ? [] : [asciiJson(given)]),
	];
	return lines.map((line) => `    ${brief(line, SHOWN)}\n`).join("");
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
