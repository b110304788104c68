import { afterEach, beforeEach, expect, it } from "vitest";
import { type Outcome, World } from "../../../harness/world.ts";
import { offer, startIndex, type TestIndex } from "./test-index.ts";
import { dependency, server } from "./trial.ts";

let world: World;
let index: TestIndex;

beforeEach(async () => {
	world = new World();
	await world.init();
	index = await startIndex([offer(server), offer(dependency)]);
});

afterEach(async () => {
	await index.close();
	world.remove();
});

async function must(...args: string[]): Promise<Outcome> {
	const outcome = await world.sallyport(args, { env: { PIP_INDEX_URL: index.url, PIP_CONFIG_FILE: "/dev/null" } });
	if (outcome.code !== 0) throw new Error(`${args.join(" ")}: ${outcome.stderr}${outcome.stdout}`);
	return outcome;
}

it("takes a line of uvx from its entry to an answer, and keeps to what was approved until an update is", async () => {
	world.write(".mcp.json", { mcpServers: { words: { command: "uvx", args: ["tool-server"] } } });
	await must("wrap", "--server", "words");
	const listed = await must("tools", "list", "words", "--json");
	expect(JSON.parse(listed.stdout)).toMatchObject({ tools: [{ name: "look" }] });
	await must("tools", "allow", "words", "look", "--yes");
	const asked = index.requests.length;

	const { client } = await world.connect("words", [], { line: ["uvx", "tool-server"] });
	try {
		expect((await client.listTools()).tools.map(({ name, description }) => [name, description])).toEqual([["look", "from the dependency"]]);
	} finally {
		await client.close();
	}
	// Neither the index nor an installer was asked.
	expect(index.requests).toHaveLength(asked);

	await index.close();
	index = await startIndex([offer({ ...server, version: "1.3.0" }), offer(server), offer(dependency)]);
	const { client: again } = await world.connect("words", [], { line: ["uvx", "tool-server"] });
	await again.close();
	expect(index.requests).toEqual([]);

	const updated = await must("update", "words", "--yes");
	expect(`${updated.stdout}${updated.stderr}`).toMatch(/tool-server.*1\.2\.3.*1\.3\.0/s);
});
