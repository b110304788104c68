import { stringify } from "csv-stringify/sync";
import { COLUMNS, cellsOf } from "../../../core/audit/export/columns.ts";
import type { EventRecord } from "../../../core/audit/record.ts";

/** The line with which a file of records begins. */
export function csvHeader(): string {
	return csv([COLUMNS]);
}

/** Records as lines by RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function csvLines(records: readonly EventRecord[]): string {
	return records.length === 0 ? "" : csv(records.map(cellsOf));
}

function csv(rows: readonly (readonly string[])[]): string {
	return stringify(
		rows.map((row) => [...row]),
		// Quoted, so that a program that splits at semicolons or tabs finds no new cell inside of one.
		{ escape_formulas: true, quoted: true, quoted_empty: false, record_delimiter: "windows" },
	);
}
