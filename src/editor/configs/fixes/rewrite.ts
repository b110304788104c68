import * as vscode from "vscode";
import type { ServerEntry } from "../../../core/config/server.ts";
import { checkEditable, meaningOf, unwrapEdits, wrapEdits } from "../../../core/fixes/wrap.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { quoted } from "../../../core/rules/places.ts";
import { applyEdits, type TextEdit } from "../../../core/text.ts";
import { isWrapped } from "../../../platform/stored-moves.ts";
import { confirmWidening } from "../../approval/dialog.ts";
import { inform } from "../../messages.ts";
import { markDone } from "../../onboarding/progress.ts";
import type { OpenConfig } from "../configs.ts";
import { applyAsOne, type Saved } from "./apply.ts";
import { type FixContext, wrappingIn } from "./context.ts";
import { openConfig } from "./target.ts";
import { restart } from "./tell-moved.ts";
import { unwrapQuestion } from "./unwrap-question.ts";

/** The entry with these keys, as the document is now. */
export function entryAt({ configs }: FixContext, open: OpenConfig, keyPath: readonly string[]): Result<ServerEntry> {
	const place = JSON.stringify(keyPath);
	const server = configs.analysis(open).document.servers.find((each) => JSON.stringify(each.keyPath) === place);
	return server === undefined
		? fail("entry-gone", "There is no such server in this file any more.", "Look at the file again.")
		: ok(server);
}

/** Makes an entry start through the launcher, by one edit. */
export async function wrapEntry(
	context: FixContext,
	open: OpenConfig,
	keyPath: readonly string[],
	save?: "if-clean" | "always",
): Promise<Result<Saved>> {
	const ready = await context.services.setUp();
	if (!ready.ok) return ready;
	const wrapping = wrappingIn(context, open, ready.value.home);
	const server = entryAt(context, open, keyPath);
	if (!wrapping.ok) return wrapping;
	if (!server.ok) return server;
	const entry = checkEditable(server.value);
	if (!entry.ok) return entry;
	const edits = wrapEdits(context.configs.analysis(open).document, entry.value, wrapping.value(entry.value));
	const applied = await rewrite(context, open, keyPath, edits, true, save);
	if (applied.ok) markDone(context.services, "wrap");
	return applied;
}

/** The inverse of `wrapEntry`: the very bytes, where nobody edited the entry since. It widens, so a person is asked, whoever ran the command. */
export async function unwrapEntry(context: FixContext, open: OpenConfig, keyPath: readonly string[]): Promise<Result<Saved>> {
	const trusted = context.services.requireTrust();
	if (!trusted.ok) return trusted;
	const server = entryAt(context, open, keyPath);
	if (!server.ok) return server;
	const entry = checkEditable(server.value);
	if (!entry.ok) return entry;
	const edits = unwrapEdits(context.configs.analysis(open).document, entry.value);
	if (!edits.ok && edits.problem.code === "references-held")
		return fail("references-held", edits.problem.message, "Put another value in its place first.");
	if (!edits.ok) return edits;
	const { uri } = open.document;
	const shown = open.document.getText();
	if (!(await confirmWidening(unwrapQuestion(open, entry.value)))) return fail("cancelled", "Nothing was changed.", "");
	// What is done is what was shown. Nobody may have held the document open meanwhile.
	const now = await openConfig(context.configs, uri);
	if (!now.ok) return now;
	if (now.value.document.getText() !== shown)
		return fail("file-changed", "The file has changed while you were asked, so it was left as it is.", "Look at it, and try again.");
	return rewrite(context, now.value, keyPath, edits, false);
}

async function rewrite(
	context: FixContext,
	open: OpenConfig,
	keyPath: readonly string[],
	edits: Result<TextEdit[]>,
	wrapped: boolean,
	save?: "if-clean" | "always",
): Promise<Result<Saved>> {
	if (!edits.ok) return edits;
	const { configs } = context;
	const before = configs.analysis(open).document;
	const after = configs.reader(open)(applyEdits(before.text, edits.value)).document;
	const intended = { rewritten: [keyPath] };
	if (after.problems.length !== before.problems.length || meaningOf(after, intended) !== meaningOf(before, intended))
		return fail("wrap-unsure", "The entry cannot be edited safely.", "Edit it by hand.");
	return applyAsOne(open, edits.value, () => isSo(entryAt(context, open, keyPath), wrapped), save);
}

function isSo(server: Result<ServerEntry>, wrapped: boolean): boolean {
	return server.ok && isWrapped(server.value) === wrapped;
}

export function tellRewritten(open: OpenConfig, keyPath: readonly string[], wrapped: boolean, saved: Saved): void {
	const text = [
		`“${quoted(keyPath.at(-1) ?? "")}” ${wrapped ? "starts through Sallyport" : "starts without Sallyport, unconfined"} from now on.`,
		...(saved === "unsaved" ? ["Save the file first."] : []),
		restart(open, wrapped),
	].join(" ");
	void inform(text, ...(wrapped ? [SERVERS] : [])).then((choice) => {
		if (choice === SERVERS) void vscode.commands.executeCommand("sallyport.servers.focus");
	});
}

const SERVERS = "Show MCP Servers";
