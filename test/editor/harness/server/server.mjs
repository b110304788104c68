#!/usr/bin/env node
// A small MCP server on stdio, without dependencies. Its tools are those of the file beside it, as it is when the server starts.
import { createHash } from "node:crypto";
import fs from "node:fs";
import readline from "node:readline";

const tools = JSON.parse(fs.readFileSync(new URL("tools.json", import.meta.url), "utf8"));

/** What it was given, without saying it. */
const digest = (text) => createHash("sha256").update(text).digest("hex");
const answer = ({ name, arguments: args }) =>
	name === "get_me"
		? JSON.stringify({ token: digest(process.env.GITHUB_TOKEN ?? ""), names: Object.keys(process.env).sort() })
		: `${name} ${JSON.stringify(args ?? {})}`;

const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

readline.createInterface({ input: process.stdin }).on("line", (line) => {
	const { id, method, params } = JSON.parse(line);
	if (id === undefined) return;
	if (method === "initialize")
		send({
			jsonrpc: "2.0",
			id,
			result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "issues", version: "1.0.0" } },
		});
	else if (method === "tools/list") send({ jsonrpc: "2.0", id, result: { tools } });
	else if (method === "tools/call") send({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: answer(params) }] } });
	else if (method === "ping") send({ jsonrpc: "2.0", id, result: {} });
	else send({ jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } });
});
