import * as vscode from "vscode";
import { ok, type Result } from "../../core/result.ts";
import type { Span } from "../../core/text.ts";
import { toRange } from "../convert.ts";
import { isRow } from "./nodes.ts";
import type { Servers } from "./servers.ts";
import { parseTarget } from "./target.ts";

/** Shows the place of a finding, a server or a file in an editor. */
export async function openPlace(target: unknown, servers: Servers): Promise<Result<void>> {
	if (isRow(target) && target.kind === "finding") return show(target.file.uri, target.finding.span);
	if (isRow(target) && target.kind === "config") return show(target.file.uri, { offset: 0, length: 0 });
	const parsed = await parseTarget([target], servers);
	if (!parsed.ok) return parsed;
	const { file, entry } = parsed.value.server;
	return show(file.uri, entry.name.span);
}

async function show(uri: vscode.Uri, span: Span): Promise<Result<void>> {
	const document = await vscode.workspace.openTextDocument(uri);
	const range = toRange(document, span);
	const editor = await vscode.window.showTextDocument(document, { selection: new vscode.Range(range.start, range.start) });
	editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
	return ok(undefined);
}
