import { createScanner, parseTree } from "jsonc-parser";
import { referencesIn } from "../config/references.ts";
import type { ConfigDocument, ServerEntry, StdioServer } from "../config/server.ts";
import { launchOf, unwrapLaunch } from "../config/wrapped.ts";
import { launchProblem } from "../launch/launchable.ts";
import { fail, ok, type Result } from "../result.ts";
import { maskDetected } from "../secrets/redact.ts";
import { type Span, slice, type TextEdit } from "../text.ts";

export interface Wrapping {
	/** How the file names the launcher: an absolute path, or one with the host's own variable. */
	readonly launcher: string;
	/** By what name the launcher finds the grant; the server's own. */
	readonly name: string;
	/** The host's variable for the workspace folder; null where the host starts servers in it. */
	readonly workspace: string | null;
}

/**
 * Makes an entry start through the launcher: `LAUNCHER run --name NAME -- COMMAND ARGS…`. The command's raw text moves into the
 * arguments, and theirs stays untouched, comments and all, so that `unwrapEdits` gives back the very bytes. What the launcher
 * would never start is refused: wrapped, it would be broken.
 */
export function wrapEdits(document: ConfigDocument, server: ServerEntry, wrapping: Wrapping): Result<TextEdit[]> {
	const editable = checkEditable(server);
	if (!editable.ok) return editable;
	const entry = editable.value;
	if (launchOf(entry).wrapped)
		return fail("already-wrapped", `${label(server)} already starts through Sallyport.`, "Nothing needs to be done.");
	if (entry.command.value === "")
		return fail("no-command", `${label(server)} has an empty command.`, "Give it the command that starts the server.");
	if (entry.argsArray === null && hasKey(document.text, entry.span, "args"))
		return fail("args-null", `${label(server)} has "args" without a list.`, 'Remove "args", or give it a list.');
	const unlaunchable = launchProblem(entry);
	if (unlaunchable !== null)
		return fail(unlaunchable.code, `${label(server)} cannot start through Sallyport yet: ${unlaunchable.message}`, unlaunchable.remedy);
	if (wrapping.name.includes("${"))
		return fail("name-variable", `The name of ${label(server)} holds a variable, which hosts expand differently.`, "Rename the server.");
	// A name that looks like an option, `--` above all, must not be read as one.
	const name = wrapping.name.startsWith("-") ? [`--name=${wrapping.name}`] : ["--name", wrapping.name];
	const words = ["run", ...name, ...(wrapping.workspace === null ? [] : ["--workspace", wrapping.workspace]), "--"];
	const tokens = [...words.map((word) => JSON.stringify(word)), slice(document.text, entry.command.outer)].join(", ");
	return ok([{ span: entry.command.outer, text: JSON.stringify(wrapping.launcher) }, insertion(document.text, entry, tokens)]);
}

function insertion(text: string, entry: StdioServer, tokens: string): TextEdit {
	const [first] = entry.args;
	if (first !== undefined) {
		const line = lineStart(text, first.outer.offset);
		return { span: at(first.outer.offset), text: `${tokens},${line ?? " "}` };
	}
	// No space after the bracket: so `unwrapEdits` knows that the array was there before.
	if (entry.argsArray !== null) return { span: at(entry.argsArray.offset + 1), text: tokens };
	const line = lineStart(text, entry.commandProperty.offset);
	return { span: at(end(entry.commandProperty)), text: `,${line ?? " "}"args": [ ${tokens} ]` };
}

export interface Unwrapping {
	/** Leaves secret references in the environment, which no host resolves: the server would get the reference itself. */
	readonly keepReferences?: boolean;
}

/** The inverse of `wrapEdits`: byte for byte where nobody edited the entry since, else by the smallest edit. */
export function unwrapEdits(document: ConfigDocument, server: ServerEntry, options: Unwrapping = {}): Result<TextEdit[]> {
	const editable = checkEditable(server);
	if (!editable.ok) return editable;
	const entry = editable.value;
	const launch = launchOf(entry);
	if (!launch.wrapped) return fail("not-wrapped", `${label(server)} does not start through Sallyport.`, "Nothing needs to be done.");
	if (unwrapLaunch(entry) === null)
		return fail("wrap-unknown", `${label(server)} starts Sallyport with options that were not put there by it.`, "Edit the entry by hand.");
	const held = entry.env.find(({ value }) => referencesIn(value.value).length > 0);
	if (held !== undefined && options.keepReferences !== true)
		return fail(
			"references-held",
			`${label(server)} holds a secret reference in ${JSON.stringify(maskDetected(held.name.value))}, which only the launcher resolves.`,
			"Replace it first, or pass --keep-references.",
		);
	const { text } = document;
	const command: TextEdit = { span: entry.command.outer, text: slice(text, launch.command.outer) };
	const created = createdArgs(text, entry, launch.args.length);
	if (created !== null) return ok([command, { span: created, text: "" }]);
	const ours = entry.args.slice(0, entry.args.length - launch.args.length);
	return ok([
		command,
		...removals(
			text,
			[...ours, ...launch.args.slice(0, 1)].map(({ outer }) => outer),
			launch.args.length > 0,
		),
	]);
}

/** What every entry of a file starts in the end, as one text to compare: neither wrapping nor unwrapping may change it. */
export function meaningOf(document: ConfigDocument): string {
	return JSON.stringify(
		document.servers.map((server) => {
			if (server.kind === "http") return [server.keyPath, server.url.value];
			const { command, args } = launchOf(server);
			return [server.keyPath, command.value, args.map(({ value }) => value)];
		}),
	);
}

/** Takes words out of an array one by one, with the commas and the space between them, but never a comment that somebody put there. */
function removals(text: string, words: readonly Span[], hasRest: boolean): TextEdit[] {
	const edits: TextEdit[] = [];
	words.forEach((word, i) => {
		const next = words[i + 1];
		if (next !== undefined)
			edits.push({
				span: { offset: word.offset, length: next.offset - word.offset },
				text: commentsOf(text.slice(end(word), next.offset)),
			});
		else if (!hasRest)
			edits.push({ span: { offset: word.offset, length: word.length + (/^\s*,/.exec(text.slice(end(word)))?.[0].length ?? 0) }, text: "" });
	});
	return edits;
}

function commentsOf(gap: string): string {
	const scanner = createScanner(gap, false);
	let comments = "";
	for (let token = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
		const word = gap.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength());
		if (token === TOKEN.lineComment) comments += `${word}\n`;
		else if (token === TOKEN.blockComment) comments += `${word} `;
	}
	return comments;
}

// The library declares these as a `const enum`, which does not exist at run time under isolated modules.
const TOKEN = { lineComment: 12, blockComment: 13, end: 17 } as const;

/** The `, "args": [ … ]` that `wrapEdits` added, if it is still exactly that. */
function createdArgs(text: string, entry: StdioServer, rest: number): Span | null {
	const [first] = entry.args;
	if (rest > 0 || entry.argsArray === null || first === undefined) return null;
	const from = end(entry.commandProperty);
	const before = text.slice(from, first.outer.offset);
	const after = text.slice(end(entry.args.at(-1)?.outer ?? first.outer), end(entry.argsArray));
	if (!/^,\s*"args": \[ $/.test(before) || after !== " ]") return null;
	return { offset: from, length: end(entry.argsArray) - from };
}

function hasKey(text: string, object: Span, key: string): boolean {
	const tree = parseTree(slice(text, object), [], { allowTrailingComma: true });
	return tree?.children?.some((property) => property.children?.[0]?.value === key) ?? false;
}

/** The line break and the indentation in front of what stands first on its line; null when something else does. */
function lineStart(text: string, offset: number): string | null {
	return /(?:\r\n|\n|\r)[\t ]*$/.exec(text.slice(0, offset))?.[0] ?? null;
}

/** Only an entry that every parser reads in the same way may be edited. */
export function checkEditable(server: ServerEntry): Result<StdioServer> {
	if (!server.unambiguous)
		return fail(
			"entry-ambiguous",
			`${label(server)} cannot be edited safely: the file has a syntax error, or a key stands twice.`,
			"Mend that first: sallyport scan shows the place.",
		);
	if (server.kind !== "stdio")
		return fail(
			"entry-remote",
			`${label(server)} is a remote server: no command starts it.`,
			"Only servers that are started by a command can be wrapped.",
		);
	return ok(server);
}

/** Somebody may have put a token where the name belongs. */
export function label(server: ServerEntry): string {
	return `Server ${JSON.stringify(maskDetected(server.name.value))}`;
}

function at(offset: number): Span {
	return { offset, length: 0 };
}

function end(span: Span): number {
	return span.offset + span.length;
}
