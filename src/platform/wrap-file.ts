import type { ServerEntry } from "../core/config/server.ts";
import { maskSecrets } from "../core/fixes/mask.ts";
import { meaningOf } from "../core/fixes/wrap.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { applyEdits, type TextEdit } from "../core/text.ts";
import { editFile, readConfigText, tidyFile } from "./files/edit-file.ts";
import { type Analysis, isUnparsed } from "./stored-moves.ts";

export interface RewriteRequest {
	readonly file: string;
	/** Pure: it is asked again whenever the host has rewritten the file. */
	readonly analyse: (text: string) => Analysis;
	/** `wrapEdits` or `unwrapEdits`, with what they need. */
	readonly edit: (analysis: Analysis, server: ServerEntry) => Result<TextEdit[]>;
	/** The server to rewrite, by name; null: every one that a command starts. */
	readonly server: string | null;
	readonly dryRun: boolean;
}

export interface RewriteReport {
	readonly changed: boolean;
	/** True: the file does not parse, and was left as it is. */
	readonly unparsed: boolean;
	readonly rewritten: readonly string[];
	/** Servers that were as they should be already. */
	readonly unchanged: readonly string[];
	readonly refused: readonly { readonly server: string; readonly problem: Problem }[];
	/** The texts before and after, with every credential masked. */
	readonly before: string;
	readonly after: string;
}

/** Wraps or unwraps servers of one file. What cannot be rewritten is named, and does not keep the others from it. */
export async function rewriteFile(request: RewriteRequest): Promise<Result<RewriteReport>> {
	const read = readConfigText(request.file);
	if (!read.ok) return read;
	const first = rewrite(request, read.value.text);
	if (!first.ok) return first;
	if (request.dryRun || !first.value.changed) {
		if (!request.dryRun) await tidyFile(request.file);
		return ok(first.value.report);
	}
	let { report } = first.value;
	const edited = await editFile(request.file, (text) => {
		const next = rewrite(request, text);
		if (!next.ok) return next;
		if (next.value.changed) report = next.value.report;
		return ok(next.value.text);
	});
	return edited.ok ? ok({ ...report, changed: edited.value.changed }) : edited;
}

function rewrite(
	request: RewriteRequest,
	text: string,
): Result<{ readonly changed: boolean; readonly text: string; readonly report: RewriteReport }> {
	const before = request.analyse(text);
	const edits: TextEdit[] = [];
	const rewritten: ServerEntry[] = [];
	const unchanged: string[] = [];
	const refused: { server: string; problem: Problem }[] = [];
	for (const server of before.document.servers) {
		const name = server.name.value;
		if (request.server !== null && name !== request.server) continue;
		if (request.server === null && server.kind === "http") continue;
		const edit = request.edit(before, server);
		if (edit.ok) {
			rewritten.push(server);
			edits.push(...edit.value);
		} else if (DONE.has(edit.problem.code)) unchanged.push(name);
		else refused.push({ server: name, problem: edit.problem });
	}
	const next = applyEdits(text, edits);
	const after = request.analyse(next);
	const intended = { rewritten: rewritten.map(({ keyPath }) => keyPath) };
	const keeps = meaningOf(after.document, intended) === meaningOf(before.document, intended);
	if (after.document.problems.length !== before.document.problems.length || !keeps)
		return fail("wrap-unsure", `${request.file} cannot be edited safely.`, "Edit the entry by hand.");
	const masked = { before: maskSecrets(before.document, before.findings), after: maskSecrets(after.document, after.findings) };
	return ok({
		changed: next !== text,
		text: next,
		report: {
			changed: next !== text,
			unparsed: isUnparsed(before.document),
			rewritten: rewritten.map(({ name }) => name.value),
			unchanged,
			refused,
			...masked,
		},
	});
}

/** Nothing to do is no refusal. */
const DONE: ReadonlySet<string> = new Set(["already-wrapped", "not-wrapped"]);
