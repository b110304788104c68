import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import * as z from "zod/mini";
import { entryAsHost } from "../../src/quickstart/host.ts";
import { callTool, type Outcome, type World } from "../harness/world.ts";
import { type TriedCall, type TriedServer, WORKSPACE } from "./catalogue.ts";

/** What a server was granted so that it works: as it stands in a policy, but for folders, which are relative to the workspace. */
export interface NeededProfile {
	readonly read: readonly string[];
	readonly write: readonly string[];
	/** `host:port`, each of which the server asked for by itself. */
	readonly egress: readonly string[];
	/** Names of variables. */
	readonly secrets: readonly string[];
}

/** What became of a server on the way that a person takes. */
export interface Trial {
	readonly server: TriedServer;
	/** Without any profile, and with placeholders for its tokens. Null: it listed its tools; else what it said instead. */
	readonly withoutProfile: string | null;
	readonly profile: NeededProfile;
	/** How many of its tools only read, by their name and by the server's own word. */
	readonly tools: { readonly reading: number; readonly other: number };
	/** From the start of what the host starts to the answer to `initialize`, in milliseconds; the shortest of a few. Null: there was none. */
	readonly firstAnswerMs: number | null;
	/** What is wrong. Empty: it works, and needs all that its profile has. */
	readonly faults: readonly string[];
}

const CONFIG = ".mcp.json";
/** Reserved: no machine has this name. A grant for it has the proxy up, which tells where a server wanted to go. */
const NOWHERE = "nowhere.invalid:443";
const MORE_STARTS = 3;

const Fixed = z.object({ files: z.array(z.object({ moved: z.array(z.object({ slot: z.string(), reference: z.string() })) })) });
const Listed = z.object({ tools: z.array(z.object({ name: z.string(), readOnly: z.boolean() })) });
const Explained = z.object({ withheld: z.array(z.object({ kind: z.string(), subject: z.string() })) });

type Listing = { readonly tools: z.infer<typeof Listed>["tools"] } | { readonly why: string };

/** Takes the server the whole way: entry, vault, wrap, list, allow, and a start by its host. */
export async function tryServer(world: World, server: TriedServer): Promise<Trial> {
	try {
		return await goThrough(world, server);
	} catch (error) {
		if (!(error instanceof CommandFailed)) throw error;
		const profile = { read: [], write: [], egress: [], secrets: [] };
		const tools = { reading: 0, other: 0 };
		return { server, withoutProfile: error.message, profile, tools, firstAnswerMs: null, faults: [error.message] };
	}
}

/** A command that a person would have typed did not work. */
class CommandFailed extends Error {}

async function goThrough(world: World, server: TriedServer): Promise<Trial> {
	const { name, call } = server;
	for (const folder of [...(server.read ?? []), ...(server.write ?? [])]) world.write(path.join(folder, "hello.txt"), "hello\n");
	for (const [file, content] of Object.entries(server.files ?? {})) fs.writeFileSync(path.join(world.workspace, file), content());
	world.write(CONFIG, { mcpServers: { [name]: entryOf(world, server) } });
	const references = await secure(world, server);
	const first = await list(world, name);
	const secrets = [...references].flatMap(([slot, reference]) => ["--secret", `${slot}=${reference}`]);
	const service = "tool" in call && call.answers === null;
	if (secrets.length > 0 || service) await must(world, ["allow", name, ...secrets, ...(service ? ["--egress", NOWHERE] : []), "--yes"]);
	const bare = "why" in first ? null : await start(world, server, first.tools);

	const folders = [
		...(server.read ?? []).flatMap((each) => ["--read", each]),
		...(server.write ?? []).flatMap((each) => ["--write", each]),
	];
	let second: Listing | null = null;
	if (folders.length > 0) {
		await must(world, ["allow", name, ...folders, "--yes"]);
		second = await list(world, name);
	}
	const granted = second === null || "why" in second ? null : await start(world, server, second.tools);
	const last = granted ?? bare;
	const listing = second ?? first;
	const tools = "why" in listing ? [] : listing.tools;
	const faults = [
		...("why" in listing ? [listing.why] : []),
		...[last?.fault ?? []].flat(),
		...(granted !== null && bare?.fault === null ? ["it works without the folders that it was granted"] : []),
	];
	const reading = tools.filter(({ readOnly }) => readOnly).length;
	return {
		server,
		withoutProfile: "why" in first ? first.why : null,
		profile: {
			read: server.read ?? [],
			write: server.write ?? [],
			egress: last?.asked ?? [],
			secrets: Object.keys(server.tokens ?? {}),
		},
		tools: { reading, other: tools.length - reading },
		firstAnswerMs: last?.firstAnswerMs == null ? null : await shortest(world, name, last.firstAnswerMs),
		faults,
	};
}

function entryOf(world: World, server: TriedServer): object {
	const tokens = Object.entries(server.tokens ?? {}).map(([name, [prefix, letters]]) => [name, `${prefix}${madeUp(letters)}`] as const);
	const args = placed(server.args ?? [], world);
	const env = { ...placed(server.env ?? {}, world), ...Object.fromEntries(tokens) };
	return { command: "npx", args: ["-y", `${server.package}@${server.version}`, ...args], env };
}

function madeUp(letters: number): string {
	return randomBytes(letters * 2)
		.toString("base64")
		.replace(/[^A-Za-z0-9]/g, "")
		.slice(0, letters);
}

/** With the workspace's real path. */
function placed<T>(value: T, world: World): T {
	return JSON.parse(JSON.stringify(value).replaceAll(WORKSPACE, world.workspace)) as T;
}

/** Moves the tokens into a vault and has the server start through Sallyport. Gives the reference in each slot. */
async function secure(world: World, server: TriedServer): Promise<ReadonlyMap<string, string>> {
	if (server.tokens === undefined) {
		await must(world, ["wrap", "--server", server.name]);
		return new Map();
	}
	const fixed = await must(world, ["fix", "--vault", "sealed", "--server", server.name, "--json"]);
	const moved = Fixed.parse(JSON.parse(fixed.stdout)).files.flatMap((file) => file.moved);
	for (const token of Object.keys(server.tokens))
		if (!moved.some(({ slot }) => slot === `env:${token}`)) throw new CommandFailed(`fix left ${token} of ${server.name} where it was`);
	return new Map(moved.map(({ slot, reference }) => [slot, reference]));
}

async function list(world: World, name: string): Promise<Listing> {
	const { code, stdout, stderr } = await world.sallyport(["tools", "list", name, "--json"]);
	if (code === 0) return { tools: Listed.parse(JSON.parse(stdout)).tools };
	const said = stderr.split("\n").find((line) => line.startsWith("sallyport: ")) ?? "";
	return { why: said.replace(/^sallyport: (?:"[^"]*": )?/, "") };
}

interface Started {
	/** Null: it did not start. */
	readonly firstAnswerMs: number | null;
	readonly asked: readonly string[];
	/** Null: its tools are those that were allowed, and it answered. */
	readonly fault: string | null;
}

/** Allows the tools, starts the entry as its host would, and calls one. */
async function start(world: World, server: TriedServer, listed: readonly { readonly name: string }[]): Promise<Started> {
	const { name, call } = server;
	await must(world, ["tools", "allow", name, ...listed.map((tool) => tool.name), "--yes"]);
	const host = await connect(world, name);
	if ("words" in host) return { firstAnswerMs: null, asked: [], fault: `it did not start: ${host.words}` };
	const { client, firstAnswerMs } = host;
	try {
		const offered = new Set((await client.listTools()).tools.map((tool) => tool.name));
		const missing = listed.filter((tool) => !offered.has(tool.name)).map((tool) => tool.name);
		if (missing.length > 0) return { firstAnswerMs, asked: [], fault: `its tools are missing: ${missing.join(", ")}` };
		if (!("tool" in call)) return { firstAnswerMs, asked: [], fault: null };
		const answer = await callTool(client, call.tool, placed(call.args, world));
		// What it wrote is there, and what it was refused is in the log, when it has ended.
		await client.close();
		const asked = call.answers === null ? await askedFor(world, name) : [];
		return { firstAnswerMs, asked, fault: faultOf(call, answer, asked, world) };
	} finally {
		await client.close();
	}
}

/** The entry, as its host would start it. `words`: it did not start, and said this on stderr. */
async function connect(
	world: World,
	name: string,
): Promise<{ readonly client: Client; readonly firstAnswerMs: number } | { readonly words: string }> {
	const entry = entryAsHost({ home: world.home, workspace: world.workspace, env: world.env() }, CONFIG, name);
	const transport = new StdioClientTransport({ ...entry, stderr: "pipe" });
	let words = "";
	transport.stderr?.on("data", (chunk: Buffer) => {
		words = (words + chunk.toString()).slice(-1000);
	});
	const client = new Client({ name: "sallyport-servers", version: "1.0.0" });
	const since = performance.now();
	try {
		await client.connect(transport);
		return { client, firstAnswerMs: performance.now() - since };
	} catch {
		return { words: words.trim() };
	}
}

/** The shortest of a few more starts: a machine that is busy with something else only adds. */
async function shortest(world: World, name: string, firstAnswerMs: number): Promise<number> {
	let least = firstAnswerMs;
	for (let again = 0; again < MORE_STARTS; again++) {
		const host = await connect(world, name);
		if ("words" in host) continue;
		least = Math.min(least, host.firstAnswerMs);
		await host.client.close();
	}
	return least;
}

function faultOf(
	{ tool, answers, leaves }: TriedCall,
	answer: { readonly ok: boolean; readonly text: string },
	asked: readonly string[],
	world: World,
): string | null {
	if (answers === null) return asked.length > 0 ? null : `${tool} asked for no host`;
	if (!answer.ok || !answer.text.includes(answers)) return `${tool} answered: ${answer.text.slice(0, 200)}`;
	return leaves === undefined || fs.existsSync(path.join(world.workspace, leaves)) ? null : `${tool} left no ${leaves}`;
}

/** Where the last run wanted to go, and was not let. */
async function askedFor(world: World, name: string): Promise<readonly string[]> {
	const { stdout } = await world.sallyport(["explain", name, "--json"]);
	const { withheld } = Explained.parse(JSON.parse(stdout));
	return withheld.filter(({ kind }) => kind === "network").map(({ subject }) => subject);
}

async function must(world: World, args: readonly string[]): Promise<Outcome> {
	const outcome = await world.sallyport(args);
	if (outcome.code !== 0)
		throw new CommandFailed(`sallyport ${args.slice(0, 3).join(" ")} ended with ${outcome.code}: ${outcome.stderr.trim()}`);
	return outcome;
}
