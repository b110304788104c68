import * as vscode from "vscode";
import type { ServerEntry } from "../../../core/config/server.ts";
import { planMoves, type WrappingOf } from "../../../core/fixes/move-secrets.ts";
import { pinVersionEdits } from "../../../core/fixes/pin-version.ts";
import { isTextFix, TEXT_FIXES, type TextFixId } from "../../../core/fixes/text-fix.ts";
import { wrapEdits } from "../../../core/fixes/wrap.ts";
import type { Result } from "../../../core/result.ts";
import type { Finding } from "../../../core/rules/finding.ts";
import { quoted } from "../../../core/rules/places.ts";
import { applyEdits, type Span, slice, type TextEdit } from "../../../core/text.ts";
import { isUnparsed, type StoredMove, storedMoveEdits } from "../../../platform/stored-moves.ts";
import { toTextEdit } from "../../convert.ts";
import type { OpenConfig } from "../configs.ts";
import type { FixContext } from "./context.ts";
import { isInEntry } from "./movable.ts";
import { TextFixes } from "./text-fixes.ts";
import { installedVersion } from "./version.ts";

export type Kind = "move" | "wrap" | "pin" | TextFixId;

/** Everything that would be done to one entry: one edit, since half of it could leave a server that does not start. Or to a place outside of all. */
export interface EntryEdit {
	/** Empty: it is in no entry. */
	readonly servers: readonly string[];
	readonly kinds: readonly Kind[];
	readonly edit: TextEdit;
}

/** The same before it is one edit. */
interface Work {
	readonly servers: readonly string[];
	readonly kinds: readonly Kind[];
	readonly edits: readonly TextEdit[];
}

/**
 * What can be done to each entry of the document as it is now, and to what stands outside of them.
 *
 * @param stored the secrets that are in the vault
 * @param wrappingOf null: nothing of this file starts here, so nothing moves and nothing is wrapped
 */
export function entryEdits(
	context: FixContext,
	open: OpenConfig,
	stored: readonly StoredMove[],
	wrappingOf: WrappingOf | null,
): readonly EntryEdit[] {
	const analysis = context.configs.analysis(open);
	const { document, findings } = analysis;
	if (isUnparsed(document)) return [];
	const works: Work[] = document.servers.map((server) => {
		const mine = findings.filter((finding) => isInEntry(finding, server.keyPath));
		return { servers: [quoted(server.name.value)], ...workOn(context, open, server, mine, stored, wrappingOf) };
	});
	for (const finding of findings) {
		if (document.servers.some(({ keyPath }) => isInEntry(finding, keyPath))) continue;
		const fix = finding.fixes.find(isTextFix);
		const made = fix === undefined ? null : TEXT_FIXES[fix].edits(document, finding);
		if (fix !== undefined && made?.ok === true) works.push({ servers: [], kinds: [fix], edits: made.value });
	}
	return apart(works).map(({ servers, kinds, edits }) => ({ servers, kinds, edit: asOne(document.text, edits) }));
}

function workOn(
	context: FixContext,
	open: OpenConfig,
	server: ServerEntry,
	findings: readonly Finding[],
	stored: readonly StoredMove[],
	wrappingOf: WrappingOf | null,
): Pick<Work, "kinds" | "edits"> {
	const analysis = context.configs.analysis(open);
	const { document } = analysis;
	const kinds: Kind[] = [];
	const edits = new TextFixes();
	const add = (kind: Kind, made: Result<readonly TextEdit[]>): void => {
		if (edits.add(made)) kinds.push(kind);
	};
	if (wrappingOf !== null) {
		const editing = { file: "This file", analyse: context.configs.reader(open), wrappingOf };
		add("move", storedMoveEdits(editing, analysis, planMoves(document, findings, wrappingOf).moves, stored));
		const wraps = findings.some(({ fixes }) => fixes.includes("wrap"));
		// A secret that moved has its entry wrapped already.
		if (wraps && kinds.length === 0 && server.kind === "stdio") add("wrap", wrapEdits(document, server, wrappingOf(server)));
	}
	const isWrappedNow = kinds.length > 0;
	for (const finding of findings) {
		// What was wrapped was wrapped as it was read: another name of a member, or other words of the command, are for the next time.
		for (const fix of finding.fixes.filter(isTextFix))
			if (!isWrappedNow || !CHANGES_ENTRY.has(fix)) add(fix, TEXT_FIXES[fix].edits(document, finding));
		// Only what is known without asking anybody.
		const version = finding.fixes.includes("pin-version") ? installedVersion(context, open, finding) : null;
		if (version !== null) add("pin", pinVersionEdits(document, finding, version));
	}
	return { kinds, edits: edits.all };
}

const CHANGES_ENTRY: ReadonlySet<Kind> = new Set<Kind>(["rename-key", "split-command"]);

/** In order; what reaches into another one (a table of TOML may stand in several places) becomes one with it. */
function apart(works: readonly Work[]): readonly Work[] {
	const ordered = works.filter(({ edits }) => edits.length > 0).sort((a, b) => startOf(a.edits) - startOf(b.edits));
	const found: Work[] = [];
	for (const work of ordered) {
		const last = found.at(-1);
		if (last === undefined || endOf(last.edits) < startOf(work.edits)) found.push(work);
		else
			found[found.length - 1] = {
				servers: [...last.servers, ...work.servers],
				kinds: [...last.kinds, ...work.kinds],
				edits: [...last.edits, ...work.edits.filter(({ span }) => !last.edits.some((edit) => edit.span.offset === span.offset))],
			};
	}
	return found;
}

function startOf(edits: readonly TextEdit[]): number {
	return Math.min(...edits.map(({ span }) => span.offset));
}

function endOf(edits: readonly TextEdit[]): number {
	return Math.max(...edits.map(({ span }) => span.offset + span.length));
}

/** The smallest single edit that does the same. */
function asOne(text: string, edits: readonly TextEdit[]): TextEdit {
	const offset = startOf(edits);
	const span: Span = { offset, length: endOf(edits) - offset };
	const moved = edits.map((edit) => ({ ...edit, span: { ...edit.span, offset: edit.span.offset - offset } }));
	return { span, text: applyEdits(slice(text, span), moved) };
}

/** Each entry is one line of the preview, to be ticked. */
export function addToPreview(preview: vscode.WorkspaceEdit, { document }: OpenConfig, entries: readonly EntryEdit[]): void {
	if (entries.length === 0) return;
	preview.set(
		document.uri,
		entries.map(({ servers, kinds, edit }): [vscode.TextEdit, vscode.WorkspaceEditEntryMetadata] => [
			toTextEdit(document, edit),
			{
				needsConfirmation: true,
				label: `${servers.map((server) => `“${server}”`).join(", ") || "The file"}: ${[...new Set(kinds)].map(wordsFor).join(", ")}`,
				description: vscode.workspace.asRelativePath(document.uri),
				iconPath: new vscode.ThemeIcon("shield"),
			},
		]),
	);
}

function wordsFor(kind: Kind): string {
	switch (kind) {
		case "move":
			return "move secrets, launch through Sallyport";
		case "wrap":
			return "launch through Sallyport";
		case "pin":
			return "pin the version";
		default:
			return TEXT_FIXES[kind].title.replace(/^./, (first) => first.toLowerCase());
	}
}
