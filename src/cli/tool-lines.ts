import { exact, plain } from "../core/plain-text.ts";
import { definitionLines } from "../core/tools/definition-lines.ts";
import { riskOf } from "../core/tools/risk.ts";
import { warningsOf } from "../core/tools/warnings.ts";
import { wrap } from "../core/wrapped-text.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import { columnsBehindBar } from "./barred.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** A tool, whole: what it may do, and every word of the server that is approved with it, in lines that begin with a bar. */
export function showTool(io: Io, tool: Pick<ListedTool, "name" | "definition">, others: ReadonlySet<string>): void {
	const { risks, claims } = riskOf(tool);
	const width = columnsBehindBar(io);
	const rows = (text: string, first: string, more: string): void => {
		for (const [index, line] of wrap(text, width - first.length + 2).entries()) say(io, `${index === 0 ? first : more}${line}`);
	};
	rows(exact(tool.name), "", "  ");
	rows(risks.map(({ kind, because }) => `${kind} (${plain(because)})`).join(", "), "  risk      ", "            ");
	rows(claims.length === 0 ? "nothing" : claims.join(", "), "  it claims ", "            ");
	for (const warning of warningsOf(tool, others)) rows(warning, "  ! ", "    ");
	const { lines, whole } = definitionLines(tool, { width, text: Number.POSITIVE_INFINITY, lines: Number.POSITIVE_INFINITY });
	for (const line of lines) say(io, `  │ ${line}`);
	if (!whole) say(io, "  (what looks like a credential in it is masked here)");
	say(io);
}
