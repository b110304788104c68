import * as fs from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { homePath, openHome } from "../../src/platform/home.ts";
import { writeSession } from "../harness/audit-logs.ts";
import { World } from "../harness/world.ts";

const world = new World();

beforeAll(() => world.grantMini("echo"));
afterAll(() => world.remove());

it("logs that are taken away are told of by the session that did it, and by whoever checks the logs", async () => {
	const home = openHome(homePath({ HOME: world.home }));
	if (!home.ok) throw new Error(home.problem.message);
	const file = writeSession(home.value, { from: "2020-03-01T10:00:00.000Z" }, {}, {});
	fs.utimesSync(file, new Date("2020-03-01"), new Date("2020-03-01"));
	const connection = await world.connect("mini");
	let found: { arguments?: unknown }[] = [];
	await expect
		.poll(
			async () => {
				const { stdout } = await world.sallyport(["audit", "search", "--json", "--reason", "logs-removed"]);
				found = stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
				return found.length;
			},
			{ timeout: 30_000, interval: 500 },
		)
		.toBe(1);
	await connection.client.close();
	const began = expect.stringMatching(/^2020-03-01T10:00/);
	expect(found[0]?.arguments).toEqual({ files: 1, records: expect.any(Number), forAge: 1, forSize: 0, from: began, to: began });
});
