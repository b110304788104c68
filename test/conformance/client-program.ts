// What the suite for clients starts: a host with the second SDK's client, whose path to the suite's server leads over stdio, directly or through
// the launcher. `sallyport tools list` has seen that server before, on either way.
//
//   client-program.ts direct|through URL
import * as path from "node:path";
import process from "node:process";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { World } from "../harness/world.ts";
import { grantEverything } from "./granted.ts";

const TO_HTTP = path.resolve(import.meta.dirname, "..", "fixtures", "servers", "to-http.mjs");
const [way, url = ""] = process.argv.slice(2);
const { MCP_CONFORMANCE_SCENARIO: scenario = "", MCP_CONFORMANCE_PROTOCOL_VERSION: version = "2025-11-25" } = process.env;

const world = new World();
try {
	await world.init();
	// As it is granted and reached: a name that leads to this machine would be refused.
	const target = new URL(url.replace("localhost", "127.0.0.1"));
	const { served } = await grantEverything(world, { served: [TO_HTTP, target.href] }, ["--egress", target.host]);
	const client = new Client(
		{ name: "conformance-host", version: "1.0.0" },
		{
			capabilities: { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} },
			versionNegotiation: { mode: version >= "2026-07-28" ? { pin: version } : "legacy" },
		},
	);
	client.setRequestHandler("elicitation/create", async ({ params }) => {
		const names = scenario.startsWith("elicitation")
			? []
			: Object.keys((params as { requestedSchema?: { properties?: object } }).requestedSchema?.properties ?? {});
		return { action: "accept", content: Object.fromEntries(names.map((name) => [name, true])) };
	});
	const start = way === "through" ? served.through : served.direct;
	await client.connect(new StdioClientTransport({ ...start, args: [...start.args], env: { ...start.env }, stderr: "inherit" }));
	const { tools } = await client.listTools();
	const schema = tools.find(({ name }) => name === "json_schema_2020_12_tool")?.inputSchema;
	const known: Readonly<Record<string, Record<string, unknown>>> = { add_numbers: { a: 5, b: 3 }, json_schema_echo: { schema } };
	// All at once: a scenario looks at answers that cross. What fails is for the suite to say.
	await Promise.allSettled(tools.map(({ name }) => client.callTool({ name, arguments: known[name] ?? {} })));
	await client.close();
} finally {
	world.remove();
}
