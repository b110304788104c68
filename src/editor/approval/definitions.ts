import * as vscode from "vscode";
import { brief, plain } from "../../core/plain-text.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { ToolText } from "../../core/tools/definition-lines.ts";
import { metaPinOf } from "../../core/tools/pin.ts";
import { linesOf } from "../../core/wrapped-text.ts";
import { readDefinition, readInstructions } from "../../platform/definitions.ts";
import type { Services } from "../services.ts";
import { plainDefinition } from "./definition-text.ts";

const SCHEME = "sallyport-definition";
/** Documents that can be opened again. */
const MOST_SHOWN = 100;

/** What was shown in this session, by the address that it has. What was approved is on the disk. */
const shown = new Map<string, string>();

/** Lets definitions of tools be opened as documents that cannot be edited. */
export function registerDefinitions(services: Services): vscode.Disposable {
	return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
		provideTextDocumentContent: (uri) => definitionText(services, uri),
	});
}

/** The text of such a document. */
export function definitionText(services: Pick<Services, "home">, { query }: vscode.Uri): string {
	const here = shown.get(query);
	if (here !== undefined) return here;
	const home = services.home();
	const kept = home.ok ? readDefinition(home.value, query) : null;
	return kept === null ? "This definition is no longer kept.\n" : plainDefinition(kept);
}

/** Opens the definitions of tools as a server lists them now. */
export async function openDefinitions(server: string, tools: readonly ToolText[]): Promise<Result<void>> {
	const [only, ...others] = tools;
	const what =
		only !== undefined && others.length === 0 ? approvable(only.definition) : tools.map(({ definition }) => approvable(definition));
	const title = only !== undefined && others.length === 0 ? only.name : server;
	const document = await vscode.workspace.openTextDocument(addressOf(title, "definition", keep(plainDefinition(what))));
	await vscode.window.showTextDocument(document, { preview: true });
	return ok(undefined);
}

/** Opens a text that is plain already, under a name of ours. */
export async function openText(name: string, text: string): Promise<void> {
	const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: SCHEME, path: `/${name}.txt`, query: keep(text) }));
	await vscode.window.showTextDocument(document, { preview: true });
}

/** Opens what was approved beside what is listed now. */
export async function openDrift(services: Services, tool: ToolText, approved: string): Promise<Result<void>> {
	const home = services.home();
	if (!home.ok) return home;
	const before = readDefinition(home.value, approved);
	if (before === null)
		return fail(
			"definition-gone",
			`What was approved of ${brief(tool.name, 80)} is no longer kept, so it cannot be compared.`,
			"Look at the definition as it is now, and allow it again or take it away.",
		);
	await vscode.commands.executeCommand(
		"vscode.diff",
		addressOf(tool.name, "approved", approved),
		addressOf(tool.name, "now", keep(plainDefinition(pinned(tool.definition)))),
		`${brief(tool.name, 80)}: approved ↔ now`,
	);
	return ok(undefined);
}

/** Opens what a server said for the model, as it was approved, beside what it says now. */
export async function openInstructionsDrift(services: Services, server: string, approved: string, now: string): Promise<Result<void>> {
	const home = services.home();
	if (!home.ok) return home;
	const before = readInstructions(home.value, approved);
	if (before === null)
		return fail(
			"definition-gone",
			`What was approved of what ${brief(server, 80)} says of itself is no longer kept, so it cannot be compared.`,
			"Read it as it is now, and approve it or leave it out.",
		);
	const text = (said: string): string => `${linesOf(said).map(plain).join("\n")}\n`;
	await openTextDrift(`What ${server} says of itself`, text(before), text(now));
	return ok(undefined);
}

/** Opens two texts that are plain already beside one another: what was approved, and what is now. */
export async function openTextDrift(title: string, before: string, now: string): Promise<void> {
	await vscode.commands.executeCommand(
		"vscode.diff",
		addressOf(title, "approved", keep(before)),
		addressOf(title, "now", keep(now)),
		`${brief(title, 100)}: approved ↔ now`,
	);
}

function addressOf(title: string, what: string, query: string): vscode.Uri {
	const name = brief(title, 80).replaceAll(/[\\/]/g, "_");
	return vscode.Uri.from({ scheme: SCHEME, path: `/${name} (${what}).jsonc`, query });
}

function keep(text: string): string {
	for (const [key, known] of shown) if (known === text) return key;
	const [oldest] = shown.keys();
	if (oldest !== undefined && shown.size >= MOST_SHOWN) shown.delete(oldest);
	const key = `shown-${++count}`;
	shown.set(key, text);
	return key;
}

let count = 0;

/** What a pin covers: all but the tool's own `_meta`. A parameter that is called so is a part of it. */
function pinned({ _meta: _, ...definition }: ToolText["definition"]): unknown {
	return definition;
}

/** The same with what stands beside it, where anything does: a tool is approved with both. */
function approvable(definition: ToolText["definition"]): unknown {
	return metaPinOf(definition) === undefined ? pinned(definition) : definition;
}
