import { plain } from "../plain-text.ts";
import type { Finding, Severity } from "../rules/finding.ts";
import { LineIndex } from "../text.ts";
import { textForLogs } from "./for-logs.ts";
import { Framer } from "./frame.ts";
import { type AnalyzedFile, SEVERITIES, type SilencedFinding, shownName } from "./report.ts";
import { type Unread, unreadLine } from "./unread.ts";

export type Style = Severity | "file" | "dim" | "mark";

/** Gives text a colour; the identity where there are none. */
export type Paint = (style: Style, text: string) => string;

export interface ScanScope {
	/** What should have been looked at, and could not be. */
	readonly unread: Unread;
	/** What a person adds to a command so that it means the same files, with a blank in front; empty when nothing is needed. */
	readonly words: string;
	/** A line a finding and nothing else: no code, no sums, no advice; empty when nothing was found. Absent: all of it. */
	readonly quiet?: boolean;
}

const HERE: ScanScope = { unread: { files: 0, folders: 0 }, words: "" };

/** The report for people, one block a file. Nothing in it can drive a terminal, and no credential is in it. */
export function formatText(files: readonly AnalyzedFile[], paint: Paint, scope: ScanScope = HERE): string {
	const told = files.filter(({ findings }) => findings.length > 0);
	if (scope.quiet === true) return textForLogs(told.map((file) => `${formatFile(file, paint, true).join("\n")}\n`).join(""));
	const blocks = told.map((file) => [paint("file", plain(file.file)), ...formatFile(file, paint, false)].join("\n"));
	return textForLogs(`${[...blocks, summary(files, scope)].join("\n\n")}\n`);
}

function formatFile({ file, document, findings }: AnalyzedFile, paint: Paint, quiet: boolean): readonly string[] {
	const name = plain(file);
	const lines = new LineIndex(document.text);
	const framer = new Framer(document, findings);
	// A file that does not parse cannot be told apart into secrets and the rest: none of it is shown.
	const quotable = !document.problems.some(({ code }) => code === "syntax" || code === "too-large" || code === "too-deep");
	const out: string[] = [];
	for (const finding of findings) {
		const { line, column } = lines.position(finding.span.offset);
		const place = paint("dim", `${name}:${line}:${column}`);
		const message = plain(finding.message);
		const server = finding.server === null ? "" : `${plain(shownName(finding.server)).slice(0, 80)}: `;
		out.push(`${quiet ? "" : "  "}${place} ${paint(finding.severity, finding.severity)} ${finding.ruleId} ${server}${message}`);
		if (!quiet && quotable && finding.severity !== "info") out.push(...frame(framer, finding, paint));
	}
	return out;
}

function frame(framer: Framer, finding: Finding, paint: Paint): readonly string[] {
	const lines = framer.frame(finding.span);
	const width = String(lines.at(-1)?.number ?? 1).length;
	return lines.flatMap(({ number, text, mark }) => {
		const gutter = `${mark === null ? " " : ">"} ${String(number).padStart(width)} |`;
		const shown = `    ${paint("dim", gutter)} ${text}`.trimEnd();
		if (mark === null) return [shown];
		const under = `${" ".repeat(displayWidth(text.slice(0, mark.offset)))}${paint("mark", "^".repeat(Math.max(1, displayWidth(text.slice(mark.offset, mark.offset + mark.length)))))}`;
		return [shown, `    ${paint("dim", `  ${" ".repeat(width)} |`)} ${under}`];
	});
}

/** Columns on a terminal, near enough to point at the right place: wide letters and emoji take two. */
function displayWidth(text: string): number {
	let width = 0;
	for (const c of text)
		width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u.test(c)
			? 2
			: /\p{M}/u.test(c)
				? 0
				: 1;
	return width;
}

function summary(files: readonly AnalyzedFile[], scope: ScanScope): string {
	const unread = unreadLine(scope.unread);
	if (unread === null) return found(files, plain(scope.words));
	return configFiles(files) === 0 ? unread : `${found(files, plain(scope.words))}\n${unread}`;
}

function found(files: readonly AnalyzedFile[], words: string): string {
	const findings = files.flatMap((file) => file.findings);
	const count = configFiles(files);
	const read = `${count} ${count === 1 ? "file" : "files"}`;
	if (count === 0 && findings.length === 0) return "No MCP config files here.";
	const silencedBy = (by: SilencedFinding["by"]) =>
		files.reduce((sum, file) => sum + file.silenced.filter((each) => each.by === by).length, 0);
	const ignored = [...more(silencedBy("ignore"), "ignored there, with a reason"), ...more(silencedBy("baseline"), "in the baseline")];
	if (findings.length === 0) return [`Nothing found in ${read}.`, ...ignored].join("\n");
	const counts = SEVERITIES.map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
		.filter(({ count }) => count > 0)
		.map(({ severity, count }) => plural(count, severity));
	const fixable = findings.filter((finding) => finding.fixes.includes("move-secret")).length;
	const wrappable = findings.filter((finding) => finding.fixes.includes("wrap")).length;
	const unnamed = files.filter(({ document, findings: told }) => document.host === "other" && told.length > 0).length;
	return [
		`${counts.join(", ")} in ${read}.`,
		...ignored,
		...(unnamed > 0 ? [unnamedLine(unnamed)] : []),
		...(fixable > 0
			? [`To move ${fixable === 1 ? "the credential" : `${fixable} credentials`} into the keychain: sallyport fix${words}`]
			: []),
		...(wrappable > 0 ? [`To confine ${wrappable === 1 ? "the server" : `${wrappable} servers`}: sallyport wrap --all${words}`] : []),
	].join("\n");
}

/** Nothing changes a file of which nobody knows who reads it. */
function unnamedLine(count: number): string {
	return count === 1
		? "1 of these files was found by its content: name it to have it judged, fixed and wrapped as .mcp.json is."
		: `${count} of these files were found by their content: name one to have it judged, fixed and wrapped as .mcp.json is.`;
}

function more(count: number, where: string): readonly string[] {
	return count === 0 ? [] : [`${count} more ${count === 1 ? "is" : "are"} ${where}.`];
}

function configFiles(files: readonly AnalyzedFile[]): number {
	return files.filter(({ isBaseline }) => isBaseline !== true).length;
}

function plural(count: number, severity: Severity): string {
	return `${count} ${severity}${count === 1 || severity === "info" ? "" : "s"}`;
}
