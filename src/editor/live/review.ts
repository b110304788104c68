import * as vscode from "vscode";
import { messageName } from "../../core/live/message.ts";
import { unreachable } from "../../core/result.ts";
import type { CommandId } from "../contributions.ts";
import type { Server } from "../servers/model.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import { groupLabel, groupRefusals, type RefusalGroup, serverText } from "./groups.ts";
import { findServer, isMadeUp } from "./match.ts";
import { type Refusal, wordsFor } from "./refusal.ts";

/** A command that shows what a refusal is about, and asks before it changes anything. */
interface Opening {
	readonly command: CommandId;
	readonly argument?: Readonly<Record<string, unknown>>;
}

/**
 * Opens what these refusals are about: the modal dialog that asks for the tools, host or launch, or the difference that drift made. When they
 * are about more than one thing, a list to choose from comes first. Nothing is granted here.
 */
export async function review(services: Services, servers: Servers, refusals: readonly Refusal[]): Promise<void> {
	const files = await servers.load();
	const groups = groupRefusals(refusals);
	const openings = openingsFor(groups, (told) => findServer(told, files, services.userHome));
	const [only, ...others] = openings;
	if (only !== undefined && others.length === 0) await open(only);
	else await choose(services, servers, groups);
}

/** A list of refusals to choose from: by server, the most recent first. */
export async function choose(services: Services, servers: Servers, groups: readonly RefusalGroup[]): Promise<void> {
	const files = await servers.load();
	const chosen = await vscode.window.showQuickPick(rowsOf(groups), {
		title: "What Was Refused",
		placeHolder: "Choose what to look at: nothing is granted before a dialog has asked",
		matchOnDescription: true,
		matchOnDetail: true,
	});
	if (chosen?.group === undefined) return;
	const [opening] = openingsFor([chosen.group], (told) => findServer(told, files, services.userHome));
	await open(opening ?? { command: "sallyport.showLog" });
}

interface Row extends vscode.QuickPickItem {
	readonly group?: RefusalGroup;
}

function rowsOf(groups: readonly RefusalGroup[]): Row[] {
	const servers = new Map<string, RefusalGroup[]>();
	for (const group of groups) servers.set(serverText(group.server), [...(servers.get(serverText(group.server)) ?? []), group]);
	return [...servers.values()].flatMap((own) => [
		{ label: without$(own[0]?.server.name ?? ""), kind: vscode.QuickPickItemKind.Separator },
		...own.map((group) => ({
			label: `$(${ICONS[group.kind]}) ${without$(groupLabel(group))}`,
			description: `${group.count === 1 ? "once" : `${group.count} times`}, ${new Date(group.at).toLocaleTimeString()}`,
			detail: sentence(wordsFor(group)),
			group,
		})),
	]);
}

const ICONS: Readonly<Record<Refusal["kind"], string>> = {
	call: "circle-slash",
	narrowed: "law",
	drift: "git-compare",
	"host-secret": "key",
	said: "comment-discussion",
	connection: "globe",
	path: "folder",
	launch: "verified",
	other: "info",
};

/** A name from outside shall not become an icon. */
function without$(text: string): string {
	return text.replaceAll("$(", "$ (");
}

function sentence(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What there is to open, each thing once. Tools of one server are asked for together. */
function openingsFor(groups: readonly RefusalGroup[], find: (told: Refusal["server"]) => Server | null): readonly Opening[] {
	const openings = new Map<string, Opening>();
	const tools = new Map<string, string[]>();
	for (const { kind, server: told, subject, reason } of groups) {
		const server = find(told);
		if (server === null) continue;
		const tool = subject === null ? null : fullName(server, subject);
		switch (kind) {
			case "call":
				if (tool !== null && !isMadeUp(subject, server)) tools.set(server.id, [...(tools.get(server.id) ?? []), tool]);
				break;
			case "drift":
				if (tool !== null)
					openings.set(`drift ${server.id} ${tool}`, {
						command: "sallyport.showDrift",
						argument: { server: server.id, tool },
					});
				break;
			case "host-secret":
				if (tool !== null && !isMadeUp(subject, server))
					openings.set(`secrets ${server.id} ${tool}`, {
						command: "sallyport.allowExtras",
						argument: { server: server.id, extras: [{ kind, name: tool }] },
					});
				break;
			case "said":
				// What it lists now stands in the view, beside what was approved.
				if (reason.startsWith("prompt-"))
					openings.set(`prompts ${server.id}`, { command: "sallyport.listExtras", argument: { server: server.id } });
				else tools.set(server.id, [...(tools.get(server.id) ?? []), ...(tool === null ? [] : [tool])]);
				break;
			case "connection":
				if (subject !== null)
					openings.set(`host ${server.id} ${subject}`, { command: "sallyport.allowHost", argument: { server: server.id, host: subject } });
				break;
			case "path":
				openings.set(`path ${server.id}`, { command: "sallyport.allowPath", argument: { server: server.id } });
				break;
			case "launch":
				openings.set(`launch ${server.id}`, { command: "sallyport.approve", argument: { server: server.id } });
				break;
			// Which file it was, stands there. What is granted would change nothing.
			case "narrowed":
			case "other":
				openings.set("log", { command: "sallyport.showLog" });
				break;
			default:
				unreachable(kind);
		}
	}
	for (const [server, names] of tools)
		openings.set(`tools ${server}`, { command: "sallyport.allowTools", argument: { server, tools: [...new Set(names)] } });
	return [...openings.values()];
}

/** Messages carry names that are plain and cut. */
function fullName(server: Server, told: string): string {
	return server.tools?.find(({ name }) => messageName(name) === told)?.name ?? told;
}

async function open({ command, argument }: Opening): Promise<void> {
	await vscode.commands.executeCommand(command, ...(argument === undefined ? [] : [argument]));
}
