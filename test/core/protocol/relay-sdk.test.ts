import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { JSONRPCMessageSchema, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AuditEvent } from "../../../src/core/audit/event.ts";
import { LineSplitter } from "../../../src/core/protocol/frame.ts";
import { type Action, Relay } from "../../../src/core/protocol/relay.ts";
import { type Pin, pinListing } from "../../../src/core/tools/pin.ts";

/** The SDK's client on one side, a server process on the other, and between them the relay, or nothing. */
class Through implements Transport {
	readonly child: ChildProcess;
	readonly relay: Relay | null;
	readonly warnings: string[] = [];
	readonly events: AuditEvent[];
	readonly #splitter = new LineSplitter();
	onclose?: () => void;
	onerror?: (error: Error) => void;
	onmessage?: (message: JSONRPCMessage) => void;

	constructor(relay: Relay | null, events: AuditEvent[] = []) {
		this.relay = relay;
		this.events = events;
		this.child = spawn(process.execPath, [path.resolve(import.meta.dirname, "../../fixtures/relay/server.mjs")], {
			stdio: ["pipe", "pipe", "inherit"],
		});
	}

	async start(): Promise<void> {
		this.child.stdout?.on("data", (chunk: Buffer) => {
			for (const event of this.#splitter.push(chunk)) {
				if (event.kind !== "line") throw new Error("a line over the limit");
				if (this.relay !== null) this.perform(this.relay.fromServer([event]));
				else if (event.line[0] === 0x7b) this.#deliver(event.line);
			}
		});
	}

	async send(message: JSONRPCMessage): Promise<void> {
		const line = Buffer.from(JSON.stringify(message));
		if (this.relay === null) this.child.stdin?.write(`${line}\n`);
		else this.perform(this.relay.fromHost([{ kind: "line", line }]));
	}

	perform(actions: readonly Action[]): void {
		for (const action of actions) {
			if ("warn" in action) this.warnings.push(action.warn);
			else if ("record" in action) this.events.push(action.record);
			else if ("to" in action && action.to === "host") this.#deliver(action.bytes);
			else if ("to" in action) this.child.stdin?.write(Buffer.concat([action.bytes, Buffer.from("\n")]));
		}
	}

	#deliver(line: Uint8Array): void {
		this.onmessage?.(JSONRPCMessageSchema.parse(JSON.parse(Buffer.from(line).toString())));
	}

	async close(): Promise<void> {
		this.child.stdin?.end();
		if (this.child.exitCode === null) await once(this.child, "exit");
		this.onclose?.();
	}
}

let pins: ReadonlyMap<string, Pin | null>;
const clients: Client[] = [];

async function connect(transport: Through): Promise<Client> {
	const client = new Client({ name: "test", version: "1" }, { capabilities: { sampling: {}, roots: { listChanged: true } } });
	clients.push(client);
	await client.connect(transport);
	return client;
}

/** A client behind the relay, with these tools granted as the server lists them. */
async function behind(...names: readonly string[]) {
	const events: AuditEvent[] = [];
	const record = (event: AuditEvent) => events.push(event) > 0;
	const transport = new Through(new Relay({ policy: { tools: granted(...names) }, server: "demo", random: "r", record }), events);
	return { client: await connect(transport), transport, events };
}

function granted(...names: readonly string[]): ReadonlyMap<string, Pin> {
	return new Map(
		names.map((name) => {
			const pin = pins.get(name);
			if (pin === undefined || pin === null) throw new Error(`${name} has no pin`);
			return [name, pin];
		}),
	);
}

beforeEach(async () => {
	const direct = await connect(new Through(null));
	pins = pinListing((await direct.listTools()).tools);
});

afterEach(async () => {
	await Promise.all(clients.splice(0).map((client) => client.close()));
});

const text = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;

test("the client sees and calls what is granted, and nothing else", async () => {
	const { client, transport, events } = await behind("echo", "big");
	expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["echo", "big"]);
	expect(text(await client.callTool({ name: "echo", arguments: { text: "héllo \u2028 😀" } }))).toBe("héllo \u2028 😀");
	expect(text(await client.callTool({ name: "big", arguments: { size: 5_000_000 } }))).toHaveLength(5_000_000);
	for (const name of ["erase", "nonsense"])
		await expect(client.callTool({ name, arguments: {} })).rejects.toThrow("Not available. A person can review this in Sallyport.");
	expect((await client.listPrompts()).prompts).toEqual([]);
	expect((await client.listResources()).resources).toEqual([]);
	await expect(client.readResource({ uri: "demo://r" })).rejects.toThrow("Not available");
	await client.ping();
	expect(client.getServerCapabilities()?.tools).toEqual({ listChanged: true });
	expect(events.filter(({ method }) => method === "tools/call").map(({ tool, decision, outcome }) => [tool, decision, outcome])).toEqual([
		["echo", "allow", "forwarded"],
		["echo", "allow", "answered"],
		["big", "allow", "forwarded"],
		["big", "allow", "answered"],
		["erase", "refuse", "withheld"],
		["nonsense", "refuse", "withheld"],
	]);
	expect(transport.warnings[0]).toContain("a line that is no well-formed message was dropped");
});

test("a call without a list works, because the relay lists by itself", async () => {
	const { client } = await behind("echo");
	expect(text(await client.callTool({ name: "echo", arguments: { text: "first" } }))).toBe("first");
});

test("a tool that is swapped under an approved name is gone, and the client is told", async () => {
	const { client } = await behind("echo", "rug");
	const told = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));
	await client.listTools();
	await client.callTool({ name: "rug", arguments: {} });
	await told;
	await expect(client.callTool({ name: "echo", arguments: { text: "x" } })).rejects.toThrow("Not available");
	expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["rug"]);
});

test("a server that asks the model is answered with an error, and the call goes on", async () => {
	const { client } = await behind("ask");
	client.fallbackRequestHandler = async () => {
		throw new Error("this reached the host");
	};
	expect(text(await client.callTool({ name: "ask", arguments: {} }))).toBe("-32601");
});

test("a grant that changes in a running session applies at once", async () => {
	const { client, transport } = await behind("echo");
	const told = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));
	await client.callTool({ name: "echo", arguments: { text: "x" } });
	transport.perform(transport.relay?.setPolicy({ tools: granted("big") }) ?? []);
	await told;
	await expect(client.callTool({ name: "echo", arguments: { text: "x" } })).rejects.toThrow("Not available");
	expect(text(await client.callTool({ name: "big", arguments: { size: 3 } }))).toBe("xxx");
});
