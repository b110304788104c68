import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";

const world = new World();
const stub = path.join(world.sallyportHome, "bin", "sallyport");
const approved = { NODE_OPTIONS: "--max-old-space-size=512 --no-warnings", ENV: "staging" };

beforeAll(async () => {
	await world.init();
	world.entry("mini", [], { env: approved });
	await world.allowTools("mini", "env");
});
afterAll(() => world.remove());

describe("variables that can decide which code runs, with values that do not", () => {
	it("reach the server through the installed launcher, and steer nothing before it", async () => {
		const { client } = await world.connect("mini", [], { launcher: [stub], env: approved });
		const { text } = await callTool(client, "env");
		await client.close();
		expect(JSON.parse(text)).toMatchObject(approved);
		expect(text).not.toContain("SALLYPORT_");
	});

	it.each([
		{ ...approved, NODE_OPTIONS: "--max-old-space-size=1024" },
		{ ...approved, NODE_OPTIONS: "--import data:text/javascript,process.exit(7)" },
		{ ...approved, ENV: "/tmp/start.sh" },
		{ ENV: "staging" },
	])("refuse the launch as %j, which is not what was approved", async (env) => {
		const outcome = await world.run(stub, world.runArgs("mini"), { env, input: '{"jsonrpc":"2.0","id":1,"method":"x"}\n' });
		expect(outcome.code).toBe(125);
		expect(outcome.stderr).toMatch(/approved/);
	});
});
