import * as path from "node:path";
import * as vscode from "vscode";
import { HOSTS, type HostId, matchHost } from "../../core/config/hosts.ts";
import { parseConfig } from "../../core/config/parse-json.ts";
import { analyze } from "../../core/rules/analyze.ts";
import type { Severity } from "../../core/rules/finding.ts";
import { RULES } from "../../core/rules/index.ts";
import type { Analysis } from "../../platform/stored-moves.ts";
import type { Services } from "../services.ts";

/** A host's file that is open in an editor. */
export interface OpenConfig {
	readonly document: vscode.TextDocument;
	readonly host: HostId;
}

/** Which documents are hosts' config files, and what is in them. Each version of a document is read once. */
export class Configs implements vscode.Disposable {
	readonly #services: Services;
	readonly #analyses = new WeakMap<
		vscode.TextDocument,
		{ readonly version: number; readonly rules: string; readonly analysis: Analysis }
	>();
	readonly #userFile: RegExp | null;

	constructor(services: Services) {
		this.#services = services;
		this.#userFile = ownUserFile(services.context.globalStorageUri);
	}

	/** Null: no host reads this file. Untitled documents, diffs and the like are none. */
	open(document: vscode.TextDocument): OpenConfig | null {
		const host = this.hostOf(document.uri);
		return host === null ? null : { document, host };
	}

	/** By the path alone. */
	hostOf(uri: vscode.Uri): HostId | null {
		if (uri.scheme !== "file" && uri.scheme !== "vscode-vfs" && uri.scheme !== "vscode-userdata") return null;
		return matchHost(uri.path) ?? (this.#userFile?.test(uri.fsPath) === true ? "vscode" : null);
	}

	/** The per-user file of this very editor, of whatever make and profile; null where the disk is not at hand. */
	get editorUserFile(): string | null {
		const { globalStorageUri: storage } = this.#services.context;
		return storage.scheme === "file" ? path.join(path.dirname(path.dirname(storage.fsPath)), "mcp.json") : null;
	}

	/** What this version of the document holds, and what is unsafe in it. */
	analysis({ document, host }: OpenConfig): Analysis {
		const settings = vscode.workspace.getConfiguration("sallyport", document.uri).get("rules");
		const rules = JSON.stringify(settings ?? {});
		const known = this.#analyses.get(document);
		if (known?.version === document.version && known.rules === rules) return known.analysis;
		const analysis = this.reader({ document, host })(document.getText());
		this.#analyses.set(document, { version: document.version, rules, analysis });
		return analysis;
	}

	/** Reads other texts as `analysis` reads the document: what an edit would make of it. */
	reader({ document, host }: OpenConfig): (text: string) => Analysis {
		const severities = parseSeverities(vscode.workspace.getConfiguration("sallyport", document.uri).get("rules"));
		const context = { home: this.#services.userHome, severities };
		return (text) => {
			const parsed = parseConfig(text, host, document.uri.fsPath);
			return { document: parsed, findings: analyze(parsed, context) };
		};
	}

	/** Where a document lies on the disk of the machine that this runs on; null: elsewhere, or nowhere, so that nothing in it starts here. */
	localPath(uri: vscode.Uri): string | null {
		const settingsAreHere = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
		return uri.scheme === "file" || (uri.scheme === "vscode-userdata" && settingsAreHere) ? uri.fsPath : null;
	}

	/** For the registration of providers. */
	get selector(): vscode.DocumentSelector {
		const shapes = [...new Set(Object.values(HOSTS).flatMap((host) => host.shapes))];
		return ["file", "vscode-vfs", "vscode-userdata"].flatMap((scheme) => [
			...shapes.map((shape) => ({ scheme, pattern: `**/${shape}` })),
			...(this.editorUserFile === null ? [] : [{ scheme, pattern: this.editorUserFile }]),
		]);
	}

	dispose(): void {}
}

/** `User/mcp.json` and `User/profiles/ID/mcp.json` of the editor that runs this, beside its storage for extensions. */
function ownUserFile(storage: vscode.Uri): RegExp | null {
	if (storage.scheme !== "file") return null;
	// `User/globalStorage/ID`, in a profile `User/profiles/PROFILE/globalStorage/ID`.
	const user = path.dirname(path.dirname(storage.fsPath)).replace(/[\\/]profiles[\\/][^\\/]+$/, "");
	const start = user.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	return new RegExp(`^${start}[\\\\/](?:profiles[\\\\/][^\\\\/]+[\\\\/])?mcp\\.json$`);
}

const SEVERITIES: ReadonlySet<unknown> = new Set(["error", "warning", "info", "hint", "off"]);

function isSeverity(value: unknown): value is Severity | "off" {
	return SEVERITIES.has(value);
}

/** The setting is anybody's text: what is no known rule with a known severity is left out. */
export function parseSeverities(settings: unknown): ReadonlyMap<string, Severity | "off"> {
	const severities = new Map<string, Severity | "off">();
	if (typeof settings !== "object" || settings === null) return severities;
	for (const [rule, severity] of Object.entries(settings))
		if (isSeverity(severity) && RULES.some(({ id }) => id === rule)) severities.set(rule, severity);
	return severities;
}
