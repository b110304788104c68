import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { formatReference, referencesIn, type SecretReference } from "../../core/config/references.ts";
import type { Problem } from "../../core/result.ts";
import { credentialsIn } from "../../core/rules/credentials.ts";
import type { FileFacts } from "../../core/rules/facts.ts";
import { gatherFacts, type ReadFile } from "../../platform/file-facts.ts";
import { repositoryAround } from "../../platform/git.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import type { Configs, OpenConfig } from "./configs.ts";
import { VaultLook } from "./vault-look.ts";

/** Milliseconds. The window is looked at, and left again, many times a minute. */
const FRESH_MS = 5_000;

/** Milliseconds. Everything in the window waits meanwhile. */
const PATIENCE = { first: 1_500, each: 3_000 };

/** Milliseconds until a repository in which git did not answer is asked again: the machine may have been busy. */
const SILENT_MS = 10 * 60_000;

/** Waits for the first drawing of a file that was just opened. */
const SOON_MS = 100;

/**
 * Looks at what stands around the config files that are open, so that their rules know of it: when one is opened or saved, when the person
 * comes back to the window, and when the policies change. Never while somebody types, and in no workspace that is not trusted: git is a
 * program, and a vault may ask for a password.
 */
export function registerGathering(services: Services, configs: Configs, servers: Servers): vscode.Disposable {
	const gathering = new Gathering(services, configs, servers);
	const { workspace, window } = vscode;
	gathering.lookSoon();
	const about = (document: vscode.TextDocument): void => {
		if (configs.hostOf(document.uri) !== null) gathering.lookSoon();
	};
	return vscode.Disposable.from(
		gathering,
		workspace.onDidOpenTextDocument(about),
		workspace.onDidSaveTextDocument(about),
		workspace.onDidGrantWorkspaceTrust(() => gathering.lookSoon()),
		window.onDidChangeWindowState(({ focused }) => {
			if (focused) gathering.lookAgain();
		}),
		servers.onDidChangePolicies(() => gathering.lookSoon()),
	);
}

class Gathering implements vscode.Disposable {
	readonly #services: Services;
	readonly #configs: Configs;
	readonly #servers: Servers;
	readonly #vaults: VaultLook;
	/** By path. */
	readonly #known = new Map<string, { readonly basis: string; readonly facts: FileFacts }>();
	/** By root, the repositories in which git did not answer: the window waits for each once, and again only much later. */
	readonly #silent = new Map<string, Problem>();
	#silentSince = 0;
	readonly #told = new Set<string>();
	#timer: NodeJS.Timeout | undefined;
	#looked = 0;
	/** A vault that did not answer may have asked for a password: it is not asked again unless a person does something about it. */
	#isSilent = false;
	#disposed = false;

	constructor(services: Services, configs: Configs, servers: Servers) {
		this.#services = services;
		this.#configs = configs;
		this.#servers = servers;
		this.#vaults = new VaultLook(services);
	}

	lookSoon(): void {
		if (!this.#services.trusted || this.#open().length === 0) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#look().catch((error: unknown) => this.#services.log.bug("facts", error));
		}, SOON_MS);
	}

	lookAgain(): void {
		if (performance.now() - this.#looked > FRESH_MS) this.lookSoon();
	}

	dispose(): void {
		this.#disposed = true;
		clearTimeout(this.#timer);
	}

	#open(): readonly OpenConfig[] {
		return vscode.workspace.textDocuments.flatMap((document) => {
			const open = document.isClosed ? null : this.#configs.open(document);
			return open === null ? [] : [open];
		});
	}

	async #look(): Promise<void> {
		if (this.#disposed || !this.#services.trusted) return;
		this.#looked = performance.now();
		// It tells what stands in the other files.
		await this.#servers.load();
		if (this.#disposed) return;
		const open = this.#open();
		this.#configs.around.learn(this.#facts(open));
		await this.#lookUp(open);
	}

	#facts(open: readonly OpenConfig[]): ReadonlyMap<string, FileFacts> {
		const files = open.flatMap((config): readonly ReadFile[] => {
			const path = this.#configs.localPath(config.document.uri);
			return path === null ? [] : [{ path, document: this.#configs.parsed(config) }];
		});
		const known = new Map(files.map((file) => [file, this.#knownOf(file)]));
		const { userHome: home, env } = this.#services;
		if (performance.now() - this.#silentSince > SILENT_MS) {
			this.#silent.clear();
			this.#silentSince = performance.now();
		}
		// What earlier commits hold takes git seconds in a large repository, and this stands in everybody's way: `sallyport scan` tells it.
		const gathered = gatherFacts(
			files.filter((file) => known.get(file)?.facts == null),
			{ home, env, history: false, silent: this.#silent, patience: PATIENCE },
		);
		for (const [root, problem] of this.#silent) {
			if (this.#told.has(root)) continue;
			this.#told.add(root);
			this.#services.log.problem(problem);
		}
		this.#known.clear();
		const found = new Map<string, FileFacts>();
		for (const file of files) {
			const { basis, facts = gathered.get(file.path) } = known.get(file) ?? {};
			if (facts === undefined) continue;
			found.set(file.document.file, facts);
			if (basis !== undefined) this.#known.set(file.path, { basis, facts });
		}
		return found;
	}

	/** What was found the last time, where nothing that it rests on has changed since. `basis` is left out where that cannot be told quickly. */
	#knownOf({ path: file, document }: ReadFile): { readonly basis?: string; readonly facts?: FileFacts } {
		const root = repositoryAround(path.dirname(file));
		const namesFiles = document.servers.some((server) => server.kind === "stdio" && server.envFile !== null);
		const index = root === null ? 0 : changeOf(path.join(root, ".git", "index"));
		if (namesFiles || index === null) return {};
		const basis = JSON.stringify([root, index, credentialsIn(document).length > 0]);
		const before = this.#known.get(file);
		// Whoever may read a person's own file is soon told.
		return before?.basis === basis && before.facts.scope === "workspace" ? before : { basis };
	}

	async #lookUp(open: readonly OpenConfig[]): Promise<void> {
		const wanted = new Map<string, SecretReference>();
		for (const config of open)
			for (const server of this.#configs.parsed(config).servers)
				for (const { value } of server.kind === "stdio" ? server.env : server.headers)
					if (value.value.includes("://"))
						for (const reference of referencesIn(value.value)) wanted.set(formatReference(reference), reference);
		const missing = new Set<string>();
		for (const [text, reference] of wanted) {
			if (this.#isSilent && reference.scheme === "keychain") continue;
			const resolves = await this.#vaults.resolves(reference);
			if (this.#disposed) return;
			if (resolves === "unknown" && reference.scheme === "keychain") this.#isSilent = true;
			if (resolves === "no") missing.add(text);
		}
		this.#configs.around.miss(missing);
	}
}

/** Milliseconds; null: there is none, or it is elsewhere. */
function changeOf(file: string): number | null {
	try {
		return fs.statSync(file).mtimeMs;
	} catch {
		return null;
	}
}
