import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { ok, type Result } from "../../core/result.ts";
import { copyExample } from "../../platform/example.ts";
import { registerCommand } from "../commands.ts";
import type { Services } from "../services.ts";

const NAME = "sallyport-quickstart";

/** A workspace to try everything on, with a made-up token: a copy of the shipped example, in a folder of the person's choice. */
export function registerQuickstart(services: Services): vscode.Disposable {
	return registerCommand(services, "sallyport.openQuickstart", async () => {
		const trust = services.requireTrust();
		if (!trust.ok) return trust;
		const choice = await chooseFolder(services);
		if (choice === null) return undefined;
		if (choice.copy) {
			const copied = copyExample(path.join(services.context.extensionPath, "examples", "quickstart"), choice.folder);
			if (!copied.ok) return copied;
			services.log.info(`quickstart: copied to ${choice.folder}`);
		}
		return open(choice.folder);
	});
}

interface Choice extends vscode.QuickPickItem {
	/** Null: one that the person is asked for. */
	readonly folder: string | null;
	/** False: it is there already, as it was left. */
	readonly copy: boolean;
}

/** Null: the person does not want to. */
async function chooseFolder({ userHome }: Services): Promise<{ readonly folder: string; readonly copy: boolean } | null> {
	const usual = path.join(userHome, NAME);
	const there = fs.existsSync(path.join(usual, ".vscode", "mcp.json"));
	const fresh = freeFolder(usual);
	const items: Choice[] = [
		...(there ? [{ label: "$(folder-opened) Go on where you were", description: usual, folder: usual, copy: false }] : []),
		{
			label: there ? "$(new-folder) Start afresh" : "$(new-folder) Copy it to your home folder",
			description: fresh,
			folder: fresh,
			copy: true,
		},
		{ label: "$(folder) Copy it somewhere else…", folder: null, copy: true },
	];
	const title = "Open the Quickstart Workspace";
	const chosen = await vscode.window.showQuickPick(items, {
		title,
		placeHolder: "A small workspace with a made-up token, to try everything on",
	});
	if (chosen === undefined) return null;
	if (chosen.folder !== null) return { folder: chosen.folder, copy: chosen.copy };
	const [parent] =
		(await vscode.window.showOpenDialog({ title, canSelectFolders: true, canSelectFiles: false, openLabel: "Copy Here" })) ?? [];
	return parent === undefined || parent.scheme !== "file" ? null : { folder: freeFolder(path.join(parent.fsPath, NAME)), copy: true };
}

/** This folder, or the first with a number behind it that is not there. */
function freeFolder(folder: string): string {
	for (let number = 1; ; number++) {
		const candidate = number === 1 ? folder : `${folder}-${number}`;
		if (!fs.existsSync(candidate)) return candidate;
	}
}

/** In this window where it is empty, else in another one. */
async function open(folder: string): Promise<Result<void>> {
	const empty = vscode.workspace.workspaceFolders === undefined;
	await vscode.commands.executeCommand("vscode.openFolder", vscode.Uri.file(folder), {
		forceReuseWindow: empty,
		forceNewWindow: !empty,
	});
	return ok(undefined);
}
