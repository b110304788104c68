import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { World } from "../harness/world.ts";

const world = new World();

beforeAll(() => world.grantMini("echo"));
afterAll(() => world.remove());

it("a host that asks for what is refused again and again fills no log, and the log says exactly how often it asked", async () => {
	const connection = await world.connect("mini");
	const call = (name: string): Promise<unknown> =>
		connection.client
			.callTool({ name, arguments: Object.fromEntries(Array.from({ length: 45 }, (_, n) => [`k${n}`, "v".repeat(180)])) })
			.catch(() => {});
	for (let n = 0; n < 345; n++) await call("nope");
	await call("delete");
	await connection.client.close();
	const audit = world.audit;
	const search = ["audit", "search", "--json", "--limit", "all", "--reason", "tool-not-granted"];
	let lines: { tool: string; count?: number }[] = [];
	// The launcher ends by itself once its host is gone.
	await expect
		.poll(
			async () => {
				lines = (await world.sallyport(search)).stdout
					.trim()
					.split("\n")
					.map((text) => JSON.parse(text));
				return lines.filter(({ tool }) => tool === "nope").at(-1)?.count;
			},
			{ timeout: 30_000 },
		)
		.toBe(345);
	expect(lines.filter(({ tool, count }) => tool === "nope" && count === undefined)).toHaveLength(20);
	expect(lines.filter(({ tool, count }) => tool === "delete" && count === undefined)).toHaveLength(1);
	expect(fs.readdirSync(audit).reduce((sum, name) => sum + fs.statSync(path.join(audit, name)).size, 0)).toBeLessThan(80_000);
	expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
});
