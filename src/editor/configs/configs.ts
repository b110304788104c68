import * as path from "node:path";
import * as vscode from "vscode";
import { HOSTS, type HostId, matchHost } from "../../core/config/hosts.ts";
import { parseConfig } from "../../core/config/parse.ts";
import { parseAgain } from "../../core/config/parse-again.ts";
import type { ConfigDocument } from "../../core/config/server.ts";
import { analyze } from "../../core/rules/analyze.ts";
import { EntryMemory } from "../../core/rules/entry-memory.ts";
import type { AnalysisContext, Finding } from "../../core/rules/finding.ts";
import type { Analysis } from "../../platform/stored-moves.ts";
import type { Services } from "../services.ts";
import { Around } from "./around.ts";
import { Severities } from "./severities.ts";
import { shownName } from "./shown-name.ts";
import { workspaceOf } from "./workspace-of.ts";

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
	/** What the analysis was made with besides the text. */
	basis: string;
	analysis: Analysis | null;
}

/** Which documents are hosts' config files, and what is in them. Each version of a document is read once. */
export class Configs implements vscode.Disposable {
	readonly #services: Services;
	readonly #known = new WeakMap<vscode.TextDocument, Known>();
	readonly #userFile: RegExp | null;
	readonly around: Around;
	readonly severities: Severities;

	constructor(services: Services) {
		this.#services = services;
		this.#userFile = ownUserFile(services.context.globalStorageUri);
		this.around = new Around(services);
		this.severities = new Severities(services);
	}

	/** Null: no host reads this file. Untitled documents, diffs and the like are none. */
	open(document: vscode.TextDocument): OpenConfig | null {
		const host = this.hostOf(document.uri);
		return host === null ? null : { document, host };
	}

	/** By the path alone. */
	hostOf(uri: vscode.Uri): HostId | null {
		if (uri.scheme !== "file" && uri.scheme !== "vscode-vfs" && uri.scheme !== "vscode-userdata") return null;
		return matchHost(uri.path) ?? OWN_FILES.get(this.#userFile?.exec(uri.fsPath)?.[1] ?? "") ?? null;
	}

	/** The per-user files of this very editor, of whatever make and profile; empty where the disk is not at hand. */
	get editorUserFiles(): readonly { readonly path: string; readonly host: HostId }[] {
		const { globalStorageUri: storage } = this.#services.context;
		if (storage.scheme !== "file") return [];
		const folder = path.dirname(path.dirname(storage.fsPath));
		return [...OWN_FILES].map(([name, host]) => ({ path: path.join(folder, name), host }));
	}

	/** How messages call a file. */
	nameOf(uri: vscode.Uri): string {
		return shownName(uri, this.#services.userHome);
	}

	/** What this version of the document holds. Quick enough for each key. */
	parsed(open: OpenConfig): ConfigDocument {
		return this.#knownOf(open).parsed;
	}

	/** What this version of the document holds, and what is unsafe in it. Not for each key: wait for a pause. */
	analysis(open: OpenConfig): Analysis {
		const known = this.#knownOf(open);
		const context = this.#contextOf(open.document.uri, known.parsed.file);
		const forbids = context.forbids?.map(({ source, policy }) => [source, policy.forbid]) ?? null;
		const { severities = [], ignoresNote = null } = context;
		const basis = JSON.stringify([...severities, ignoresNote, forbids, this.around.versionOf(known.parsed.file)]);
		if (known.analysis !== null && known.basis === basis) return known.analysis;
		known.analysis = { document: known.parsed, findings: analyze(known.parsed, { ...context, memory: known.memory }) };
		known.basis = basis;
		return known.analysis;
	}

	/** What is unsafe in a file that need not be open. */
	findingsIn(uri: vscode.Uri, document: ConfigDocument): readonly Finding[] {
		return analyze(document, this.#contextOf(uri, document.file));
	}

	#contextOf(uri: vscode.Uri, file: string): AnalysisContext {
		// A repository must not hide what is unsafe in it before anybody trusts it; a person's own file they wrote themselves.
		const isForeign = !this.#services.trusted && workspaceOf(uri) !== null;
		return {
			home: this.#services.userHome,
			...this.severities.of(uri),
			...(isForeign ? { ignoresNote: "The file says to ignore this, which counts once the workspace is trusted." } : {}),
			...this.around.contextOf(file),
		};
	}

	#knownOf({ document, host }: OpenConfig): Known {
		const before = this.#known.get(document);
		const isSameHost = before?.parsed.host === host;
		if (isSameHost && before.version === document.version) return before;
		const known: Known = {
			version: document.version,
			parsed: isSameHost ? parseAgain(before.parsed, document.getText()) : parseConfig(document.getText(), host, this.nameOf(document.uri)),
			memory: before?.memory ?? new EntryMemory(),
			basis: "",
			analysis: null,
		};
		this.#known.set(document, known);
		return known;
	}

	/** Reads other texts as `analysis` reads the document: what an edit would make of it. */
	reader({ document: { uri }, host }: OpenConfig): (text: string) => Analysis {
		const file = this.nameOf(uri);
		const context = this.#contextOf(uri, file);
		return (text) => {
			const parsed = parseConfig(text, host, file);
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
			...this.editorUserFiles.map((file) => ({ scheme, pattern: file.path })),
		]);
	}

	dispose(): void {
		this.around.dispose();
		this.severities.dispose();
	}
}

/** What the editor that runs this keeps in its folder `User`, whatever it is called. */
const OWN_FILES: ReadonlyMap<string, HostId> = new Map([
	["mcp.json", "vscode"],
	["settings.json", "vscode-settings"],
]);

/** `User/NAME` and `User/profiles/ID/NAME` of the editor that runs this, beside its storage for extensions; it gives the name. */
function ownUserFile(storage: vscode.Uri): RegExp | null {
	if (storage.scheme !== "file") return null;
	// `User/globalStorage/ID`, in a profile `User/profiles/PROFILE/globalStorage/ID`.
	const user = path.dirname(path.dirname(storage.fsPath)).replace(/[\\/]profiles[\\/][^\\/]+$/, "");
	const start = user.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	return new RegExp(`^${start}[\\\\/](?:profiles[\\\\/][^\\\\/]+[\\\\/])?(mcp\\.json|settings\\.json)$`);
}
