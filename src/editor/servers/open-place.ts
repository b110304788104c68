import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { ok, type Result } from "../../core/result.ts";
import type { Span } from "../../core/text.ts";
import { toRange } from "../convert.ts";
import { type FindingRow, isRow } from "./nodes.ts";
import type { Servers } from "./servers.ts";
import { parseTarget } from "./target.ts";

/** Shows the place of a finding, a server or a file in an editor. */
export async function openPlace(target: unknown, servers: Servers): Promise<Result<void>> {
	if (isRow(target) && target.kind === "finding") return show(target.file.uri, whereNow(target, servers));
	if (isRow(target) && target.kind === "config") return show(target.file.uri, { offset: 0, length: 0 });
	const parsed = await parseTarget([target], servers);
	if (!parsed.ok) return parsed;
	const { file, entry } = parsed.value.server;
	return show(file.uri, entry.name.span);
}

/** A row stays while nothing changes but where things stand. */
function whereNow({ file: { uri }, finding: { ruleId, keyPath, span } }: FindingRow, servers: Servers): Span {
	const file = servers.files.find((each) => each.uri.toString() === uri.toString());
	const all = [...(file?.findings ?? []), ...(file?.servers ?? []).flatMap(({ findings }) => findings)];
	const same = all.filter((each) => each.ruleId === ruleId && isDeepStrictEqual(each.keyPath, keyPath)).map((each) => each.span);
	return same.sort((a, b) => Math.abs(a.offset - span.offset) - Math.abs(b.offset - span.offset))[0] ?? span;
}

async function show(uri: vscode.Uri, span: Span): Promise<Result<void>> {
	const document = await vscode.workspace.openTextDocument(uri);
	const range = toRange(document, span);
	const editor = await vscode.window.showTextDocument(document, { selection: new vscode.Range(range.start, range.start) });
	editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
	return ok(undefined);
}
