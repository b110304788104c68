import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { HOSTS } from "../../core/config/hosts.ts";
import { brief, plain } from "../../core/plain-text.ts";
import type { Severity } from "../../core/rules/finding.ts";
import { maskDetected } from "../../core/secrets/redact.ts";
import { allowedCount, toolSummary } from "../approval/tool-text.ts";
import type { CommandId } from "../contributions.ts";
import { inEditorWords } from "../onboarding/remedies.ts";
import { themeIcon as icon } from "../theme-icon.ts";
import { type Extra, extrasSummary } from "./extras.ts";
import type { ConfigFile, Server, ServerState, Tool } from "./model.ts";
import { isWaiting } from "./model.ts";
import type { Access, ExtrasRow, FindingRow, Row } from "./nodes.ts";
import type { WaitingChanges } from "./waiting.ts";

/** Characters of a label. */
const LABEL = 120;

/** How a row looks and is read out. Every word from outside is made plain and cut; nothing of it is Markdown. */
export function itemOf(row: Row): vscode.TreeItem {
	const item = looksOf(row);
	item.id = row.id;
	return item;
}

function looksOf(row: Row): vscode.TreeItem {
	switch (row.kind) {
		case "waiting":
			return waitingItem(row.changes);
		case "config":
			return fileItem(row.file);
		case "server":
			return serverItem(row.server);
		case "finding":
			return findingItem(row);
		case "tools":
			return toolsItem(row.server);
		case "tool":
			return toolItem(row.tool);
		case "unlisted":
			return unlistedItem(row.server);
		case "extras":
			return extrasItem(row);
		case "extra":
			return extraItem(row.extra);
		case "access":
			return accessItem();
		case "access-item":
			return accessPartItem(row.access);
	}
}

interface Looks {
	readonly label: string;
	readonly description?: string;
	readonly tooltip?: string;
	readonly icon: vscode.ThemeIcon;
	/** What menus ask for: words. */
	readonly context: string;
	/** Read out. */
	readonly says: string;
	readonly open?: "expanded" | "collapsed";
}

function item({ label, description, tooltip, icon: iconPath, context, says, open }: Looks): vscode.TreeItem {
	const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
	const made = new vscode.TreeItem(label, open === "expanded" ? Expanded : open === "collapsed" ? Collapsed : None);
	if (description !== undefined) made.description = description;
	made.tooltip = tooltip ?? label;
	made.iconPath = iconPath;
	made.contextValue = context;
	made.accessibilityInformation = { label: says, role: "treeitem" };
	return made;
}

function waitingItem({ servers, settings, network, lost }: WaitingChanges): vscode.TreeItem {
	const named = servers.slice(0, MOST_NAMED).map((name) => brief(name, 40));
	const more = servers.length - named.length;
	const what = [
		...named,
		...(more > 0 ? [`${more} more`] : []),
		...(settings ? ["settings"] : []),
		...(network ? ["network"] : []),
		...(lost ? ["the list of what you accepted, which is gone or damaged"] : []),
	].join(", ");
	const made = item({
		label: "Policy changes wait",
		description: what,
		tooltip: `Your policy files were changed by hand or by another program. What they take away is gone; what they add waits: ${what}. Click to look at it, and to accept it or not.`,
		icon: icon("git-pull-request-new-changes", "list.warningForeground"),
		context: "waiting",
		says: `Policy changes from outside Sallyport wait for you: ${what}`,
	});
	made.command = { command: "sallyport.acceptChanges" satisfies CommandId, title: "Look at It" };
	return made;
}

/** Servers that are named in a row. */
const MOST_NAMED = 3;

function fileItem(file: ConfigFile): vscode.TreeItem {
	const label = brief(shortPath(file), LABEL);
	const host = HOSTS[file.host].title;
	const { problem } = file;
	return item({
		label,
		description: problem === null ? host : `${host} · cannot be read`,
		tooltip: [plain(file.path), ...(problem === null ? [] : [plain(`${problem.message} ${problem.remedy}`)])].join("\n"),
		icon: problem === null ? icon("json") : icon("warning", "list.warningForeground"),
		context: "config",
		says: `${label}, config file of ${host}${problem === null ? "" : ", cannot be read"}`,
		open: "expanded",
	});
}

/** Below a folder of the window, else below the home. */
function shortPath({ uri, scope }: ConfigFile): string {
	if (scope === "workspace") return vscode.workspace.asRelativePath(uri);
	const home = os.homedir();
	const relative = path.relative(process.env.HOME || home, uri.fsPath);
	return relative.startsWith("..") || path.isAbsolute(relative) ? uri.fsPath : `~/${relative}`;
}

const STATES: Readonly<
	Record<ServerState | "waiting", { readonly icon: string; readonly color?: string; readonly word: string; readonly means: string }>
> = {
	unguarded: {
		icon: "warning",
		color: "list.warningForeground",
		word: "unguarded",
		means: "Its host starts it as it is: it can do whatever you can do.",
	},
	guarded: {
		icon: "shield",
		color: "testing.iconPassed",
		word: "guarded",
		means: "It starts through Sallyport, with what you granted and nothing else.",
	},
	drifted: {
		icon: "git-compare",
		color: "list.warningForeground",
		word: "drifted",
		means: "A tool is not what you allowed, and is withheld until you have seen the difference.",
	},
	refused: { icon: "error", color: "list.errorForeground", word: "refused", means: "Sallyport does not start it as it is." },
	waiting: {
		icon: "question",
		color: "list.warningForeground",
		word: "not approved yet",
		means: "It starts through Sallyport once you have listed its tools and allowed those you want.",
	},
	remote: { icon: "globe", word: "remote", means: "A remote server: its file is looked at, its calls are not." },
};

const MUTABLE = "Your other programs can change its code, which is not pinned as a whole.";

function serverItem(server: Server): vscode.TreeItem {
	const { state, running, tools, refusal } = server;
	const label = brief(server.name, LABEL);
	const { word, means, ...looks } = STATES[isWaiting(server) ? "waiting" : state];
	const parts = [
		...(state === "guarded" ? [] : [word]),
		...(tools === null ? [] : [allowedCount(tools)]),
		...(running === 0 ? [] : ["running"]),
	];
	const why = refusal === null ? "" : plain(`${refusal.message} ${inEditorWords(refusal.remedy)}`);
	const context = [
		"server",
		...(state === "remote" ? ["remote"] : [server.wrapped ? "wrapped" : "bare"]),
		...(server.line === null ? [] : ["launchable"]),
		...(server.grant === null ? [] : ["granted"]),
		...(tools === null ? [] : ["listed"]),
	].join(" ");
	return item({
		label,
		description: parts.join(" · "),
		tooltip: [`${plain(server.name)}: ${word}`, means, server.mutable ? MUTABLE : "", why, commandOf(server)]
			.filter((line) => line !== "")
			.join("\n"),
		icon: icon(looks.icon, looks.color),
		context,
		says: [`${label}, server, ${word}`, ...parts.slice(state === "guarded" ? 0 : 1), ...(why === "" ? [] : [brief(why, 200)])].join(", "),
		open: state === "guarded" || state === "remote" ? "collapsed" : "expanded",
	});
}

/** Empty: no command starts it. */
function commandOf({ line }: Server): string {
	return line === null ? "" : brief(maskDetected([line.command, ...line.args].join(" ")), 300);
}

const SEVERITIES: Readonly<Record<Severity, readonly [string, string]>> = {
	error: ["error", "list.errorForeground"],
	warning: ["warning", "list.warningForeground"],
	info: ["info", "editorInfo.foreground"],
	hint: ["lightbulb", "editorHint.foreground"],
};

function findingItem(row: FindingRow): vscode.TreeItem {
	const { finding } = row;
	const label = brief(finding.message, LABEL);
	const made = item({
		label,
		description: finding.ruleId,
		tooltip: plain(finding.message),
		icon: icon(...SEVERITIES[finding.severity]),
		context: "finding",
		says: `${label}, ${finding.severity}`,
	});
	made.command = commandItem("sallyport.openServer", "Open", row);
	return made;
}

function toolsItem({ tools }: Server): vscode.TreeItem {
	const description = tools === null ? "not listed yet" : allowedCount(tools);
	return item({
		label: "Tools",
		description,
		icon: icon("tools"),
		context: tools === null ? "tools" : "tools listed",
		says: `Tools, ${description}`,
		open: "expanded",
	});
}

function unlistedItem(server: Server): vscode.TreeItem {
	const made = item({
		label: "Not listed yet",
		description: "List Tools…",
		tooltip: "Starts the server once, confined and without your secrets, and shows what it offers.",
		icon: icon("list-unordered"),
		context: "unlisted",
		says: "Not listed yet. List tools",
	});
	made.command = commandItem("sallyport.listTools", "List Tools…", { server: server.id });
	return made;
}

const TOOL_WORDS: Readonly<Record<Tool["state"], string>> = {
	allowed: "",
	denied: "",
	changed: "changed, withheld",
	gone: "no longer listed",
	unpinnable: "cannot be allowed",
};

function toolItem(tool: Tool): vscode.TreeItem {
	const label = brief(tool.name, LABEL);
	const narrowed = tool.state === "allowed" && !tool.effective;
	const word = narrowed ? "taken away by another policy" : TOOL_WORDS[tool.state];
	const looks =
		tool.state === "changed"
			? icon("git-compare", "list.warningForeground")
			: tool.state === "gone" || tool.state === "unpinnable"
				? icon("circle-slash", "disabledForeground")
				: icon(tool.reads ? "eye" : "zap");
	const described = toolSummary(tool);
	const where = tool.where.join("; ");
	const made = item({
		label,
		description: [word, where === "" ? "" : `where ${brief(where, LABEL)}`, described.first].filter((part) => part !== "").join(" · "),
		tooltip: [described.full, ...(where === "" ? [] : [`Only where: ${brief(where, 500)}`])].join("\n"),
		icon: looks,
		context: `tool ${tool.state}`,
		says: [
			label,
			"tool",
			tool.reads ? "says that it only reads" : "may change things",
			...(word === "" ? [] : [word]),
			...(where === "" ? [] : [`where ${brief(where, LABEL)}`]),
		].join(", "),
	});
	// What cannot be pinned can never be ticked.
	if (tool.state !== "unpinnable") {
		const ticked = tool.state === "allowed" || tool.state === "gone";
		made.checkboxState = {
			state: ticked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
			tooltip: ticked ? "Take this tool away" : "Allow this tool…",
			accessibilityInformation: { label: `${label}, ${ticked ? "allowed" : "not allowed"}`, role: "checkbox" },
		};
	}
	return made;
}

function extrasItem({ extras, server }: ExtrasRow): vscode.TreeItem {
	const summary = extrasSummary(extras);
	const description = summary === "" ? "nothing allowed" : summary;
	return item({
		label: "Beside Tools",
		description,
		tooltip: "Prompts and resources that it may offer, and what it may ask its host for. None of it is let through unless it is ticked.",
		icon: icon("library"),
		context: server.offers === null ? "extras unlisted" : "extras",
		says: `Beside tools: prompts, resources and questions to the host, ${description}`,
		open: "collapsed",
	});
}

const EXTRAS: Readonly<
	Record<Extra["kind"], { readonly icon: string; readonly label?: string; readonly kind: string; readonly means: string }>
> = {
	prompt: { icon: "comment", kind: "prompt", means: "A text of the server's that you can choose in its host." },
	resource: { icon: "file-text", kind: "resource", means: "Something of the server's that its host can read." },
	template: {
		icon: "symbol-snippet",
		kind: "template",
		means: "Makes known that there are such resources; reading them is granted as resources.",
	},
	completion: {
		icon: "edit-sparkle",
		label: "Completions",
		kind: "what you type",
		means: "What you type for its prompts and resources is sent to it.",
	},
	instructions: {
		icon: "comment-discussion",
		label: "What it says of itself",
		kind: "for your model",
		means:
			"Its instructions, description, icons and the like, which many hosts hand to the model. It gets through as you approved it, and not otherwise.",
	},
	"host-secret": {
		icon: "key",
		kind: "may get your keys",
		means: "In calls of this tool your host may send it private keys and tokens that are not its own. Everywhere else they are stopped.",
	},
	sampling: { icon: "hubot", label: "Sampling", kind: "ask your model", means: "It puts words to your model, and reads the answer." },
	elicitation: {
		icon: "question",
		label: "Elicitation",
		kind: "ask you",
		means: "It puts questions to you in its host. Questions for passwords and keys are refused even so.",
	},
	roots: { icon: "root-folder", label: "Roots", kind: "know your folders", means: "It is told the folders that its host works in." },
};

function extraItem({ kind, name, granted, effective, changed, says }: Extra): vscode.TreeItem {
	const looks = EXTRAS[kind];
	const label = looks.label ?? (kind === "host-secret" && name === "*" ? "Everything that is sent" : brief(name, LABEL));
	const word = granted && !effective ? "taken away by another policy" : changed ? "changed, and withheld" : "";
	const own = brief(maskDetected(says), 300);
	// What is withheld is there to be allowed as it is now.
	const isTicked = granted && !changed;
	const made = item({
		label,
		description: [word, looks.kind, own].filter((part) => part !== "").join(" · "),
		tooltip: [name === "" ? label : plain(name), looks.means, ...(own === "" ? [] : ["The server says:", own])].join("\n"),
		icon: icon(looks.icon),
		context: isTicked ? "extra granted" : "extra",
		says: [label, looks.kind, ...(word === "" ? [] : [word])].join(", "),
	});
	made.checkboxState = {
		state: isTicked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
		tooltip: isTicked ? "Take this away" : "Allow this…",
		accessibilityInformation: { label: `${label}, ${isTicked ? "allowed" : "not allowed"}`, role: "checkbox" },
	};
	return made;
}

function accessItem(): vscode.TreeItem {
	return item({
		label: "Access",
		icon: icon("key"),
		context: "access",
		says: "Access, what it may use beside its tools",
		open: "collapsed",
	});
}

function accessPartItem(access: Access): vscode.TreeItem {
	const [label, kind, id, color] = accessLooks(access);
	const word = access.kind === "secret" && !access.granted ? "not granted" : access.effective ? "" : "not in effect";
	return item({
		label: brief(label, LABEL),
		description: [kind, word].filter((part) => part !== "").join(" · "),
		tooltip: plain(label),
		icon: icon(id, color),
		context: access.kind === "secret" && !access.granted ? "asked" : "grant",
		says: [`${brief(label, LABEL)}, ${kind}`, ...(word === "" ? [] : [word])].join(", "),
	});
}

function accessLooks(access: Access): readonly [label: string, kind: string, icon: string, color?: string] {
	switch (access.kind) {
		case "read":
			return [access.path, "may read", "folder"];
		case "write":
			return [access.path, "may write", "edit"];
		case "network":
			return [access.target, "may connect", "globe"];
		case "variable":
			return [access.name, "variable of the host", "symbol-variable"];
		case "secret":
			return [`${access.slot} ← ${access.reference}`, "secret", "key"];
		case "unconfined":
			return ["No sandbox", "it can do whatever you can do", "warning", "list.errorForeground"];
	}
}

function commandItem(command: CommandId, title: string, argument: unknown): vscode.Command {
	return { command, title, arguments: [argument] };
}
