import * as vscode from "vscode";
import { ignoreHereEdits } from "../../../core/fixes/ignore-here.ts";
import { pinVersionEdits } from "../../../core/fixes/pin-version.ts";
import { useHttpsEdits } from "../../../core/fixes/use-https.ts";
import { fail, type Result } from "../../../core/result.ts";
import type { Finding } from "../../../core/rules/finding.ts";
import { applyEdits, type TextEdit } from "../../../core/text.ts";
import type { OpenConfig } from "../configs.ts";
import { applyAsOne, type Saved } from "./apply.ts";
import type { FixContext } from "./context.ts";
import { type FindingTarget, findAgain, openConfig } from "./target.ts";
import { versionFor } from "./version.ts";

/** Fixes that change the text alone. */

export function useHttps(context: FixContext, target: FindingTarget): Promise<Result<Saved>> {
	return mend(context, target, async (open, finding) => useHttpsEdits(context.configs.analysis(open).document, finding));
}

/** The version that is installed already, else the one that the registry gives now, else the one that the person types. */
export function pinVersion(context: FixContext, target: FindingTarget): Promise<Result<Saved>> {
	return mend(context, target, async (open, finding) => {
		const version = await versionFor(context, open, finding);
		return version.ok ? again(context, open, target, (now, found) => pinVersionEdits(now, found, version.value)) : version;
	});
}

/** The reason is required, and becomes part of the file. */
export function ignoreHere(context: FixContext, target: FindingTarget): Promise<Result<Saved>> {
	return mend(context, target, async (open, finding) => {
		const { document } = context.configs.analysis(open);
		const reason = await vscode.window.showInputBox({
			title: `Ignore ${finding.ruleId} here`,
			prompt: "Why is this all right? The reason is kept in the file.",
			placeHolder: "The emulator accepts any token",
			ignoreFocusOut: true,
			validateInput: (text) => {
				const edits = text.trim() === "" ? fail("", "An ignore needs a reason.", "") : ignoreHereEdits(document, finding, text);
				return edits.ok ? null : edits.problem.message;
			},
		});
		return reason === undefined ? CANCELLED : again(context, open, target, (now, found) => ignoreHereEdits(now, found, reason));
	});
}

const CANCELLED = fail("cancelled", "Nothing was changed.", "");

type Document = ReturnType<FixContext["configs"]["analysis"]>["document"];

/** A person has answered meanwhile, and the document may be another one. */
function again(
	{ configs }: FixContext,
	open: OpenConfig,
	target: FindingTarget,
	edit: (document: Document, finding: Finding) => Result<TextEdit[]>,
): Result<TextEdit[]> {
	const found = findAgain(configs, open, target);
	return found.ok ? edit(configs.analysis(open).document, found.value) : found;
}

async function mend(
	context: FixContext,
	target: FindingTarget,
	editsFor: (open: OpenConfig, finding: Finding) => Promise<Result<TextEdit[]>>,
): Promise<Result<Saved>> {
	const { services, configs } = context;
	const trusted = services.requireTrust();
	const opened = await openConfig(configs, target.uri);
	if (!trusted.ok) return trusted;
	if (!opened.ok) return opened;
	const open = opened.value;
	const found = findAgain(configs, open, target);
	if (!found.ok) return found;
	const edits = await editsFor(open, found.value);
	if (!edits.ok) return edits;
	const before = configs.analysis(open);
	const expected = applyEdits(before.document.text, edits.value);
	const after = configs.reader(open)(expected);
	if (after.document.problems.length > before.document.problems.length || after.findings.length >= before.findings.length)
		return fail("fix-unsure", "The file cannot be edited safely.", "Edit it by hand.");
	return applyAsOne(open, edits.value, () => sameText(open.document.getText(), expected));
}

/** But for line ends, which the editor keeps as they are in the document. */
function sameText(a: string, b: string): boolean {
	return a.replaceAll("\r\n", "\n") === b.replaceAll("\r\n", "\n");
}
