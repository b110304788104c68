import * as vscode from "vscode";
import { ignoreHereEdits } from "../../../core/fixes/ignore-here.ts";
import { pinVersionEdits } from "../../../core/fixes/pin-version.ts";
import { isTextFix, TEXT_FIXES } from "../../../core/fixes/text-fix.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import type { Finding } from "../../../core/rules/finding.ts";
import { applyEdits, type TextEdit } from "../../../core/text.ts";
import type { OpenConfig } from "../configs.ts";
import { applyAsOne, type Saved } from "./apply.ts";
import type { FixContext } from "./context.ts";
import { type FindingTarget, findAgain, openConfig } from "./target.ts";
import { TextFixes } from "./text-fixes.ts";
import { versionFor } from "./version.ts";

/** Fixes that change the text alone. */

/** The finding's own change of text. */
export function mendText(context: FixContext, target: FindingTarget): Promise<Result<Saved>> {
	return mend(context, target, async (open, finding) => {
		const fix = finding.fixes.find(isTextFix);
		return fix === undefined ? NO_TEXT_FIX : TEXT_FIXES[fix].edits(context.configs.analysis(open).document, finding);
	});
}

/** The same for every finding of that rule in the file, as one change. What can only be mended one by one is left. */
export function mendAlike(context: FixContext, target: FindingTarget): Promise<Result<Saved>> {
	return mend(context, target, async (open, { ruleId }) => {
		const { document, findings } = context.configs.analysis(open);
		const edits = new TextFixes();
		for (const finding of findings) {
			const fix = finding.ruleId === ruleId ? finding.fixes.find(isTextFix) : undefined;
			if (fix !== undefined) edits.add(TEXT_FIXES[fix].edits(document, finding));
		}
		return edits.all.length === 0 ? NO_TEXT_FIX : ok(edits.all);
	});
}

const NO_TEXT_FIX = fail("no-fix", "There is no fix for this that changes the text alone.", "Mend it by hand.");

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
	// Others may come: what stood under a key that nothing reads was not looked at before.
	const left = (findings: readonly Finding[]): number => findings.filter(({ ruleId }) => ruleId === found.value.ruleId).length;
	if (after.document.problems.length > before.document.problems.length || left(after.findings) >= left(before.findings))
		return fail("fix-unsure", "The file cannot be edited safely.", "Edit it by hand.");
	return applyAsOne(open, edits.value, () => sameText(open.document.getText(), expected));
}

/** But for line ends, which the editor keeps as they are in the document. */
function sameText(a: string, b: string): boolean {
	return a.replaceAll("\r\n", "\n") === b.replaceAll("\r\n", "\n");
}
