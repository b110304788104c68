import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Activity } from "../../core/audit/activity.ts";
import { messageName } from "../../core/live/message.ts";
import { parsePolicy } from "../../core/policy/parse.ts";
import { policyPlace } from "../../core/policy/place.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { auditFolder } from "../../platform/audit/place.ts";
import { registerCommand } from "../commands.ts";
import type { CommandId } from "../contributions.ts";
import { rangeIn } from "../convert.ts";
import type { Live } from "../live/live.ts";
import { findServer } from "../live/match.ts";
import type { Refusal } from "../live/refusal.ts";
import { review } from "../live/review.ts";
import { inform } from "../messages.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import type { Deciding } from "./deciding.ts";
import { isAllowable } from "./items.ts";
import { EntryRow } from "./rows.ts";
import { extraOf, refusalKind, refusalReason, subjectOf, takenBy } from "./words.ts";

/** What can be done with one entry of the view *Activity*. What may widen only opens what asks. */
export function registerEntryCommands(
	services: Services,
	live: Live,
	servers: Servers,
	deciding: (entry: Activity) => Deciding | null,
): vscode.Disposable {
	return vscode.Disposable.from(
		registerCommand(services, "sallyport.showDecision", async (row) => {
			const found = parseEntry(row);
			return found.ok ? showDecision(deciding(found.value)) : found;
		}),
		registerCommand(services, "sallyport.allowRefused", async (row) => {
			const found = parseEntry(row);
			if (!found.ok) return found;
			const refusal = refusalOf(found.value, live, services);
			const extra = extraOf(found.value.record);
			const server = extra === null ? null : findServer(refusal.server, await servers.load(), services.userHome);
			const command: CommandId = "sallyport.allowExtras";
			if (server !== null) await vscode.commands.executeCommand(command, { server: server.id, extras: [extra] });
			else if (isAllowable(found.value)) await review(services, servers, [refusal]);
			else void inform("Nobody can allow this: no policy forbids it.");
			return ok(undefined);
		}),
		registerCommand(services, "sallyport.copyRecord", async (row) => {
			const found = parseEntry(row);
			if (!found.ok) return found;
			const { record, ending } = found.value;
			await vscode.env.clipboard.writeText(`${JSON.stringify(ending === null ? record : [record, ending], null, 2)}\n`);
			return ok(undefined);
		}),
		registerCommand(services, "sallyport.showLogFile", async (row) => {
			const found = parseEntry(row);
			return found.ok ? showLogFile(services, found.value) : found;
		}),
	);
}

/** A command's argument may come from anyone. */
function parseEntry(row: unknown): Result<Activity> {
	return row instanceof EntryRow
		? ok(row.entry)
		: fail("no-target", "This command does not say which entry it is about.", "Use it in the view Activity.");
}

async function showDecision(deciding: Deciding | null): Promise<Result<void>> {
	if (deciding === null) {
		void inform("No policy speaks of this server now.");
		return ok(undefined);
	}
	const { file, entry, paths } = deciding;
	if (!fs.existsSync(file)) return fail("policy-gone", "The policy file that decided is not there any more.", "");
	const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
	const text = document.getText();
	// What is no policy may be nested deeper than anything that a place is looked for in.
	const span = parsePolicy(text, file).ok ? policyPlace(text, entry, paths) : null;
	await reveal(document, span === null ? new vscode.Range(0, 0, 0, 0) : rangeIn(text, span));
	return ok(undefined);
}

/** As the other surfaces have it: what it opens asks, and grants nothing by itself. */
function refusalOf({ record }: Activity, live: Live, services: Services): Refusal {
	const { at, server, session, tool, count = 1 } = record;
	const key = live.serverOf(session);
	const subject = subjectOf(record);
	const by = takenBy(record);
	return {
		kind: refusalKind(record),
		...(by === null ? {} : { by }),
		at,
		server: {
			name: messageName(server),
			config: key?.config ?? null,
			workspace: key?.workspace ?? services.workspaceFolders[0] ?? null,
		},
		reason: refusalReason(record),
		tool: tool === null ? null : messageName(tool),
		target: tool === null && subject !== null ? messageName(subject) : null,
		count,
	};
}

async function showLogFile(services: Services, { record }: Activity): Promise<Result<void>> {
	const home = services.home();
	if (!home.ok) return home;
	const folder = auditFolder(home.value);
	const name = fs.existsSync(folder) ? fs.readdirSync(folder).find((each) => each.endsWith(`-${record.session}.jsonl`)) : undefined;
	if (name === undefined) return fail("log-gone", "The log file of this entry is not there any more.", "Logs are kept for a time only.");
	const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path.join(folder, name)));
	const at = document.getText().indexOf(`"sequence":${record.sequence},`);
	const { range } = document.lineAt(document.positionAt(Math.max(0, at)).line);
	await reveal(document, range);
	return ok(undefined);
}

async function reveal(document: vscode.TextDocument, range: vscode.Range): Promise<void> {
	// The caret stands at its beginning.
	const selection = new vscode.Selection(range.end, range.start);
	const editor = await vscode.window.showTextDocument(document, { preview: true, selection });
	editor.selection = selection;
	editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
