import * as vscode from "vscode";
import { fail, ok, type Result } from "../../core/result.ts";
import { doubtAboutEgress } from "../../platform/approval/egress-lookup.ts";
import { isHostAndPort } from "../../platform/approval/widen.ts";
import { called } from "../approval/questions.ts";
import { registerCommand } from "../commands.ts";
import { inform } from "../messages.ts";
import type { Services } from "../services.ts";
import { Approvals, type Wanted } from "./approvals.ts";
import { CANCELLED } from "./cancelled.ts";
import type { Server } from "./model.ts";
import { takeAccess, takeAll } from "./narrowing.ts";
import { isRow } from "./nodes.ts";
import type { Servers } from "./servers.ts";
import { parseTarget } from "./target.ts";

export function registerGrantCommands(services: Services, servers: Servers): vscode.Disposable {
	const approvals = new Approvals(services, servers);
	return vscode.Disposable.from(
		registerCommand(services, "sallyport.allowPath", (...args) => add(args, choosePaths)),
		registerCommand(services, "sallyport.allowHost", (...args) => add(args, chooseHost)),
		registerCommand(services, "sallyport.takeAway", async (row) => {
			if (!isRow(row) || row.kind !== "access-item")
				return fail("no-target", "This command does not say what to take away.", "Use it in the view MCP Servers.");
			const server = servers.byId(row.server.id);
			return server === null ? undefined : takeAccess(services, servers, server, row.access);
		}),
		registerCommand(services, "sallyport.revoke", async (...args) => {
			const target = await parseTarget(args, servers);
			if (!target.ok) return target;
			const { name } = target.value.server;
			const revoked = await takeAll(services, servers, target.value.server);
			if (revoked.ok)
				void inform(revoked.value ? `Nothing is granted to ${called(name)} any more.` : `Nothing was granted to ${called(name)}.`);
			return revoked;
		}),
	);

	async function add(args: readonly unknown[], choose: Choose): Promise<Result<unknown>> {
		const trust = services.requireTrust();
		if (!trust.ok) return trust;
		const target = await parseTarget(args, servers);
		if (!target.ok) return target;
		const wanted = await choose(target.value.server, target.value.host);
		if (!wanted.ok) return wanted;
		const described = await approvals.describe(target.value.server);
		return described.ok ? approvals.grant(described.value, wanted.value) : described;
	}
}

type Choose = (server: Server, host: string | null) => Promise<Result<Wanted>>;

/** Not every system has one dialog for files and folders. */
const PATHS = [
	{ label: "$(folder) Read a folder…", key: "read", folders: true },
	{ label: "$(file) Read a file…", key: "read", folders: false },
	{ label: "$(edit) Read and write a folder…", key: "write", folders: true },
	{ label: "$(edit) Read and write a file…", key: "write", folders: false },
] as const;

const choosePaths: Choose = async ({ name, line }) => {
	const chosen = await vscode.window.showQuickPick(PATHS, { title: "Allow a File or Folder", placeHolder: "What may it do there?" });
	if (chosen === undefined) return CANCELLED;
	const { key, folders } = chosen;
	const start = line?.workspace ?? null;
	const found = await vscode.window.showOpenDialog({
		canSelectFolders: folders,
		canSelectFiles: !folders,
		canSelectMany: true,
		openLabel: "Choose",
		title: "A dialog asks before anything is granted",
		...(start === null ? {} : { defaultUri: vscode.Uri.file(start) }),
	});
	const paths = found?.filter(({ scheme }) => scheme === "file").map(({ fsPath }) => fsPath) ?? [];
	if (paths.length === 0) return CANCELLED;
	return ok({ title: `Let ${called(name)} ${key === "read" ? "read" : "read and write"} this?`, [key]: paths });
};

const HOST = "Host and port that it may connect to; a dialog asks before anything is granted";

const chooseHost: Choose = async ({ name }, proposed) => {
	const first = await askForHost(HOST, proposed !== null && isHostAndPort(proposed) ? proposed : null);
	if (first === null) return CANCELLED;
	// What would be refused at every start is said now.
	const doubt = await doubtAboutEgress(first);
	if (doubt !== null && doubt.instead === null) return fail(doubt.code, doubt.message, "Nothing can allow that: name another host.");
	const target =
		doubt === null ? first : await askForHost(`${doubt.message} If you mean that machine, go on with its address.`, doubt.instead);
	return target === null ? CANCELLED : ok({ title: `Let ${called(name)} connect to this?`, egress: [target] });
};

/** Null: the person left. */
async function askForHost(prompt: string, value: string | null): Promise<string | null> {
	const target = await vscode.window.showInputBox({
		title: "Allow a Network Host",
		prompt,
		placeHolder: "api.github.com:443",
		...(value === null ? {} : { value }),
		validateInput: (text) => (isHostAndPort(text.trim()) ? null : "Write host:port, for example api.github.com:443"),
	});
	return target?.trim() ?? null;
}
