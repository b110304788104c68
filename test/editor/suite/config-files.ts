import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

/** Config files for one suite, in the folder that the window has open and in the home of whoever runs it. */
export class ConfigFiles {
	readonly #made: string[] = [];

	/** A project of its own: `relative` is where the host looks for its file. */
	write(relative: string, content: string | object): vscode.Uri {
		const [folder] = vscode.workspace.workspaceFolders ?? [];
		assert.ok(folder, "the window has a folder open");
		// Never the same place twice: the editor keeps a document for a while after it was closed.
		const project = fs.mkdtempSync(path.join(folder.uri.fsPath, "project-"));
		this.#made.push(project);
		return this.#write(path.join(project, relative), content);
	}

	/** A per-user file; whoever has one loses nothing. */
	writeInHome(relative: string, content: string | object): vscode.Uri {
		const file = path.join(process.env.HOME ?? os.homedir(), relative);
		assert.equal(fs.existsSync(file), false, `${relative} is not there yet`);
		this.#made.push(file);
		return this.#write(file, content, 0o600);
	}

	/** Another file beside one that was written. */
	writeBeside(uri: vscode.Uri, relative: string, content: string | object): vscode.Uri {
		const project = this.#made.find((each) => uri.fsPath.startsWith(each + path.sep));
		assert.ok(project, "it is in a project of this suite");
		return this.#write(path.join(project, relative), content);
	}

	#write(file: string, content: string | object, mode = 0o644): vscode.Uri {
		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`, { mode });
		return vscode.Uri.file(file);
	}

	async remove(): Promise<void> {
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		for (const each of this.#made.splice(0)) fs.rmSync(each, { recursive: true, force: true });
	}
}

/** Opens it as a person does. */
export async function open(uri: vscode.Uri): Promise<vscode.TextDocument> {
	const document = await vscode.workspace.openTextDocument(uri);
	await vscode.window.showTextDocument(document);
	return document;
}

/** Sallyport's diagnostics of a file. */
export function diagnosticsOf(uri: vscode.Uri): readonly vscode.Diagnostic[] {
	return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "Sallyport");
}

export function ruleOf({ code }: vscode.Diagnostic): string {
	return typeof code === "object" ? String(code.value) : "";
}

/** Rule, and the very text that it is about. */
export function pointsAt(document: vscode.TextDocument): readonly (readonly [rule: string, text: string])[] {
	return diagnosticsOf(document.uri).map((diagnostic) => [ruleOf(diagnostic), document.getText(diagnostic.range)]);
}

/** Waits until it is so; what it was last is what the failure shows. */
export async function until<T>(look: () => T | Promise<T>, isSo: (value: T) => boolean): Promise<T> {
	const end = Date.now() + 15_000;
	for (;;) {
		const value = await look();
		if (isSo(value)) return value;
		if (Date.now() > end) assert.fail(`It never came to that: ${JSON.stringify(value)}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/** Opens a file, and waits until Sallyport has found something in it. */
export async function openJudged(uri: vscode.Uri): Promise<vscode.TextDocument> {
	const document = await open(uri);
	await until(
		() => diagnosticsOf(uri).length,
		(count) => count > 0,
	);
	return document;
}

export async function actionsAt(document: vscode.TextDocument, range: vscode.Range): Promise<readonly vscode.CodeAction[]> {
	const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", document.uri, range);
	return actions.filter(({ command, disabled }) => command?.command.startsWith("sallyport.") === true || disabled !== undefined);
}

/** Takes the action with this title for the first diagnostic of this rule, and waits until it is done. */
export async function take(document: vscode.TextDocument, rule: string, title: string | RegExp): Promise<void> {
	const { command } = await actionFor(document, rule, title);
	assert.ok(command, "the action does something");
	await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
}

export async function actionFor(document: vscode.TextDocument, rule: string, title: string | RegExp): Promise<vscode.CodeAction> {
	const diagnostic = diagnosticsOf(document.uri).find((each) => ruleOf(each) === rule);
	assert.ok(diagnostic, `there is a diagnostic of ${rule} among ${diagnosticsOf(document.uri).map(ruleOf).join(", ")}`);
	const actions = await actionsAt(document, diagnostic.range);
	const action = actions.find((each) => (typeof title === "string" ? each.title === title : title.test(each.title)));
	assert.ok(action, `there is an action ${title} among ${actions.map((each) => each.title).join(", ")}`);
	return action;
}

export function replaceIn(document: vscode.TextDocument, from: string, to: string): Thenable<boolean> {
	const at = document.getText().indexOf(from);
	assert.ok(at >= 0, `${from} is in the document`);
	const edit = new vscode.WorkspaceEdit();
	edit.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + from.length)), to);
	return vscode.workspace.applyEdit(edit);
}

/** Settings that the workspace brings along while this runs. Then they are gone with their folder, without which it was opened. */
export async function withWorkspaceSettings(settings: Readonly<Record<string, unknown>>, run: () => Promise<void>): Promise<void> {
	const [folder] = vscode.workspace.workspaceFolders ?? [];
	assert.ok(folder, "the window has a folder open");
	const update = async (name: string, value: unknown): Promise<void> =>
		vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Workspace);
	try {
		for (const [name, value] of Object.entries(settings)) await update(name, value);
		await run();
	} finally {
		for (const name of Object.keys(settings)) await update(name, undefined);
		fs.rmSync(path.join(folder.uri.fsPath, ".vscode"), { recursive: true, force: true });
	}
}

export function setting(name: string, value: unknown): Thenable<void> {
	return vscode.workspace.getConfiguration("sallyport").update(name, value, vscode.ConfigurationTarget.Global);
}
