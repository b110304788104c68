import * as vscode from "vscode";
import { MAX_CONFIG_LENGTH } from "../../core/config/parse-json.ts";
import { plain } from "../../core/plain-text.ts";
import type { Finding } from "../../core/rules/finding.ts";
import { isUnparsed } from "../../platform/stored-moves.ts";
import { toRange, toSeverity } from "../convert.ts";
import type { Services } from "../services.ts";
import type { Configs, OpenConfig } from "./configs.ts";
import { registerRulePages, rulePage } from "./rule-pages.ts";

/** What `Diagnostic.source` says of every finding. */
export const SOURCE = "Sallyport";

/** Milliseconds without a keystroke before a text is judged, and before one is that does not parse: it is probably not finished. */
const PAUSE_MS = 250;
const UNFINISHED_PAUSE_MS = 1200;

/** The editor goes through every mark of a file with each key: of a file with more findings than this, the grave ones alone are marked. */
const MOST_MARKED = 250;

export function registerDiagnostics(services: Services, configs: Configs): vscode.Disposable {
	const diagnostics = new Diagnostics(configs);
	const { workspace } = vscode;
	diagnostics.judgeAll();
	return vscode.Disposable.from(
		diagnostics,
		workspace.onDidOpenTextDocument((document) => diagnostics.judgeSoon(document)),
		workspace.onDidChangeTextDocument(({ document }) => diagnostics.judgeAfterPause(document)),
		workspace.onDidSaveTextDocument((document) => diagnostics.judgeSoon(document)),
		workspace.onDidCloseTextDocument((document) => diagnostics.forget(document)),
		// The editor may keep a document for a while after its last tab was closed, and show it again.
		vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
			for (const document of documentsIn(opened)) diagnostics.judgeSoon(document);
			for (const document of documentsIn(closed)) if (!isShown(document)) diagnostics.forget(document);
		}),
		workspace.onDidGrantWorkspaceTrust(() => diagnostics.judgeAll()),
		workspace.onDidChangeConfiguration((change) => {
			if (change.affectsConfiguration("sallyport.rules")) diagnostics.judgeAll();
		}),
		registerRulePages(services),
	);
}

/** Keeps what is found in open config files in the editor's list of problems. Never judges while somebody types. */
class Diagnostics implements vscode.Disposable {
	readonly #configs: Configs;
	readonly #collection = vscode.languages.createDiagnosticCollection("sallyport");
	readonly #timers = new Map<vscode.TextDocument, NodeJS.Timeout>();

	constructor(configs: Configs) {
		this.#configs = configs;
	}

	judgeAll(): void {
		for (const document of vscode.workspace.textDocuments) this.judgeSoon(document);
	}

	/** As it is now, finished or not. */
	judgeSoon(document: vscode.TextDocument): void {
		this.#schedule(document, 0, (open) => this.#judge(open));
	}

	/** Until then what was found before stays, and moves with the text. */
	judgeAfterPause(document: vscode.TextDocument): void {
		this.#schedule(document, PAUSE_MS, (open) => {
			if (!isUnparsed(this.#configs.analysis(open).document)) this.#judge(open);
			else this.#schedule(document, UNFINISHED_PAUSE_MS - PAUSE_MS, (still) => this.#judge(still));
		});
	}

	forget(document: vscode.TextDocument): void {
		clearTimeout(this.#timers.get(document));
		this.#timers.delete(document);
		this.#collection.delete(document.uri);
	}

	dispose(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#collection.dispose();
	}

	#schedule(document: vscode.TextDocument, ms: number, run: (open: OpenConfig) => void): void {
		const open = this.#configs.open(document);
		if (open === null) return;
		clearTimeout(this.#timers.get(document));
		const timer = setTimeout(() => {
			this.#timers.delete(document);
			if (!document.isClosed) run(open);
		}, ms);
		this.#timers.set(document, timer);
	}

	#judge(open: OpenConfig): void {
		const { document, findings } = this.#configs.analysis(open);
		const tooLarge = document.problems.some(({ code }) => code === "too-large");
		const { uri } = open.document;
		const found = tooLarge ? [tooLargeNote(open.document)] : toDiagnostics(open.document, findings);
		// The same once more would have the window draw all of them anew.
		const told = this.#collection.get(uri) ?? [];
		if (found.length !== told.length || !found.every((each, i) => isSame(each, told[i]))) this.#collection.set(uri, found);
	}
}

function documentsIn(tabs: readonly vscode.Tab[]): readonly vscode.TextDocument[] {
	const shown = new Set(tabs.map(({ input }) => (input instanceof vscode.TabInputText ? input.uri.toString() : null)));
	return vscode.workspace.textDocuments.filter(({ uri }) => shown.has(uri.toString()));
}

function isShown(document: vscode.TextDocument): boolean {
	return documentsIn(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs)).includes(document);
}

function toDiagnostics(document: vscode.TextDocument, findings: readonly Finding[]): readonly vscode.Diagnostic[] {
	if (findings.length <= MOST_MARKED) return findings.map((finding) => toDiagnostic(document, finding));
	const grave = findings.filter(({ severity }) => severity === "error" || severity === "warning");
	if (grave.length === findings.length) return findings.map((finding) => toDiagnostic(document, finding));
	return [tooManyNote(document, findings.length - grave.length), ...grave.map((finding) => toDiagnostic(document, finding))];
}

function toDiagnostic(document: vscode.TextDocument, finding: Finding): vscode.Diagnostic {
	const { ruleId, span, message, severity, related } = finding;
	const diagnostic = new vscode.Diagnostic(toRange(document, span), plain(message), toSeverity(severity));
	diagnostic.source = SOURCE;
	diagnostic.code = { value: ruleId, target: rulePage(ruleId) };
	if (related.length > 0)
		diagnostic.relatedInformation = related.map(
			(place) =>
				new vscode.DiagnosticRelatedInformation(new vscode.Location(document.uri, toRange(document, place.span)), plain(place.message)),
		);
	// An ignore that silences nothing does nothing at all.
	if (ruleId === "invalid-ignore" && severity === "info") diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
	return diagnostic;
}

function isSame(a: vscode.Diagnostic, b: vscode.Diagnostic | undefined): boolean {
	return (
		a.message === b?.message &&
		a.range.isEqual(b.range) &&
		a.severity === b.severity &&
		ruleOf(a) === ruleOf(b) &&
		JSON.stringify(a.relatedInformation) === JSON.stringify(b.relatedInformation)
	);
}

function ruleOf({ code }: vscode.Diagnostic): unknown {
	return typeof code === "object" ? code.value : code;
}

function tooManyNote(document: vscode.TextDocument, left: number): vscode.Diagnostic {
	return fileNote(
		document,
		`With so many findings, only errors and warnings are marked here. The view MCP Servers lists the other ${left}.`,
	);
}

function tooLargeNote(document: vscode.TextDocument): vscode.Diagnostic {
	return fileNote(document, `This file is larger than ${MAX_CONFIG_LENGTH / 1024 / 1024} MB, so Sallyport did not read it.`);
}

function fileNote(document: vscode.TextDocument, text: string): vscode.Diagnostic {
	const note = new vscode.Diagnostic(toRange(document, { offset: 0, length: 0 }), text, vscode.DiagnosticSeverity.Information);
	note.source = SOURCE;
	return note;
}
