import * as vscode from "vscode";
import * as z from "zod/mini";
import { matchHost } from "../../core/config/hosts.ts";
import { brief } from "../../core/plain-text.ts";
import { VIEW } from "../contributions.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import { type Status, statusOf } from "./status.ts";

/** Characters of a name and of what is said of it in the tooltip. */
const LONGEST = { name: 60, says: 160 };
/** Servers in the tooltip. */
const MOST_LINES = 20;

/** The worst state of this workspace's servers. Nothing is looked at, and nothing shown, while no config file is known of. */
export function registerStatusBar(services: Services, servers: Servers): vscode.Disposable {
	const item = vscode.window.createStatusBarItem("sallyport.status", vscode.StatusBarAlignment.Left, -100);
	item.name = "Sallyport";
	item.command = `${VIEW}.focus`;
	const show = (): void => {
		const here = servers.files.filter(({ scope }) => scope === "workspace");
		const status = statusOf(here.flatMap((file) => file.servers));
		if (status === null) item.hide();
		else {
			present(item, status);
			item.show();
		}
	};
	let loading: Promise<void> | null = null;
	const load = (): void => {
		if (services.workspaceFolders.length === 0) return;
		loading ??= servers.load().then(show, (error: unknown) => services.log.bug("status bar", error));
	};
	const loadFor = (document: vscode.TextDocument): void => {
		if (document.uri.scheme === "file" && matchHost(document.uri.path) !== null) load();
	};
	const look = async (): Promise<void> => {
		if (loading === null && (await holdsConfig(services))) load();
	};
	for (const document of vscode.workspace.textDocuments) loadFor(document);
	void look();
	return vscode.Disposable.from(
		item,
		servers.onDidChange(show),
		vscode.workspace.onDidOpenTextDocument(loadFor),
		vscode.workspace.onDidChangeWorkspaceFolders(() => void look()),
	);
}

const Events = z.object({ activationEvents: z.array(z.string()) });

/** Whether one of the files is there for which the editor activates us. */
async function holdsConfig({ context }: Services): Promise<boolean> {
	const { activationEvents } = Events.parse(context.extension.packageJSON);
	const files = activationEvents.filter((event) => event.startsWith("workspaceContains:")).map((event) => event.slice(18));
	for (const { uri } of vscode.workspace.workspaceFolders ?? [])
		for (const file of uri.scheme === "file" ? files : []) if (await isThere(vscode.Uri.joinPath(uri, file))) return true;
	return false;
}

async function isThere(uri: vscode.Uri): Promise<boolean> {
	try {
		await vscode.workspace.fs.stat(uri);
		return true;
	} catch {
		return false;
	}
}

function present(item: vscode.StatusBarItem, { text, spoken, warns, lines }: Status): void {
	item.text = text;
	item.backgroundColor = warns ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
	item.accessibilityInformation = { label: spoken, role: "button" };
	const tooltip = new vscode.MarkdownString("**MCP servers of this workspace**\n\n", true);
	for (const { icon, name, says } of lines.slice(0, MOST_LINES)) {
		tooltip.appendMarkdown(`$(${icon}) `);
		tooltip.appendText(`${brief(name, LONGEST.name)}: ${brief(says, LONGEST.says)}`);
		tooltip.appendMarkdown("\n\n");
	}
	if (lines.length > MOST_LINES) tooltip.appendMarkdown(`and ${lines.length - MOST_LINES} more`);
	item.tooltip = tooltip;
}
