import * as z from "zod/mini";
import { type Outcome, SALLYPORT, type World } from "../harness/world.ts";
import type { Start } from "./child.ts";

/** One server, started in two ways. */
export interface Pair {
	readonly direct: Start;
	readonly through: Start;
}

const Listed = z.object({ tools: z.array(z.object({ name: z.string() })) });
/** More than any suite asks for in a minute. */
const OFTEN = 600;
const OFFERS = ["--prompt", "*", "--resource", "**", "--template", "*", "--completions"];
const ASKS = ["sampling", "elicitation", "roots"].flatMap((kind) => ["--ask", `${kind}=${OFTEN}`]);

/**
 * Grants each server all that can be granted to it: its tools as it lists them, all that it offers, and all that it may ask. `more`: what else
 * `sallyport allow` is told, of each.
 */
export async function grantEverything<Name extends string>(
	world: World,
	servers: Readonly<Record<Name, readonly string[]>>,
	more: readonly string[] = [],
): Promise<Readonly<Record<Name, Pair>>> {
	const lines = Object.entries<readonly string[]>(servers);
	const entries = lines.map(([name, args]) => [name, { command: process.execPath, args }]);
	world.write(".mcp.json", { mcpServers: Object.fromEntries(entries) });
	const pairs = await Promise.all(lines.map(async ([name, args]) => [name, await grant(world, name, args, more)]));
	return Object.fromEntries(pairs) as Record<Name, Pair>;
}

async function grant(world: World, name: string, args: readonly string[], more: readonly string[]): Promise<Pair> {
	// First what it may ask: some servers list a tool that asks only to a host that can be asked.
	await must(world, ["allow", name, ...OFFERS, ...ASKS, ...more, "--yes"]);
	const listed = await must(world, ["tools", "list", name, "--json"]);
	const tools = Listed.parse(JSON.parse(listed.stdout)).tools.map((tool) => tool.name);
	await must(world, ["tools", "allow", name, ...tools, "--yes"]);
	const place = { cwd: world.workspace, env: world.env() };
	return {
		direct: { command: process.execPath, args, ...place },
		through: { command: process.execPath, args: [SALLYPORT, "run", "--name", name, "--", process.execPath, ...args], ...place },
	};
}

async function must(world: World, args: readonly string[]): Promise<Outcome> {
	const outcome = await world.sallyport(args);
	if (outcome.code !== 0) throw new Error(`sallyport ${args.slice(0, 3).join(" ")} failed: ${outcome.stderr}${outcome.stdout}`);
	return outcome;
}
