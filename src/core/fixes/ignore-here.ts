import { createScanner, parseTree } from "jsonc-parser";
import { IGNORE_KEY } from "../config/entry.ts";
import { HOSTS } from "../config/hosts.ts";
import type { ConfigDocument } from "../config/server.ts";
import { keyText, propertiesOf, type TreeNode } from "../config/tree.ts";
import { plain } from "../plain-text.ts";
import { fail, ok, type Result } from "../result.ts";
import { analyze } from "../rules/analyze.ts";
import { entryFinder, extentOf, withMultiline } from "../rules/comment-target.ts";
import type { Finding } from "../rules/finding.ts";
import { isIgnorable, isIgnoreComment } from "../rules/ignores.ts";
import { detectInText } from "../secrets/detector.ts";
import { LineIndex, type Span, slice, spanLookup, type TextEdit } from "../text.ts";
import { ambiguous, label } from "./wrap.ts";

/** Characters of a reason that are kept. */
const LONGEST_REASON = 200;

/**
 * Puts one finding aside, with the reason in the file: by a comment where the host reads comments, else by a member of the
 * server's entry, which silences the rule in all of it. The reason becomes one line.
 */
export function ignoreHereEdits(document: ConfigDocument, finding: Finding, reason: string): Result<TextEdit[]> {
	const why = oneLine(reason);
	if (!/[\p{L}\p{N}]/u.test(why)) return fail("ignore-reason", "An ignore needs a reason.", "Say in one line why this is all right.");
	if (detectInText(reason).length > 0 || detectInText(why).length > 0)
		return fail("ignore-reason-secret", "The reason holds what looks like a credential.", "Say it without the credential.");
	if (document.problems.some(({ code }) => code === "syntax" || code === "too-large" || code === "too-deep"))
		return fail("file-unparsed", "The file does not parse, so nothing is put into it.", "Mend the syntax error first.");
	if (finding.ruleId === "invalid-ignore" || isInIgnore(document, finding))
		return fail("ignore-ignored", "What stands in an ignore cannot be ignored.", "Mend or remove that ignore.");
	if (finding.severity === "error" || !isIgnorable(finding.ruleId))
		return fail("ignore-refused", `What ${finding.ruleId} finds cannot be ignored.`, "Mend it, or switch the rule off in the settings.");
	if (document.format !== "json") {
		// The end of a line to some parsers of these formats, a character to the others.
		if (/\r(?!\n)/.test(document.text))
			return fail(
				"file-line-ends",
				"The file has line ends that hosts read differently.",
				"Save it with the line ends of your system first.",
			);
		return hashEdits(document, finding, why);
	}
	// A host of YAML reads JSON, too, as others write it.
	const { comments, format } = HOSTS[document.host];
	return comments && format === "json" ? commentEdits(document, finding, why) : memberEdits(document, finding, why);
}

/** Without what could end a comment, hide or drive a terminal. */
function oneLine(reason: string): string {
	const words = plain(reason.replace(/[\s\u2028\u2029]+/g, " ").trim()).replaceAll("*/", "* /");
	// By characters: half of a pair would be no text.
	return [...words]
		.slice(0, LONGEST_REASON)
		.join("")
		.replace(/[\s\\*]+$/, "");
}

function isInIgnore(document: ConfigDocument, { span }: Finding): boolean {
	const inside = (outer: Span): boolean => span.offset >= outer.offset && span.offset < outer.offset + outer.length;
	return (
		document.servers.some(({ ignores }) => ignores.some((ignore) => inside(ignore.span))) ||
		document.comments.some((comment) => inside(comment) && isIgnoreComment(slice(document.text, comment)))
	);
}

function commentEdits(document: ConfigDocument, finding: Finding, why: string): Result<TextEdit[]> {
	const { text } = document;
	const lines = new LineIndex(text);
	const commentAt = spanLookup(document.comments.map((span) => ({ span })));
	const anchor = commentAt(finding.span.offset)?.span.offset ?? tokenStart(text, finding.span.offset);
	const line = lines.lineSpan(anchor);
	const words = `sallyport-ignore ${finding.ruleId} ${why}`;
	const isClear = line.offset === 0 || commentAt(line.offset - 1) === null || endOf(commentAt(line.offset - 1)?.span) <= line.offset;
	// What a long comment says on a further line is meant only where the comment is the first thing on its own.
	const isReached = finding.span.offset < endOf(line) || firstToken(text, line, () => null) === anchor;
	if (isClear && isReached && !isShared(document, finding, line, commentAt)) {
		const indent = /^[\t ]*/.exec(slice(text, line))?.[0] ?? "";
		return ok([{ span: { offset: line.offset, length: 0 }, text: `${indent}// ${words}${lineBreak(text, line)}` }]);
	}
	return ok([{ span: { offset: anchor, length: 0 }, text: `/* ${words} */ ` }]);
}

/** TOML and YAML: a comment on the line above, or at the end of the line where that would silence more than what was meant. */
function hashEdits(document: ConfigDocument, finding: Finding, why: string): Result<TextEdit[]> {
	const { text, multiline } = document;
	const lines = new LineIndex(text);
	const commentAt = spanLookup(document.comments.map((span) => ({ span })));
	const stringAt = spanLookup(multiline.map((span) => ({ span })));
	const { offset } = finding.span;
	const line = lines.lineSpan(stringAt(offset)?.span.offset ?? offset);
	const whole = withMultiline(line, multiline);
	const words = `# sallyport-ignore ${finding.ruleId} ${why}`;
	const isInString = (at: number): boolean => stringAt(at) !== null && stringAt(at)?.span.offset !== at;
	const entry = entryFinder(document, lines)(offset);
	const reach = entry === undefined ? [whole] : [whole, extentOf(entry)];
	if (!isInString(line.offset) && !hasSame(document, finding, reach)) {
		const indent = /^[\t ]*/.exec(slice(text, line))?.[0] ?? "";
		return ok([{ span: { offset: line.offset, length: 0 }, text: `${indent}${words}${lineBreak(text, line)}` }]);
	}
	const end = endOf(line) - (/[\r\n]{1,2}$/.exec(slice(text, line).slice(-2))?.[0].length ?? 0);
	const isFree = end > line.offset && commentAt(end - 1) === null && !isInString(end) && !isInString(end - 1);
	if (isFree && !hasSame(document, finding, [line])) return ok([{ span: { offset: end, length: 0 }, text: ` ${words}` }]);
	return fail(
		"ignore-shared",
		`Any comment here would silence ${finding.ruleId} at another place, too.`,
		"Write the two of them on lines of their own, or mend it.",
	);
}

/** True when something else that the rule finds begins in any of these places. */
function hasSame(document: ConfigDocument, finding: Finding, reach: readonly Span[]): boolean {
	return analyze(document, { home: null }).some(
		({ ruleId, span }) =>
			ruleId === finding.ruleId &&
			span.offset !== finding.span.offset &&
			reach.some((outer) => span.offset >= outer.offset && span.offset < endOf(outer)),
	);
}

/** True when a comment above the line would silence more than what was meant. */
function isShared(
	document: ConfigDocument,
	finding: Finding,
	line: Span,
	commentAt: (offset: number) => { readonly span: Span } | null,
): boolean {
	const start = firstToken(document.text, line, commentAt);
	const server = document.servers.find(({ name }) => name.outer.offset === start);
	return hasSame(document, finding, server === undefined ? [line] : [line, extentOf(server)]);
}

function firstToken(text: string, line: Span, commentAt: (offset: number) => { readonly span: Span } | null): number {
	let at = line.offset;
	while (at < text.length) {
		const comment = commentAt(at);
		if (comment !== null) at = endOf(comment.span);
		else if (/\s/.test(text.charAt(at))) at++;
		else break;
	}
	return at;
}

/** Where the token begins that an offset is in. */
function tokenStart(text: string, offset: number): number {
	const scanner = createScanner(text, true);
	for (let token = scanner.scan(); token !== END; token = scanner.scan())
		if (offset < scanner.getTokenOffset() + scanner.getTokenLength()) return Math.min(offset, scanner.getTokenOffset());
	return offset;
}

// The library declares it in a `const enum`, which does not exist at run time under isolated modules.
const END = 17;

function memberEdits(document: ConfigDocument, finding: Finding, why: string): Result<TextEdit[]> {
	const { text } = document;
	const { offset } = finding.span;
	const server = document.servers.find((entry) => offset >= extentOf(entry).offset && offset < endOf(entry.span));
	if (server === undefined && finding.server !== null)
		return fail(
			"ignore-nowhere",
			`${HOSTS[document.host].title} reads no comments, and this stands in no server's entry: there is no place for an ignore.`,
			"Mend it, or switch the rule off in the settings.",
		);
	if (server?.unambiguous === false) return ambiguous(server);
	const whose = server === undefined ? "the file" : label(server);
	const base = server?.span.offset ?? 0;
	const entry = parseTree(server === undefined ? text : slice(text, server.span), [], { allowTrailingComma: true });
	const member = propertiesOf(entry).find(({ key }) => keyText(key) === IGNORE_KEY)?.value;
	const rule = `${JSON.stringify(finding.ruleId)}: ${JSON.stringify(why)}`;
	if (entry?.type !== "object" || (member !== undefined && member.type !== "object"))
		return fail("ignore-malformed", `"${IGNORE_KEY}" of ${whose} is no object.`, "Mend it by hand.");
	if (member === undefined) return ok([insertion(text, base, entry, `"${IGNORE_KEY}": { ${rule} }`)]);
	const known = propertiesOf(member).find(({ key }) => keyText(key) === finding.ruleId);
	if (known === undefined) return ok([insertion(text, base, member, rule)]);
	return ok([{ span: { offset: base + known.node.offset, length: known.node.length }, text: rule }]);
}

/** Puts a member at the end of an object, in the way in which its last member stands there. */
function insertion(text: string, base: number, object: TreeNode, member: string): TextEdit {
	const last = propertiesOf(object).at(-1);
	if (last === undefined) return { span: { offset: base + object.offset + 1, length: 0 }, text: ` ${member} ` };
	const start = base + last.node.offset;
	const separator = /(?:\r\n|\n|\r)[\t ]*$/.exec(text.slice(Math.max(0, start - 1000), start))?.[0] ?? " ";
	return { span: { offset: start + last.node.length, length: 0 }, text: `,${separator}${member}` };
}

/** What ends this line; where it is the last one, what ends the first; else a line feed. */
function lineBreak(text: string, line: Span): string {
	return /(?:\r\n|\n|\r)$/.exec(slice(text, line))?.[0] ?? /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
}

function endOf(span: Span | undefined): number {
	return span === undefined ? 0 : span.offset + span.length;
}
