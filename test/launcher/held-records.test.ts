import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type EventRecord, parseRecord } from "../../src/core/audit/record.ts";
import { callTool, World } from "../harness/world.ts";

const world = new World();
const file = (): string => {
	const folder = path.join(world.sallyportHome, "policy");
	return path.join(folder, fs.readdirSync(folder)[0] ?? "");
};

beforeAll(() => world.grantMini("echo"));
afterAll(() => world.remove());

/** A session in which a tool was called: what its log says was asked for, what was granted, and who refused that tool. */
async function session(tool: string) {
	const { client } = await world.connect("mini");
	await callTool(client, tool, { text: "a", path: "x" });
	await client.close();
	const folder = world.audit;
	const logs = fs.readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
	const [newest = ""] = logs.sort((a, b) => fs.statSync(path.join(folder, b)).ctimeMs - fs.statSync(path.join(folder, a)).ctimeMs);
	const records = fs.readFileSync(path.join(folder, newest), "utf8").trim().split("\n").map(parseRecord);
	const events = records.flatMap((record): readonly EventRecord[] => (record?.kind === "event" ? [record] : []));
	const [first] = records;
	const started = events.find(({ reason }) => reason === "started")?.arguments as { policy: string; tools: string[] };
	const refused = events.find(({ reason }) => reason === "tool-not-granted");
	return {
		asked: first?.kind === "open" ? first.policy : null,
		granted: started.policy,
		tools: started.tools,
		layer: refused?.layer ?? null,
	};
}

it("the log names what really was granted, beside what the files ask for, and who refused what nobody accepted", async () => {
	const before = await session("echo");
	expect(before).toMatchObject({ granted: before.asked, tools: ["echo"] });

	const policy = JSON.parse(fs.readFileSync(file(), "utf8"));
	policy.servers[0].tools.write = policy.servers[0].tools.echo;
	fs.writeFileSync(file(), JSON.stringify(policy));
	const waiting = await session("write");
	expect(waiting).toMatchObject({
		granted: before.granted,
		tools: ["echo"],
		layer: { source: "user", file: file(), says: "does not grant it" },
	});
	expect(waiting.asked).not.toBe(before.asked);

	expect(await world.sallyport(["policy", "accept", "--yes"])).toMatchObject({ code: 0 });
	const after = await session("echo");
	expect(after).toMatchObject({ granted: waiting.asked, asked: waiting.asked, tools: ["echo", "write"] });
});
