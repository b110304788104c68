import * as vscode from "vscode";
import { type Activity, outcomeOf } from "../../core/audit/activity.ts";
import { EVERY_SERVER } from "../../core/audit/acts.ts";
import { brief, plain } from "../../core/plain-text.ts";
import { themeIcon } from "../theme-icon.ts";
import type { Deciding } from "./deciding.ts";
import type { ActivityRow, EntryRow, GroupRow } from "./rows.ts";
import { actText, extraOf, labelOf, latencyText, outcomeWord, reasonOf, refusalKind, spokenText, timeText } from "./words.ts";

/** Characters of the arguments in a tooltip. */
const MOST_ARGUMENTS = 1_500;
/** Characters of a line in a tooltip. */
const MOST_LINE = 300;

/** How a row looks and is read out. Nothing from outside is Markdown; the tooltip comes when the pointer rests on it. */
export function itemOf(row: ActivityRow, now: Date): vscode.TreeItem {
	return "entries" in row ? groupItem(row) : entryItem(row, now);
}

function groupItem({ id, server, entries }: GroupRow): vscode.TreeItem {
	const refused = entries.filter(({ record }) => record.decision === "refuse").length;
	const label = server === EVERY_SERVER ? "All servers" : brief(server, 120);
	const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
	item.id = id;
	item.description = refused === 0 ? String(entries.length) : `${entries.length} · ${refused} refused`;
	item.tooltip = plain(server);
	item.iconPath = themeIcon("server-process");
	item.contextValue = "group";
	item.accessibilityInformation = { label: `${label}, ${entries.length} entries, ${refused} refused`, role: "treeitem" };
	return item;
}

function entryItem({ id, entry, parent }: EntryRow, now: Date): vscode.TreeItem {
	const { record } = entry;
	const item = new vscode.TreeItem(labelOf(record), vscode.TreeItemCollapsibleState.None);
	const parts = [
		parent === null ? brief(record.server, 60) : "",
		outcomeWord(entry),
		actText(record),
		record.count === undefined ? "" : `${record.count} times`,
		latencyText(entry),
		timeText(record.at, now),
	];
	item.id = id;
	item.description = parts.filter((part) => part !== "").join(" · ");
	item.iconPath = iconOf(entry);
	item.contextValue = isAllowable(entry) ? "entry allowable" : "entry";
	item.accessibilityInformation = { label: spokenText(entry, now), role: "treeitem" };
	return item;
}

function iconOf(entry: Activity): vscode.ThemeIcon {
	const { record } = entry;
	if (record.decision === "refuse")
		return refusalKind(record) === "drift"
			? themeIcon("git-compare", "list.warningForeground")
			: themeIcon("circle-slash", "list.errorForeground");
	if (record.direction === "person") return themeIcon("account");
	switch (outcomeOf(entry)) {
		case "forwarded":
			if (record.direction !== "launcher") return themeIcon("arrow-right");
			return record.reason === "egress" ? themeIcon("globe") : themeIcon("play");
		case "answered":
			return themeIcon("check", "testing.iconPassed");
		case "tool-error":
		case "error":
		case "withheld":
			return themeIcon("warning", "list.warningForeground");
		case "cancelled":
		case "unanswered":
			return themeIcon("circle-outline", "disabledForeground");
	}
}

/** Whether there is something that a person could allow, in a dialog. */
export function isAllowable({ record }: Activity): boolean {
	return extraOf(record) !== null || (record.decision === "refuse" && !NOTHING_TO_ALLOW.has(refusalKind(record)));
}

const NOTHING_TO_ALLOW: ReadonlySet<ReturnType<typeof refusalKind>> = new Set(["narrowed", "other"]);

/** Everything about an entry, in plain text. */
export function tooltipOf(entry: Activity, deciding: Deciding | null): string {
	const { record } = entry;
	const { at, server, session, host, request, arguments: given } = record;
	const took = latencyText(entry);
	const reason = reasonOf(record);
	return [
		`${labelOf(record)} of ${server}: ${outcomeWord(entry)}${took === "" ? "" : ` after ${took}`}`,
		`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`,
		...(deciding === null ? [] : [decidingText(deciding)]),
		`${new Date(at).toLocaleString()} · ${record.direction === "person" ? "in" : "asked by"} ${host ?? "an unknown host"}${request === null ? "" : ` · request ${request}`}`,
		`Session ${session}`,
		...(given === undefined
			? []
			: [record.direction === "person" ? "What it was, as the log has it:" : "Arguments, as the log has them:", ...argumentLines(given)]),
	]
		.map((line) => brief(line, MOST_LINE))
		.join("\n");
}

/** Which policy decided, in a sentence. */
function decidingText({ source, file, says, isLater }: Deciding): string {
	const whose = { managed: "The administrator's policy", user: "Your policy", workspace: "The workspace's policy", argument: "A policy" };
	return `${whose[source]} ${says} (${file})${isLater ? "; it has changed since, and this is what it says now" : ""}.`;
}

function argumentLines(given: unknown): readonly string[] {
	const text = JSON.stringify(given, null, 2) ?? "";
	return (text.length > MOST_ARGUMENTS ? `${text.slice(0, MOST_ARGUMENTS)}…` : text).split("\n");
}
