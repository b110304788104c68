import * as vscode from "vscode";
import { planMoves } from "../../core/fixes/move-secrets.ts";
import { isTextFix, TEXT_FIXES } from "../../core/fixes/text-fix.ts";
import { plain } from "../../core/plain-text.ts";
import type { Finding, FixId } from "../../core/rules/finding.ts";
import { isIgnorable } from "../../core/rules/ignores.ts";
import type { Span } from "../../core/text.ts";
import { isWrapped } from "../../platform/stored-moves.ts";
import { homeToBe } from "../../platform/wrapping.ts";
import type { CommandId } from "../contributions.ts";
import { toRange } from "../convert.ts";
import type { Services } from "../services.ts";
import type { Configs, OpenConfig } from "./configs.ts";
import { SOURCE } from "./diagnostics.ts";
import { chosenVault, vaultName, wrappingIn } from "./fixes/context.ts";
import { type EntryTarget, type FindingTarget, findingTarget } from "./fixes/target.ts";

const { QuickFix, RefactorRewrite } = vscode.CodeActionKind;

export function registerCodeActions(services: Services, configs: Configs): vscode.Disposable {
	const provider = new CodeActions(services, configs);
	return vscode.languages.registerCodeActionsProvider(configs.selector, provider, {
		providedCodeActionKinds: [QuickFix, RefactorRewrite],
	});
}

class CodeActions implements vscode.CodeActionProvider {
	readonly #services: Services;
	readonly #configs: Configs;

	constructor(services: Services, configs: Configs) {
		this.#services = services;
		this.#configs = configs;
	}

	provideCodeActions(
		document: vscode.TextDocument,
		range: vscode.Range,
		{ diagnostics, only, triggerKind }: vscode.CodeActionContext,
	): vscode.CodeAction[] {
		// On save, where a workspace's settings choose what is done: none of these is done unless a person takes it.
		if (triggerKind === vscode.CodeActionTriggerKind.Automatic && only !== undefined) return [];
		const open = this.#configs.open(document);
		if (open === null) return [];
		const { findings, document: config } = this.#configs.analysis(open);
		const isHere = touches(document.offsetAt(range.start), document.offsetAt(range.end));
		const here = findings.filter(isHere);
		const isLocal = this.#configs.localPath(document.uri) !== null;
		const rewritten = (isLocal ? config.servers.filter(isHere) : []).filter(isWrapped);
		// Asked with each move of the caret.
		if (here.length === 0 && rewritten.length === 0) return [];
		const diagnosticsOf = (of: readonly Finding[]): vscode.Diagnostic[] => matching(diagnostics, document, of);
		const pages = [...new Set(here.map(({ ruleId }) => ruleId))].map((ruleId) =>
			showRule(ruleId, diagnosticsOf(here.filter((finding) => finding.ruleId === ruleId))),
		);
		if (!this.#services.trusted) return ofKind(pages, only);

		const fixes = here.flatMap((finding) => this.#fixes(open, finding, diagnosticsOf([finding])));
		const refactorings = rewritten.map((server) =>
			action("Launch without Sallyport", RefactorRewrite, "sallyport.unwrap", entryOf(document, server.keyPath)),
		);
		const ignores = here
			.filter(({ ruleId, severity }) => ruleId !== "invalid-ignore" && severity !== "error" && isIgnorable(ruleId))
			.map((finding) =>
				linked(
					action("Ignore here, with a reason…", QuickFix, "sallyport.ignore", findingTarget(document, finding)),
					diagnosticsOf([finding]),
				),
			);
		return ofKind(
			[
				...fixes,
				...refactorings,
				...(isLocal ? fixMany(document, here, findings) : []).map((many) => linked(many, diagnosticsOf(here))),
				...ignores,
				...pages,
			],
			only,
		);
	}

	#fixes(open: OpenConfig, finding: Finding, diagnostics: vscode.Diagnostic[]): vscode.CodeAction[] {
		const target = findingTarget(open.document, finding);
		const isLocal = this.#configs.localPath(open.document.uri) !== null;
		// Where its servers do not run nothing can stand before them, and no npm of theirs can be asked.
		const actions = finding.fixes
			.filter((fix) => isLocal || isTextFix(fix) || fix === "move-secret")
			.map((fix, i) => {
				const made = linked(fixAction(fix, target, open.document), diagnostics);
				// Of what only looks random a person decides for themselves.
				made.isPreferred = i === 0 && finding.severity !== "hint";
				return made;
			});
		const reason = finding.ruleId.startsWith("secret-") ? this.#whyNot(open, finding) : null;
		if (reason === null) return actions;
		const disabled = new vscode.CodeAction(moveTitle(), QuickFix);
		disabled.disabled = { reason: plain(reason) };
		return [linked(disabled, diagnostics), ...actions.filter(({ command }) => command?.command !== "sallyport.moveSecret")];
	}

	/** Why a secret stays where it is; null when it can move. */
	#whyNot(open: OpenConfig, finding: Finding): string | null {
		const wrapping = wrappingIn({ services: this.#services, configs: this.#configs }, open, homeToBe(this.#services.homePath));
		if (!wrapping.ok) return wrapping.problem.message;
		return planMoves(this.#configs.analysis(open).document, [finding], wrapping.value).unmovable[0]?.reason ?? null;
	}
}

/** Whether a place and the text between two offsets have anything in common, be it an end. */
function touches(from: number, to: number): (item: { readonly span: Span }) => boolean {
	return ({ span }) => span.offset <= to && span.offset + span.length >= from;
}

function fixAction(fix: FixId, target: FindingTarget, document: vscode.TextDocument): vscode.CodeAction {
	switch (fix) {
		case "move-secret":
			return action(moveTitle(), QuickFix, "sallyport.moveSecret", target);
		case "wrap":
			// The finding is on the entry's command.
			return action("Launch through Sallyport", QuickFix, "sallyport.wrap", entryOf(document, target.keyPath.slice(0, -1).map(String)));
		case "pin-version":
			return action("Pin package version", QuickFix, "sallyport.pinVersion", target);
		default:
			// Whatever is neither one of these nor a change of text does not compile.
			return action(TEXT_FIXES[fix].title, QuickFix, "sallyport.mendText", target);
	}
}

function moveTitle(): string {
	return `Move secret to ${vaultName(chosenVault())}`;
}

/** For all of one kind in a file; for all of a file, and for all of the workspace, which both show a preview first. */
function fixMany(document: vscode.TextDocument, here: readonly Finding[], all: readonly Finding[]): vscode.CodeAction[] {
	if (!here.some(({ fixable }) => fixable)) return [];
	const alike = here.flatMap((finding): readonly vscode.CodeAction[] => {
		const fix = finding.fixes.find(isTextFix);
		const count = fix === undefined ? 0 : all.filter(({ ruleId, fixes }) => ruleId === finding.ruleId && fixes.includes(fix)).length;
		if (fix === undefined || count < 2) return [];
		return [
			action(`${TEXT_FIXES[fix].title} (all ${count} in this file)`, QuickFix, "sallyport.mendAlike", findingTarget(document, finding)),
		];
	});
	const inFile = action("Fix all in this file…", QuickFix, "sallyport.fixFile", document.uri.toString());
	const inWorkspace = action("Fix all in the workspace…", QuickFix, "sallyport.fixWorkspace");
	const isInWorkspace = vscode.workspace.getWorkspaceFolder(document.uri) !== undefined;
	return [...alike, ...(all.filter(({ fixable }) => fixable).length > 1 ? [inFile] : []), ...(isInWorkspace ? [inWorkspace] : [])];
}

function showRule(ruleId: string, diagnostics: vscode.Diagnostic[]): vscode.CodeAction {
	return linked(action(`Show rule ${ruleId}`, QuickFix, "sallyport.showRule", ruleId), diagnostics);
}

function action(
	title: string,
	kind: vscode.CodeActionKind,
	command: CommandId,
	argument?: FindingTarget | EntryTarget | string,
): vscode.CodeAction {
	const made = new vscode.CodeAction(title, kind);
	made.command = { title, command, ...(argument === undefined ? {} : { arguments: [argument] }) };
	return made;
}

function linked(made: vscode.CodeAction, diagnostics: vscode.Diagnostic[]): vscode.CodeAction {
	if (diagnostics.length > 0) made.diagnostics = diagnostics;
	return made;
}

function entryOf(document: vscode.TextDocument, keyPath: readonly string[]): EntryTarget {
	return { uri: document.uri.toString(), keyPath: [...keyPath] };
}

/** Those of the editor's diagnostics that tell these findings. */
function matching(
	diagnostics: readonly vscode.Diagnostic[],
	document: vscode.TextDocument,
	findings: readonly Finding[],
): vscode.Diagnostic[] {
	const told = findings.map(({ ruleId, span }) => ({ ruleId, range: toRange(document, span) }));
	return diagnostics.filter(
		({ source, code, range }) =>
			source === SOURCE && typeof code === "object" && told.some((each) => each.ruleId === code.value && each.range.isEqual(range)),
	);
}

function ofKind(actions: vscode.CodeAction[], only: vscode.CodeActionKind | undefined): vscode.CodeAction[] {
	return only === undefined ? actions : actions.filter(({ kind }) => kind !== undefined && only.contains(kind));
}
