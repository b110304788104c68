import * as vscode from "vscode";
import { MAX_CONFIG_LENGTH } from "../../core/config/parse.ts";
import type { ConfigProblem } from "../../core/config/server.ts";
import { plain } from "../../core/plain-text.ts";
import type { Finding, RelatedPlace } from "../../core/rules/finding.ts";
import { isUnparsed } from "../../platform/stored-moves.ts";
import { rangeIn, toRange, toSeverity } from "../convert.ts";
import type { Servers } from "../servers/servers.ts";
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

export function registerDiagnostics(services: Services, configs: Configs, servers: Servers): vscode.Disposable {
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
		workspace.onDidGrantWorkspaceTrust(() => {
			configs.severities.forget();
			diagnostics.judgeAll();
		}),
		// What somebody is typing is judged when they pause, with all that is known by then.
		configs.around.onDidChange(() => diagnostics.judgeIdle()),
		servers.onDidChangePolicies(() => diagnostics.judgeAll()),
		configs.severities.onDidChange(() => diagnostics.judgeAll()),
		vscode.window.onDidChangeWindowState(({ focused }) => {
			if (!focused) return;
			// Before a home is there nobody watches the policies.
			configs.severities.forget();
			diagnostics.judgeIdle();
		}),
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

	/** Those that nobody waits for anyway. */
	judgeIdle(): void {
		for (const document of vscode.workspace.textDocuments) if (!this.#timers.has(document)) this.judgeSoon(document);
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
		const found = tooLarge ? [tooLargeNote(open.document, document.problems)] : this.#toDiagnostics(open.document, findings);
		// The same once more would have the window draw all of them anew.
		const told = this.#collection.get(uri) ?? [];
		if (found.length !== told.length || !found.every((each, i) => isSame(each, told[i]))) this.#collection.set(uri, found);
	}

	#toDiagnostics(document: vscode.TextDocument, findings: readonly Finding[]): readonly vscode.Diagnostic[] {
		const grave = findings.filter(({ severity }) => severity === "error" || severity === "warning");
		const isMany = findings.length > MOST_MARKED && grave.length < findings.length;
		const marked = (isMany ? grave : findings).map((finding) => this.#toDiagnostic(document, finding));
		return isMany ? [tooManyNote(document, findings.length - grave.length), ...marked] : marked;
	}

	#toDiagnostic(document: vscode.TextDocument, finding: Finding): vscode.Diagnostic {
		const { ruleId, span, message, severity, related } = finding;
		const diagnostic = new vscode.Diagnostic(toRange(document, span), plain(message), toSeverity(severity));
		diagnostic.source = SOURCE;
		diagnostic.code = { value: ruleId, target: rulePage(ruleId) };
		const places = related.flatMap((place) => {
			const location = this.#locationOf(document, place);
			return location === null ? [] : [new vscode.DiagnosticRelatedInformation(location, plain(place.message))];
		});
		if (places.length > 0) diagnostic.relatedInformation = places;
		const tags = tagsOf(finding);
		if (tags.length > 0) diagnostic.tags = [...tags];
		return diagnostic;
	}

	/** Null: the file that is meant is not known any more. */
	#locationOf(document: vscode.TextDocument, { file, span }: RelatedPlace): vscode.Location | null {
		if (file === undefined) return new vscode.Location(document.uri, toRange(document, span));
		const other = this.#configs.around.seen(file);
		return other === null ? null : new vscode.Location(other.uri, rangeIn(other.document.text, span));
	}
}

const DEPRECATED: ReadonlySet<string> = new Set(["deprecated-connector", "deprecated-sse"]);

function tagsOf({ ruleId, severity }: Finding): readonly vscode.DiagnosticTag[] {
	// An ignore that silences nothing does nothing at all.
	if (ruleId === "invalid-ignore" && severity === "info") return [vscode.DiagnosticTag.Unnecessary];
	return DEPRECATED.has(ruleId) ? [vscode.DiagnosticTag.Deprecated] : [];
}

function documentsIn(tabs: readonly vscode.Tab[]): readonly vscode.TextDocument[] {
	const shown = new Set(tabs.map(({ input }) => (input instanceof vscode.TabInputText ? input.uri.toString() : null)));
	return vscode.workspace.textDocuments.filter(({ uri }) => shown.has(uri.toString()));
}

function isShown(document: vscode.TextDocument): boolean {
	return documentsIn(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs)).includes(document);
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

/** Of another format than JSON less is too large, which its own problem tells. */
function tooLargeNote(document: vscode.TextDocument, problems: readonly ConfigProblem[]): vscode.Diagnostic {
	const isAny = document.getText().length > MAX_CONFIG_LENGTH;
	const own = problems.find(({ code }) => code === "too-large")?.message;
	const text = `This file is larger than ${MAX_CONFIG_LENGTH / 1024 / 1024} MB, so Sallyport did not read it.`;
	return fileNote(document, isAny || own === undefined ? text : own);
}

function fileNote(document: vscode.TextDocument, text: string): vscode.Diagnostic {
	const note = new vscode.Diagnostic(toRange(document, { offset: 0, length: 0 }), text, vscode.DiagnosticSeverity.Information);
	note.source = SOURCE;
	return note;
}
