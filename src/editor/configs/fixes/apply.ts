import * as vscode from "vscode";
import { fail, ok, type Result } from "../../../core/result.ts";
import type { TextEdit } from "../../../core/text.ts";
import { toTextEdit } from "../../convert.ts";
import type { OpenConfig } from "../configs.ts";

/** Whether what was changed is on the disk: a document that was clean is saved again, one with other unsaved changes is its owner's. */
export type Saved = "saved" | "unsaved";

/**
 * Makes edits of the current version as one change, which one undo takes back. They are all made, or none.
 *
 * @param holds asked afterwards, whether the document is now what was wanted
 * @param save `always` also where the document had unsaved changes before
 */
export async function applyAsOne(
	{ document }: OpenConfig,
	edits: readonly TextEdit[],
	holds: () => boolean,
	save: "if-clean" | "always" = "if-clean",
): Promise<Result<Saved>> {
	const wasDirty = document.isDirty;
	const change = new vscode.WorkspaceEdit();
	change.set(
		document.uri,
		edits.map((edit) => toTextEdit(document, edit)),
	);
	// The editor refuses by itself where the document is not of the version that the edits were made for.
	if (!(await vscode.workspace.applyEdit(change)) || !holds())
		return fail(
			"edit-refused",
			"The editor did not make the change, or the file changed at the same time.",
			"Look at the file, and try again.",
		);
	return wasDirty && save === "if-clean" ? ok("unsaved") : saveDocument(document);
}

/** Fails where the file could not be written: the change is in the editor then, and not on the disk. */
export async function saveDocument(document: vscode.TextDocument): Promise<Result<Saved>> {
	if (!document.isDirty || (await document.save())) return ok("saved");
	return fail(
		"not-saved",
		"The change is in the editor, but the file could not be saved: until then it is as it was.",
		"Save it yourself: the editor says what is in the way.",
	);
}
