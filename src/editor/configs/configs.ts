import * as path from "node:path";
import * as vscode from "vscode";
import { HOSTS, type HostId, matchHost } from "../../core/config/hosts.ts";
import { parseConfig } from "../../core/config/parse-json.ts";
import type { ConfigDocument } from "../../core/config/server.ts";
import { analyze } from "../../core/rules/analyze.ts";
import { EntryMemory } from "../../core/rules/entry-memory.ts";
import type { Analysis } from "../../platform/stored-moves.ts";
import type { Services } from "../services.ts";
import { severitiesFor } from "./severities.ts";

/** A host's file that is open in an editor. */
export interface OpenConfig {
	readonly document: vscode.TextDocument;
	readonly host: HostId;
}

/** One version of a document, as far as anybody asked. */
interface Known {
	readonly version: number;
	readonly parsed: ConfigDocument;
	readonly memory: EntryMemory;
	/** The settings that the analysis was made with. */
	rules: string;
	analysis: Analysis | null;
}

/** Which documents are hosts' config files, and what is in them. Each version of a document is read once. */
export class Configs implements vscode.Disposable {
	readonly #services: Services;
	readonly #known = new WeakMap<vscode.TextDocument, Known>();
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

	/** What this version of the document holds. Quick enough for each key. */
	parsed(open: OpenConfig): ConfigDocument {
		return this.#knownOf(open).parsed;
	}

	/** What this version of the document holds, and what is unsafe in it. Not for each key: wait for a pause. */
	analysis(open: OpenConfig): Analysis {
		const known = this.#knownOf(open);
		const severities = severitiesFor(open.document.uri);
		const rules = JSON.stringify([...severities]);
		if (known.analysis !== null && known.rules === rules) return known.analysis;
		const context = { home: this.#services.userHome, severities, memory: known.memory };
		known.analysis = { document: known.parsed, findings: analyze(known.parsed, context) };
		known.rules = rules;
		return known.analysis;
	}

	#knownOf({ document, host }: OpenConfig): Known {
		const before = this.#known.get(document);
		if (before?.version === document.version && before.parsed.host === host) return before;
		const known: Known = {
			version: document.version,
			parsed: parseConfig(document.getText(), host, document.uri.fsPath),
			memory: before?.memory ?? new EntryMemory(),
			rules: "",
			analysis: null,
		};
		this.#known.set(document, known);
		return known;
	}

	/** Reads other texts as `analysis` reads the document: what an edit would make of it. */
	reader({ document, host }: OpenConfig): (text: string) => Analysis {
		const context = { home: this.#services.userHome, severities: severitiesFor(document.uri) };
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
