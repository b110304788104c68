import * as vscode from "vscode";
import { fail, ok, type Result } from "../../core/result.ts";
import { claimsToRead } from "../../core/tools/risk.ts";
import { suspicionsOf } from "../../core/tools/suspicious.ts";
import type { ListedTool } from "../../platform/launch/list-tools.ts";
import { called } from "../approval/questions.ts";
import { registerCommand } from "../commands.ts";
import type { Configs } from "../configs/configs.ts";
import { inform } from "../messages.ts";
import type { Services } from "../services.ts";
import { Approvals, isNews, type Listed } from "./approvals.ts";
import { CANCELLED } from "./cancelled.ts";
import { chooseTools } from "./choose-tools.ts";
import { registerDefinitionCommands } from "./definition-commands.ts";
import type { Server } from "./model.ts";
import { takeTools } from "./narrowing.ts";
import { tellHost } from "./restart.ts";
import { registerSecure } from "./secure.ts";
import type { Servers } from "./servers.ts";
import { parseTarget } from "./target.ts";

export function registerToolCommands(services: Services, configs: Configs, servers: Servers): vscode.Disposable {
	const approvals = new Approvals(services, servers);
	return vscode.Disposable.from(
		registerCommand(services, "sallyport.listTools", async (...args) => {
			const target = await parseTarget(args, servers);
			if (!target.ok) return target;
			const listed = await approvals.list(target.value.server);
			if (listed.ok) servers.reveal(listed.value.server);
			return listed;
		}),
		registerCommand(services, "sallyport.allowTools", async (...args) => {
			const target = await parseTarget(args, servers);
			if (!target.ok) return target;
			const { server, tools } = target.value;
			return allow(server, (listed) => (tools === null ? pick(listed) : Promise.resolve(named(listed, tools))));
		}),
		registerCommand(services, "sallyport.allowReadingTools", async (...args) => {
			const target = await parseTarget(args, servers);
			if (!target.ok) return target;
			return allow(target.value.server, async ({ tools, server }) => {
				// One whose words are not of the tool is ticked by its name, by who has read it.
				const reading = tools.filter((tool) => tool.pin !== null && claimsToRead(tool) && suspicionsOf(tool).length === 0);
				return reading.length > 0
					? ok(reading)
					: fail(
							"no-reading-tool",
							`No tool of ${called(server.name)} says that it only reads, in words that raise no question.`,
							"Tick the tools that you want, one by one.",
						);
			});
		}),
		registerCommand(services, "sallyport.denyTools", async (...args) => {
			const target = await parseTarget(args, servers);
			return target.ok ? takeTools(services, servers, target.value.server, target.value.tools ?? []) : target;
		}),
		registerCommand(services, "sallyport.approve", async (...args) => {
			const target = await parseTarget(args, servers);
			if (!target.ok) return target;
			const described = await approvals.describe(target.value.server);
			if (!described.ok) return described;
			const { server, candidate } = described.value;
			const granted = await approvals.grant(described.value, { title: `Approve the command of ${called(server.name)}?` });
			if (granted.ok) tellHost({ services, configs }, server, candidate.described.line);
			return granted;
		}),
		registerDefinitionCommands(services, servers),
		registerSecure(services, configs, servers, approvals),
	);

	/** Lists anew, so that what is shown, and pinned, is what the server offers now. */
	async function allow(before: Server, choose: (listed: Listed) => Promise<Result<readonly ListedTool[]>>): Promise<Result<unknown>> {
		const listed = await approvals.list(before);
		if (!listed.ok) return listed;
		const tools = await choose(listed.value);
		if (!tools.ok) return tools;
		const { instructions } = listed.value;
		if (tools.value.length === 0 && !isNews(instructions)) return NOTHING_NEW;
		const title = allowTitle(listed.value.server, tools.value);
		const granted = await approvals.grant(listed.value, { title, tools: tools.value, instructions });
		if (!granted.ok) return granted;
		tellHost({ services, configs }, listed.value.server, listed.value.candidate.described.line);
		const asApproved = tools.value.filter(({ name, pin }) => listed.value.candidate.current?.tools.get(name) === pin);
		const [changing] = asApproved.filter(({ name }) => before.tools?.find((tool) => tool.name === name)?.state === "changed");
		if (changing !== undefined) void inform(changesWhileItRuns(before, changing));
		return granted;
	}
}

/** There is nothing to approve: the definition that was refused is one that a fresh start does not list. */
function changesWhileItRuns(server: Pick<Server, "name">, tool: Pick<ListedTool, "name">): string {
	return `${called(server.name)}, started anew, lists ${called(tool.name)} as you approved it. The one that is running lists something else, which stays withheld: restart it in its host.`;
}

async function pick({ server, tools }: Listed): Promise<Result<readonly ListedTool[]>> {
	const picked = await chooseTools(server.name, tools);
	return picked === undefined || picked.length === 0 ? CANCELLED : ok(picked);
}

const NOTHING_NEW = fail(
	"instructions-as-approved",
	"Started anew, the server says nothing of itself, or what you approved.",
	"Restart it in its host.",
);

function allowTitle(server: Pick<Server, "name">, tools: readonly ListedTool[]): string {
	if (tools.length === 0) return `Let ${called(server.name)} say this of itself?`;
	const [only, ...others] = tools;
	const what = only !== undefined && others.length === 0 ? `the tool ${called(only.name)}` : `${tools.length} tools`;
	return `Allow ${what} of ${called(server.name)}?`;
}

function named({ tools }: Listed, names: readonly string[]): Result<readonly ListedTool[]> {
	const chosen: ListedTool[] = [];
	for (const name of new Set(names)) {
		const tool = tools.find((each) => each.name === name);
		if (tool === undefined)
			return fail("tool-not-listed", `The server no longer lists ${called(name)}.`, "Choose from its tools as they are now.");
		if (tool.pin === null)
			return fail(
				"tool-unpinnable",
				`${called(name)} cannot be pinned: it is listed twice, or its definition has no one reading.`,
				"Ask the server's makers.",
			);
		chosen.push(tool);
	}
	return ok(chosen);
}
