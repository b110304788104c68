import { readableJson } from "../../ascii-json.ts";
import { plain } from "../../plain-text.ts";
import type { EventRecord } from "../record.ts";

/** What the columns of a table of records are called, in their order. */
export const COLUMNS = [
	"at",
	"session",
	"host",
	"server",
	"direction",
	"request",
	"method",
	"tool",
	"decision",
	"reason",
	"outcome",
	"latency_ms",
	"request_bytes",
	"answer_bytes",
	"trace",
	"span",
	"layer",
	"count",
	"arguments",
] as const;

/** A record as cells, one for each column; empty where there is nothing. No cell has a line break, or a character that nobody sees. */
export function cellsOf(record: EventRecord): readonly string[] {
	const { layer } = record;
	const cells: Readonly<Record<(typeof COLUMNS)[number], string | number | null | undefined>> = {
		at: record.at,
		session: record.session,
		host: record.host,
		server: record.server,
		direction: record.direction,
		request: record.request,
		method: record.method,
		tool: record.tool,
		decision: record.decision,
		reason: record.reason,
		outcome: record.outcome,
		latency_ms: record.latency,
		request_bytes: record.requestBytes,
		answer_bytes: record.answerBytes,
		trace: record.trace,
		span: record.span,
		layer: layer === undefined ? null : `${layer.source} ${layer.file}: ${layer.says}`,
		count: record.count,
		arguments: record.arguments === undefined ? null : readableJson(record.arguments),
	};
	return COLUMNS.map((column) => cell(cells[column]));
}

/** Blanks before a sign do not keep every program from taking the cell for a formula. */
const LATE_FORMULA = /^ +(?=[=+\-@\uff0b\uff0d\uff1d\uff20])/;

function cell(value: string | number | null | undefined): string {
	if (value === null || value === undefined) return "";
	// A tab has to be seen: in front of a formula it is dropped.
	const text = plain(String(value).replaceAll("\t", "\\u0009"));
	return LATE_FORMULA.test(text) ? `'${text}` : text;
}
