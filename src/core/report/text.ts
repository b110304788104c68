import { plain } from "../plain-text.ts";
import type { Finding, Severity } from "../rules/finding.ts";
import { maskDetected } from "../secrets/redact.ts";
import { LineIndex } from "../text.ts";
import { Framer } from "./frame.ts";
import { type AnalyzedFile, SEVERITIES } from "./report.ts";
import { type Unread, unreadLine } from "./unread.ts";

export type Style = Severity | "file" | "dim" | "mark";

/** Gives text a colour; the identity where there are none. */
export type Paint = (style: Style, text: string) => string;

export interface ScanScope {
	/** What should have been looked at, and could not be. */
	readonly unread: Unread;
	/** What a person adds to a command so that it means the same files, with a blank in front; empty when nothing is needed. */
	readonly words: string;
}

const HERE: ScanScope = { unread: { files: 0, folders: 0 }, words: "" };

/** The report for people, one block a file. Nothing in it can drive a terminal, and no credential is in it. */
export function formatText(files: readonly AnalyzedFile[], paint: Paint, scope: ScanScope = HERE): string {
	const blocks = files.filter(({ findings }) => findings.length > 0).map((file) => formatFile(file, paint));
	return `${[...blocks, summary(files, scope)].join("\n\n")}\n`;
}

function formatFile({ file, document, findings }: AnalyzedFile, paint: Paint): string {
	const name = plain(file);
	const lines = new LineIndex(document.text);
	const framer = new Framer(document, findings);
	// A file that does not parse cannot be told apart into secrets and the rest: none of it is shown.
	const quotable = !document.problems.some(({ code }) => code === "syntax" || code === "too-large" || code === "too-deep");
	const out: string[] = [paint("file", name)];
	for (const finding of findings) {
		const { line, column } = lines.position(finding.span.offset);
		const place = paint("dim", `${name}:${line}:${column}`);
		const message = plain(finding.message);
		const server = finding.server === null ? "" : `${plain(maskDetected(finding.server)).slice(0, 80)}: `;
		out.push(`  ${place} ${paint(finding.severity, finding.severity)} ${finding.ruleId} ${server}${message}`);
		if (quotable && finding.severity !== "info") out.push(...frame(framer, finding, paint));
	}
	return out.join("\n");
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
	return files.length === 0 ? unread : `${found(files, plain(scope.words))}\n${unread}`;
}

function found(files: readonly AnalyzedFile[], words: string): string {
	const findings = files.flatMap((file) => file.findings);
	const read = `${files.length} ${files.length === 1 ? "file" : "files"}`;
	if (files.length === 0) return "No MCP config files here.";
	const silenced = files.reduce((sum, file) => sum + file.silenced, 0);
	const ignored = silenced === 0 ? [] : [`${silenced} more ${silenced === 1 ? "is" : "are"} ignored there, with a reason.`];
	if (findings.length === 0) return [`Nothing found in ${read}.`, ...ignored].join("\n");
	const counts = SEVERITIES.map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
		.filter(({ count }) => count > 0)
		.map(({ severity, count }) => plural(count, severity));
	const fixable = findings.filter((finding) => finding.fixes.includes("move-secret")).length;
	const wrappable = findings.filter((finding) => finding.fixes.includes("wrap")).length;
	return [
		`${counts.join(", ")} in ${read}.`,
		...ignored,
		...(fixable > 0
			? [`To move ${fixable === 1 ? "the credential" : `${fixable} credentials`} into the keychain: sallyport fix${words}`]
			: []),
		...(wrappable > 0 ? [`To confine ${wrappable === 1 ? "the server" : `${wrappable} servers`}: sallyport wrap --all${words}`] : []),
	].join("\n");
}

function plural(count: number, severity: Severity): string {
	return `${count} ${severity}${count === 1 || severity === "info" ? "" : "s"}`;
}
