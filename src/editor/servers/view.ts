import * as vscode from "vscode";
import { ok } from "../../core/result.ts";
import { registerCommand } from "../commands.ts";
import { VIEW } from "../contributions.ts";
import type { Services } from "../services.ts";
import { acceptAll } from "./accepting.ts";
import { itemOf } from "./items.ts";
import type { ConfigFile, Server } from "./model.ts";
import { childrenOf, ExtraRow, FileRow, type Row, ServerRow, ToolRow, ToolsRow } from "./nodes.ts";
import { openPlace } from "./open-place.ts";
import type { Servers } from "./servers.ts";

/** The view *MCP Servers*: it reads nothing before it is seen. */
export function registerServersView(services: Services, servers: Servers): vscode.Disposable {
	const changed = new vscode.EventEmitter<void>();
	const provider: vscode.TreeDataProvider<Row> = {
		onDidChangeTreeData: changed.event,
		getChildren: async (row) => {
			const files = row === undefined ? await servers.load() : servers.files;
			return [...childrenOf(row ?? null, files, servers.waiting)];
		},
		getTreeItem: itemOf,
		getParent: ({ parent }) => parent,
	};
	const view = vscode.window.createTreeView(VIEW, {
		treeDataProvider: provider,
		canSelectMany: true,
		showCollapseAll: true,
		manageCheckboxStateManually: true,
	});
	const show = (): void => {
		const count = servers.files.flatMap((file) => file.servers).filter(needsAttention).length;
		view.badge =
			count === 0 ? undefined : { value: count, tooltip: `${count} ${count === 1 ? "server needs" : "servers need"} your attention` };
		// With a message there is no welcome text, which says the same in an empty view.
		view.message =
			services.trusted || childrenOf(null, servers.files, servers.waiting).length === 0
				? ""
				: "This workspace is not trusted: Sallyport reads its config files, and starts and allows nothing.";
		changed.fire();
	};
	return vscode.Disposable.from(
		view,
		changed,
		servers.onDidChange(show),
		servers.onDidAskToReveal((id) => {
			const row = toolsRow(servers.files, id);
			// It is not shown while its container is closed.
			if (row !== null) view.reveal(row, { expand: true, select: true, focus: false }).then(undefined, () => {});
		}),
		view.onDidChangeCheckboxState(async ({ items }) => {
			try {
				for (const state of [vscode.TreeItemCheckboxState.Unchecked, vscode.TreeItemCheckboxState.Checked]) {
					const rows = items.flatMap(([row, now]) => (now === state ? [row] : []));
					const isTicked = state === vscode.TreeItemCheckboxState.Checked;
					for (const batch of byServer(rows.filter((row) => row instanceof ToolRow)))
						await vscode.commands.executeCommand(isTicked ? "sallyport.allowTools" : "sallyport.denyTools", batch[0], batch);
					for (const batch of byServer(rows.filter((row) => row instanceof ExtraRow)))
						await vscode.commands.executeCommand(isTicked ? "sallyport.allowExtras" : "sallyport.denyExtras", batch[0], batch);
				}
			} finally {
				// Whatever came of it, the boxes show how things are.
				changed.fire();
			}
		}),
		registerCommand(services, "sallyport.refresh", async () => {
			await servers.refresh();
			return ok(undefined);
		}),
		registerCommand(services, "sallyport.filter", async () => {
			await vscode.commands.executeCommand(`${VIEW}.focus`);
			await vscode.commands.executeCommand("list.find");
			return ok(undefined);
		}),
		registerCommand(services, "sallyport.acceptChanges", () => acceptAll(services, servers)),
		registerCommand(services, "sallyport.openServer", (target) => openPlace(target, servers)),
	);
}

/** Each server is asked for by itself. */
function byServer<R extends ToolRow | ExtraRow>(rows: readonly R[]): readonly (readonly R[])[] {
	return [...new Set(rows.map(({ server }) => server.id))].map((id) => rows.filter(({ server }) => server.id === id));
}

function needsAttention({ state, findings }: Server): boolean {
	const grave = findings.some(({ severity }) => severity === "error" || severity === "warning");
	return grave || state === "unguarded" || state === "refused" || state === "drifted";
}

function toolsRow(files: readonly ConfigFile[], id: string): ToolsRow | null {
	const file = files.find(({ servers }) => servers.some((server) => server.id === id));
	const server = file?.servers.find((each) => each.id === id);
	return file === undefined || server === undefined ? null : new ToolsRow(new ServerRow(server, new FileRow(file)));
}
