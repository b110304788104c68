import * as vscode from "vscode";
import { fail, ok, type Result } from "../../core/result.ts";
import { openDefinitions, openDrift } from "../approval/definitions.ts";
import { whenReviewed } from "../approval/dialog.ts";
import { called } from "../approval/questions.ts";
import { registerCommand } from "../commands.ts";
import type { Services } from "../services.ts";
import type { Server, Tool } from "./model.ts";
import type { Servers } from "./servers.ts";
import { parseTarget } from "./target.ts";

/** What a tool's definition is, and how it differs from what was approved. They only show. */
export function registerDefinitionCommands(services: Services, servers: Servers): vscode.Disposable {
	return vscode.Disposable.from(
		registerCommand(services, "sallyport.showDefinition", async (...args) => {
			const found = await parseTool(args, servers);
			return found.ok ? openDefinitions(found.value.server.name, [found.value.tool]) : found;
		}),
		registerCommand(services, "sallyport.showDrift", async (...args) => {
			const found = await parseTool(args, servers);
			if (!found.ok) return found;
			const { server, tool } = found.value;
			const approved = (server.grant ?? server.effective)?.tools.get(tool.name);
			if (approved === undefined || tool.state !== "changed")
				return fail("no-drift", `${called(tool.name)} is as it was when you last decided about it.`, "Refresh the view MCP Servers.");
			const opened = await openDrift(services, tool, approved);
			if (!opened.ok) return opened;
			// The command has done its work when the difference is open.
			void offerReview(server, tool);
			return ok(undefined);
		}),
	);
}

async function offerReview(server: Server, tool: Tool): Promise<void> {
	const text = `${called(tool.name)} of ${called(server.name)} is not what you allowed, and is withheld.`;
	if (await whenReviewed(text)) await vscode.commands.executeCommand("sallyport.allowTools", { server: server.id, tools: [tool.name] });
}

async function parseTool(args: readonly unknown[], servers: Servers): Promise<Result<{ readonly server: Server; readonly tool: Tool }>> {
	const target = await parseTarget(args, servers);
	if (!target.ok) return target;
	const { server, tools: names } = target.value;
	const tool = server.tools?.find(({ name }) => name === names?.[0]);
	return tool === undefined ? fail("tool-gone", "The tool is not there any more.", "List the server's tools again.") : ok({ server, tool });
}
