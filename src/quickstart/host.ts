import * as fs from "node:fs";
import * as path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type HostId, matchHost } from "../core/config/hosts.ts";
import { parseConfig } from "../core/config/parse.ts";
import { expandHostVariables } from "../core/config/variables.ts";
import type { World } from "./world.ts";

/** A program, and all that its host gives it. */
interface HostedServer {
	readonly command: string;
	readonly args: string[];
	readonly env: Record<string, string>;
	readonly cwd: string;
}

/** What a host would start for an entry of a config file: its own variables expanded, its env added, in the workspace. */
export function entryAsHost(world: Pick<World, "home" | "workspace" | "env">, file: string, name: string): HostedServer {
	const config = path.join(world.workspace, file);
	const host: HostId = matchHost(config) ?? "mcp-json";
	const document = parseConfig(fs.readFileSync(config, "utf8"), host, file);
	const server = document.servers.find((each) => each.name.value === name);
	if (server?.kind !== "stdio") throw new Error(`${file} has no local server ${name}`);
	const expand = (text: string): string => {
		const expansion = expandHostVariables(host, text, { home: world.home, workspace: world.workspace, env: world.env });
		if (!("text" in expansion)) throw new Error(`a host could not expand ${expansion.unresolved.join(", ")}`);
		return expansion.text;
	};
	const env = Object.fromEntries(server.env.map((each) => [each.name.value, expand(each.value.value)]));
	return {
		command: expand(server.command.value),
		args: server.args.map((argument) => expand(argument.value)),
		env: { ...world.env, ...env },
		cwd: world.workspace,
	};
}

/** Starts an entry of a config file as its host would. */
export function startAsHost(world: World, file: string, name: string): Promise<Client> {
	return connect(entryAsHost(world, file, name));
}

/** Any MCP server on stdio, with the SDK's own client. */
export async function connect(server: HostedServer): Promise<Client> {
	const client = new Client({ name: "sallyport-quickstart", version: "1.0.0" });
	await client.connect(new StdioClientTransport({ ...server, stderr: "ignore" }));
	return client;
}

/** The text of a tool's result, or of the error that came instead; `ok` only for a result that is no error. */
export async function call(
	client: Client,
	name: string,
	args: Record<string, unknown>,
): Promise<{ readonly ok: boolean; readonly text: string }> {
	try {
		const result = await client.callTool({ name, arguments: args });
		return { ok: result.isError !== true, text: JSON.stringify(result.content) };
	} catch (error) {
		return { ok: false, text: error instanceof Error ? error.message : String(error) };
	}
}
