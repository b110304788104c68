import * as vscode from "vscode";
import type { ServerEntry } from "../../../core/config/server.ts";
import { planMoves, type WrappingOf } from "../../../core/fixes/move-secrets.ts";
import { pinVersionEdits } from "../../../core/fixes/pin-version.ts";
import { useHttpsEdits } from "../../../core/fixes/use-https.ts";
import { wrapEdits } from "../../../core/fixes/wrap.ts";
import type { Result } from "../../../core/result.ts";
import { quoted } from "../../../core/rules/places.ts";
import { applyEdits, type Span, slice, type TextEdit } from "../../../core/text.ts";
import { isUnparsed, type StoredMove, storedMoveEdits } from "../../../platform/stored-moves.ts";
import { toTextEdit } from "../../convert.ts";
import type { OpenConfig } from "../configs.ts";
import type { FixContext } from "./context.ts";
import { isInEntry } from "./movable.ts";
import { installedVersion } from "./version.ts";

export type Kind = "move" | "wrap" | "https" | "pin";

/** Everything that would be done to one entry: one edit, since half of it could leave a server that does not start. */
export interface EntryEdit {
	readonly server: string;
	readonly kinds: readonly Kind[];
	readonly edit: TextEdit;
}

/**
 * What can be done to each entry of the document as it is now.
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
	if (isUnparsed(analysis.document)) return [];
	return analysis.document.servers.flatMap((server) => {
		const mine = analysis.findings.filter((finding) => isInEntry(finding, server.keyPath));
		const kinds: Kind[] = [];
		const edits: TextEdit[] = [];
		const add = (kind: Kind, made: Result<readonly TextEdit[]>): void => {
			if (!made.ok || made.value.length === 0) return;
			kinds.push(kind);
			edits.push(...made.value);
		};
		if (wrappingOf !== null) {
			const editing = { file: "This file", analyse: context.configs.reader(open), wrappingOf };
			add("move", storedMoveEdits(editing, analysis, planMoves(analysis.document, mine, wrappingOf).moves, stored));
			const wraps = mine.some(({ fixes }) => fixes.includes("wrap"));
			// A secret that moved has its entry wrapped already.
			if (wraps && kinds.length === 0 && server.kind === "stdio") add("wrap", wrapEdits(analysis.document, server, wrappingOf(server)));
		}
		for (const finding of mine) {
			if (finding.fixes.includes("use-https")) add("https", useHttpsEdits(analysis.document, finding));
			// Only what is known without asking anybody.
			const version = finding.fixes.includes("pin-version") ? installedVersion(context, open, finding) : null;
			if (version !== null) add("pin", pinVersionEdits(analysis.document, finding, version));
		}
		return edits.length === 0 ? [] : [{ server: quoted(server.name.value), kinds, edit: asOne(analysis.document.text, server, edits) }];
	});
}

/** The smallest single edit that does the same. */
function asOne(text: string, server: ServerEntry, edits: readonly TextEdit[]): TextEdit {
	const from = Math.min(...edits.map(({ span }) => span.offset));
	const to = Math.max(...edits.map(({ span }) => span.offset + span.length));
	const span: Span = { offset: from, length: to - from };
	if (from < server.span.offset || to > server.span.offset + server.span.length) throw new Error("an edit outside of its entry");
	const moved = edits.map((edit) => ({ ...edit, span: { ...edit.span, offset: edit.span.offset - from } }));
	return { span, text: applyEdits(slice(text, span), moved) };
}

/** Each entry is one line of the preview, to be ticked. */
export function addToPreview(preview: vscode.WorkspaceEdit, { document }: OpenConfig, entries: readonly EntryEdit[]): void {
	if (entries.length === 0) return;
	preview.set(
		document.uri,
		entries.map(({ server, kinds, edit }): [vscode.TextEdit, vscode.WorkspaceEditEntryMetadata] => [
			toTextEdit(document, edit),
			{
				needsConfirmation: true,
				label: `“${server}”: ${[...new Set(kinds)].map((kind) => WORDS[kind]).join(", ")}`,
				description: vscode.workspace.asRelativePath(document.uri),
				iconPath: new vscode.ThemeIcon("shield"),
			},
		]),
	);
}

const WORDS: Readonly<Record<Kind, string>> = {
	move: "move secrets, launch through Sallyport",
	wrap: "launch through Sallyport",
	https: "use https",
	pin: "pin the version",
};
