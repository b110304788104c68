import { plain } from "../plain-text.ts";
import type { Severity } from "../rules/finding.ts";
import { LineIndex } from "../text.ts";
import { textForLogs } from "./for-logs.ts";
import { type AnalyzedFile, shownName } from "./report.ts";

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice", hint: "notice" };

/**
 * Annotations for GitHub Actions, a workflow command a line
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). Empty: nothing was found.
 */
export function formatGitHub(files: readonly AnalyzedFile[]): string {
	return files
		.flatMap(({ file, document, findings }) => {
			const lines = new LineIndex(document.text);
			return findings.map((finding) => {
				const { offset, length } = finding.span;
				const start = lines.position(offset);
				const end = lines.position(offset + length);
				const properties: [string, string | number][] = [
					["file", file],
					["line", start.line],
					["endLine", end.line],
				];
				// Columns across lines are refused.
				if (start.line === end.line) properties.push(["col", start.column], ["endColumn", end.column]);
				properties.push(["title", finding.ruleId]);
				const server = finding.server === null ? "" : `${shownName(finding.server)}: `;
				const said = properties.map(([name, value]) => `${name}=${property(String(value))}`).join(",");
				return `::${COMMANDS[finding.severity]} ${said}::${data(`${server}${finding.message}`)}\n`;
			});
		})
		.join("");
}

function data(text: string): string {
	return textForLogs(plain(text)).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
	return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
