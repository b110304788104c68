import * as vscode from "vscode";
import type { Activity } from "../../core/audit/activity.ts";
import { registerCommand } from "../commands.ts";
import { ACTIVITY_VIEW, type CommandId, type ContextKey } from "../contributions.ts";
import type { Live } from "../live/live.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import { type Deciding, decidingOf } from "./deciding.ts";
import { registerEntryCommands } from "./entry-commands.ts";
import { ActivityFeed } from "./feed.ts";
import { itemOf, tooltipOf } from "./items.ts";
import { type ActivityRow, type Arrangement, EntryRow, rowsOf } from "./rows.ts";

/** The view *Activity*: it reads nothing before it is seen, and nothing while it is not. */
export function registerActivityView(services: Services, live: Live, servers: Servers): vscode.Disposable {
	const feed = new ActivityFeed(services);
	const changed = new vscode.EventEmitter<void>();
	let arrangement: Arrangement = { grouped: true, refusedOnly: false };
	const provider: vscode.TreeDataProvider<ActivityRow> = {
		onDidChangeTreeData: changed.event,
		getChildren: (row) => {
			if (row === undefined) return [...rowsOf(feed.entries, arrangement)];
			return row instanceof EntryRow ? [] : row.entries.map((entry) => new EntryRow(entry, row));
		},
		getParent: ({ parent }) => parent,
		getTreeItem: (row) => {
			const item = itemOf(row, new Date());
			const command: CommandId = "sallyport.showDecision";
			if (row instanceof EntryRow) item.command = { command, title: "Show What Decided", arguments: [row] };
			return item;
		},
		resolveTreeItem: (item, row) => {
			if (row instanceof EntryRow) item.tooltip = tooltipOf(row.entry, deciding(row.entry));
			return item;
		},
	};
	const view = vscode.window.createTreeView(ACTIVITY_VIEW, { treeDataProvider: provider, showCollapseAll: true });
	const show = (): void => {
		if (!view.visible) return;
		const more = feed.waiting === 0 ? "" : `: ${feed.waiting} more since`;
		view.message = feed.isPaused ? `Paused${more}.` : "";
		// What is frozen is not drawn anew for what comes meanwhile.
		if (!feed.isPaused || feed.waiting === 0) changed.fire();
	};
	const look = (): void => {
		if (view.visible) {
			live.start();
			feed.start();
			show();
		} else feed.stop();
	};
	const toggle = (command: CommandId, key: ContextKey, value: boolean, apply: () => void): vscode.Disposable =>
		registerCommand(services, command, () => {
			apply();
			void vscode.commands.executeCommand("setContext", key, value);
			changed.fire();
			return undefined;
		});
	const arrange = (change: Partial<Arrangement>) => (): void => {
		arrangement = { ...arrangement, ...change };
	};
	return vscode.Disposable.from(
		view,
		changed,
		feed,
		feed.onDidChange(show),
		view.onDidChangeVisibility(look),
		services.onDidSetUp(look),
		registerEntryCommands(services, live, servers, deciding),
		toggle("sallyport.pauseActivity", "sallyport.activity.paused", true, () => feed.pause()),
		toggle("sallyport.resumeActivity", "sallyport.activity.paused", false, () => feed.resume()),
		toggle("sallyport.groupActivity", "sallyport.activity.flat", false, arrange({ grouped: true })),
		toggle("sallyport.listActivity", "sallyport.activity.flat", true, arrange({ grouped: false })),
		toggle("sallyport.showRefusedOnly", "sallyport.activity.refusedOnly", true, arrange({ refusedOnly: true })),
		toggle("sallyport.showAllActivity", "sallyport.activity.refusedOnly", false, arrange({ refusedOnly: false })),
		registerCommand(services, "sallyport.clearActivity", () => {
			feed.clear();
			return undefined;
		}),
	);

	function deciding(entry: Activity): Deciding | null {
		const home = services.home();
		if (!home.ok) return null;
		const key = live.serverOf(entry.record.session);
		return decidingOf(entry, { home: home.value, userHome: services.userHome, key, accepted: servers.accepted });
	}
}
