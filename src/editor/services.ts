import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Platform } from "../core/config/hosts.ts";
import { isInside } from "../core/policy/layers.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Acting } from "../platform/approval/acts.ts";
import type { ApprovalContext } from "../platform/approval/context.ts";
import { createHome, type Home, homePath, openHome } from "../platform/home.ts";
import { type Installation, installLauncher } from "../platform/installation/install.ts";
import { findNode, recordedNode } from "../platform/node.ts";
import { grantedWorkspaces } from "../platform/policy-files.ts";
import { type VaultOptions, Vaults } from "../platform/vault/index.ts";
import { type Log, openLog } from "./log.ts";

/** What the parts of the extension share. Making it does nothing yet: each method does its work when it is called. */
export class Services implements vscode.Disposable {
	readonly log: Log = openLog();
	readonly context: vscode.ExtensionContext;
	/** The person's own environment, as the editor was started with: no workspace has a say in it. */
	readonly env: Readonly<Record<string, string | undefined>> = process.env;
	readonly platform: Platform = process.platform === "darwin" || process.platform === "win32" ? process.platform : "linux";
	readonly #setUp = new vscode.EventEmitter<void>();
	/** The home is there, with the launcher in it. Once a session; the first time that `setUp` succeeds. */
	readonly onDidSetUp = this.#setUp.event;
	#installed: Promise<Result<Installation>> | null = null;

	constructor(context: vscode.ExtensionContext) {
		this.context = context;
	}

	/** The person's home folder. */
	get userHome(): string {
		return this.env.HOME || os.homedir();
	}

	/** The version of this extension, which is that of the programs in it. */
	get version(): string {
		const { version } = this.context.extension.packageJSON as { readonly version?: unknown };
		return typeof version === "string" ? version : "0.0.0";
	}

	/** The built programs: the launcher and the command line. */
	get programs(): { readonly folder: string; readonly version: string } {
		return { folder: path.join(this.context.extensionPath, "dist"), version: this.version };
	}

	/** Everything but reading wants a workspace that the person trusts. */
	get trusted(): boolean {
		return vscode.workspace.isTrusted;
	}

	/** The folders of this window on this machine's disk. */
	get workspaceFolders(): readonly string[] {
		return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath);
	}

	/** Where Sallyport's home is, there or not. */
	get homePath(): string {
		return homePath(this.env);
	}

	/** The home as it is; a Problem when there is none yet. */
	home(): Result<Home> {
		const place = this.#outsideWorkspaces();
		return place.ok ? openHome(place.value) : place;
	}

	/** A home that a workspace brings along is a policy that a workspace wrote. One's own home folder may be opened as a workspace. */
	#outsideWorkspaces(): Result<string> {
		const where = this.homePath;
		const own = path.join(os.userInfo().homedir, ".sallyport");
		const inside = this.workspaceFolders.some((folder) => isInside(realOr(where), realOr(folder)));
		return inside && realOr(where) !== realOr(own)
			? fail(
					"home-in-workspace",
					`Sallyport's home ${where} lies inside a workspace, whose files must not decide anything.`,
					"Leave SALLYPORT_HOME and HOME as they are, or make that home outside every workspace.",
				)
			: ok(where);
	}

	/** A Problem in a workspace that is not trusted, where Sallyport reads and does nothing else. */
	requireTrust(): Result<void> {
		return this.trusted
			? ok(undefined)
			: fail(
					"untrusted",
					"This workspace is not trusted, so Sallyport only reads here.",
					"Trust the workspace first: Workspaces: Manage Workspace Trust",
				);
	}

	/** The home, made if need be, with the launcher that config files name. Once a session; again after a failure. */
	async setUp(): Promise<Result<{ readonly home: Home; readonly installation: Installation }>> {
		const trust = this.requireTrust();
		if (!trust.ok) return trust;
		const place = this.#outsideWorkspaces();
		if (!place.ok) return place;
		const home = createHome(place.value, { unattended: false });
		if (!home.ok) return home;
		this.#installed ??= this.#install(home.value);
		const installed = await this.#installed;
		if (installed.ok) return ok({ home: home.value, installation: installed.value });
		this.#installed = null;
		return installed;
	}

	async #install(home: Home): Promise<Result<Installation>> {
		const electron = process.versions.electron !== undefined;
		const node = await findNode({
			recorded: recordedNode(home),
			path: this.env.PATH ?? "",
			own: process.execPath,
			untrusted: [...this.workspaceFolders, ...grantedWorkspaces(home)],
			electron,
		});
		if (!node.ok) return node;
		const { folder, version } = this.programs;
		const installed = await installLauncher(home, {
			from: folder,
			version,
			node: node.value.node,
			electron: electron ? process.execPath : null,
		});
		if (installed.ok) {
			this.log.info(`launcher ${installed.value.version} (${installed.value.installed}), run by ${installed.value.node}`);
			this.#setUp.fire();
		} else this.log.problem(installed.problem);
		return installed;
	}

	/** What an approval needs; sets Sallyport up first. */
	async approval(onProgress: (text: string) => void): Promise<Result<ApprovalContext>> {
		const ready = await this.setUp();
		if (!ready.ok) return ready;
		const { home, installation } = ready.value;
		return ok({
			home,
			userHome: this.userHome,
			env: this.env,
			node: installation.node,
			onProgress,
			approvals: this.patience(),
			openVaults: () => this.openVaults(home),
		});
	}

	/** Close them after use. */
	openVaults(home: Home): Vaults {
		return new Vaults(home, this.patience());
	}

	/** A closed encrypted file asks for its passphrase; a locked keychain has a minute to be unlocked. */
	patience(): Pick<VaultOptions, "ask" | "timeoutMs"> {
		return {
			timeoutMs: 60_000,
			ask: async () =>
				(await vscode.window.showInputBox({
					title: "Sallyport",
					prompt: "Passphrase of the encrypted file",
					password: true,
					ignoreFocusOut: true,
				})) ?? null,
		};
	}

	/** The same, of a person in this editor: what they approve is in the log with its name. */
	acting(): Acting {
		return { ...this.patience(), by: this.program };
	}

	/** What this editor is called. */
	get program(): string {
		return vscode.env.appName;
	}

	dispose(): void {
		this.#setUp.dispose();
		this.log.dispose();
	}
}

/** Without links, as far as it exists. */
function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		const parent = path.dirname(file);
		return parent === file ? file : path.join(realOr(parent), path.basename(file));
	}
}
