import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { type Connection, callTool, World } from "../harness/world.ts";

const WAIT = { timeout: 20_000, interval: 5 };

const world = new World();
let connection: Connection;
beforeAll(async () => {
	await world.grantMini("echo", "read");
	connection = await world.connect("mini");
});
afterAll(async () => {
	await connection.client.close();
	world.remove();
});

const echo = (): Promise<unknown> => callTool(connection.client, "echo", { text: "hello" });
const answered = { ok: true, text: "hello" };
const denied = { ok: false, text: expect.stringContaining(NOT_AVAILABLE) };
const withoutPolicy = (): void => fs.rmSync(path.join(world.workspace, ".sallyport"), { recursive: true, force: true });
const DENY = JSON.stringify({ version: 1, servers: [{ name: "mini", tools: { "*": {}, echo: { decision: "deny" } } }] });

/** Writes a file, waits until it is obeyed, and says how long that took. */
async function obeyed(what: string, write: () => void, expected: object): Promise<void> {
	const from = performance.now();
	write();
	await vi.waitFor(async () => expect(await echo()).toMatchObject(expected), WAIT);
	console.log(`${what}: obeyed by a running launcher after ${Math.round(performance.now() - from)} ms`);
}

describe("a deny that is written by hand", () => {
	it("refuses in a running launcher, and no more once it is gone: in the workspace's policy, whose folder was not there", async () => {
		expect(await echo()).toMatchObject(answered);
		const write = (): void => {
			world.write(".sallyport/policy.jsonc", DENY);
		};
		await obeyed("the workspace's policy", write, denied);
		expect((await connection.client.listTools()).tools.map(({ name }) => name)).toEqual(["read"]);
		await obeyed("the workspace's policy, taken away again", withoutPolicy, answered);
	});

	it("refuses when its folder takes the place of another one", async () => {
		world.write(".sallyport/policy.jsonc", JSON.stringify({ version: 1, servers: [] }));
		world.write("new/policy.jsonc", DENY);
		expect(await echo()).toMatchObject(answered);
		await delay(300);
		const at = (name: string): string => path.join(world.workspace, name);
		const exchange = (): void => {
			fs.renameSync(at(".sallyport"), at("old"));
			fs.renameSync(at("new"), at(".sallyport"));
		};
		await obeyed("a folder that was put there", exchange, denied);
		await obeyed("a folder that was taken away", withoutPolicy, answered);
	});

	it("refuses in a running launcher, and no more once it is gone: in the file of its own grant", async () => {
		const folder = path.join(world.sallyportHome, "policy");
		const [name = ""] = fs.readdirSync(folder);
		const file = path.join(folder, name);
		const before = fs.readFileSync(file, "utf8");
		const tools = /"echo": \{/;
		expect(before).toMatch(tools);
		await obeyed("the grant's own file", () => fs.writeFileSync(file, before.replace(tools, '$& "decision": "deny",')), denied);
		await obeyed("the grant's own file, as it was", () => fs.writeFileSync(file, before), answered);
	});

	it.each([
		["beside the folder of the workspace's policy", () => world.workspace],
		["among the policies", () => path.join(world.sallyportHome, "policy")],
	])("refuses also while something is written again and again %s", async (what, beside) => {
		withoutPolicy();
		await vi.waitFor(async () => expect(await echo()).toMatchObject(answered), WAIT);
		const noise = setInterval(() => fs.writeFileSync(path.join(beside(), "noise.txt"), String(performance.now())), 5);
		try {
			// The launcher watches by then what it watches while it is so.
			await delay(300);
			const write = (): void => {
				world.write(".sallyport/policy.jsonc", DENY);
			};
			await obeyed(what, write, denied);
		} finally {
			clearInterval(noise);
		}
	});
});
