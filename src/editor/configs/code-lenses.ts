import * as vscode from "vscode";
import type { ServerEntry } from "../../core/config/server.ts";
import { plain } from "../../core/plain-text.ts";
import { unreachable } from "../../core/result.ts";
import { isWrapped } from "../../platform/stored-moves.ts";
import type { CommandId } from "../contributions.ts";
import { toRange } from "../convert.ts";
import { inEditorWords } from "../onboarding/remedies.ts";
import { isWaiting, type Server } from "../servers/model.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import type { Configs } from "./configs.ts";
import { isMovable } from "./fixes/movable.ts";

/** The editor goes through every lens of a file with each key: of a file with more servers than this, each shows its state alone. */
const MOST_WITH_ACTIONS = 200;

export function registerCodeLenses(services: Services, configs: Configs, servers: Servers): vscode.Disposable {
	const lenses = new CodeLenses(services, configs, servers);
	return vscode.Disposable.from(
		lenses,
		vscode.languages.registerCodeLensProvider(configs.selector, lenses),
		servers.onDidChange(() => lenses.refresh()),
		vscode.workspace.onDidGrantWorkspaceTrust(() => lenses.refresh()),
		vscode.workspace.onDidChangeConfiguration((change) => {
			if (change.affectsConfiguration("sallyport.codeLens")) lenses.refresh();
		}),
	);
}

/** Above each entry: its state, its tools, and what to do next. */
class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
	readonly #services: Services;
	readonly #configs: Configs;
	readonly #servers: Servers;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly onDidChangeCodeLenses = this.#changed.event;
	#loading: Promise<unknown> | null = null;

	constructor(services: Services, configs: Configs, servers: Servers) {
		this.#services = services;
		this.#configs = configs;
		this.#servers = servers;
	}

	refresh(): void {
		this.#changed.fire();
	}

	/** Waits for nothing: what is not known yet comes with the next change. */
	provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
		const open = this.#configs.open(document);
		if (open === null || vscode.workspace.getConfiguration("sallyport", document.uri).get("codeLens") === false) return [];
		this.#load();
		const { document: config, findings } = this.#configs.analysis(open);
		const isLocal = this.#configs.localPath(document.uri) !== null;
		const isMany = config.servers.length > MOST_WITH_ACTIONS;
		const serverAt = this.#servers.in(document.uri);
		const secrets = new Set(
			findings.filter(isMovable).flatMap(({ keyPath }) => keyPath.map((_, i) => JSON.stringify(keyPath.slice(0, i + 1)))),
		);
		return config.servers.flatMap((entry) => {
			const range = toRange(document, entry.name.outer);
			const server = serverAt(entry.keyPath);
			const isSecret = secrets.has(JSON.stringify(entry.keyPath));
			const titles = !isLocal ? [stateOf(entry, null)] : isMany ? [stateOf(entry, server)] : this.#titles(entry, server, isSecret);
			return titles.map(
				({ title, command, tooltip }) =>
					new vscode.CodeLens(range, {
						title,
						command,
						...(tooltip === undefined ? {} : { tooltip }),
						arguments: command === FOCUS ? [] : [{ uri: document.uri.toString(), keyPath: [...entry.keyPath] }],
					}),
			);
		});
	}

	dispose(): void {
		this.#changed.dispose();
	}

	#titles(entry: ServerEntry, server: Server | null, isSecret: boolean): readonly Title[] {
		const state = stateOf(entry, server);
		if (entry.kind === "http" || !this.#services.trusted) return [state];
		const next: Title[] = [];
		if (server !== null && server.tools !== null) {
			const allowed = server.tools.filter(({ state: tool }) => tool === "allowed").length;
			const listed = server.tools.filter(({ state: tool }) => tool !== "gone").length;
			next.push({ title: `${allowed} of ${listed} tools`, command: FOCUS, tooltip: "Show the tools in the view MCP Servers" });
		}
		if (server?.line != null) next.push({ title: "List tools", command: "sallyport.listTools" });
		const wrapped: boolean = isWrapped(entry);
		if (wrapped) return [state, ...next];
		if (entry.unambiguous && server !== null) next.push({ title: "Secure…", command: "sallyport.secure" });
		if (entry.unambiguous && !isSecret) next.push({ title: "Launch through Sallyport", command: "sallyport.wrap" });
		return [state, ...next];
	}

	#load(): void {
		this.#loading ??= this.#servers.load().catch((error: unknown) => this.#services.log.bug("code lenses", error));
	}
}

interface Title {
	readonly title: string;
	readonly command: CommandId | typeof FOCUS;
	readonly tooltip?: string;
}

const FOCUS = "sallyport.servers.focus";

function stateOf(entry: ServerEntry, server: Server | null): Title {
	if (entry.kind === "http")
		return { title: "$(globe) remote", command: FOCUS, tooltip: "No command starts this server, so Sallyport does not stand before it" };
	if (server === null)
		return isWrapped(entry)
			? { title: "$(shield) starts through Sallyport", command: FOCUS }
			: { title: "$(warning) runs unconfined", command: FOCUS };
	switch (server.state) {
		case "unguarded":
			return { title: "$(warning) runs unconfined", command: FOCUS };
		case "guarded":
			return { title: "$(shield) confined", command: FOCUS };
		case "drifted":
			return { title: "$(git-compare) a tool has changed", command: FOCUS };
		case "refused":
			return {
				title: isWaiting(server) ? "$(question) not approved yet" : "$(error) would be refused: not as approved",
				command: server.line === null ? FOCUS : "sallyport.approve",
				...(server.refusal === null ? {} : { tooltip: plain(`${server.refusal.message} ${inEditorWords(server.refusal.remedy)}`) }),
			};
		case "remote":
			return { title: "$(globe) remote", command: FOCUS };
		default:
			return unreachable(server.state);
	}
}
