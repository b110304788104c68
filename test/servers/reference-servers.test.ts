import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";
import { CATALOGUE } from "./catalogue.ts";
import { tryServer } from "./trial.ts";

const world = new World();
beforeAll(() => world.init());
afterAll(() => world.remove());

const REFERENCE = CATALOGUE.filter((server) => /^(?:everything|filesystem|memory)$/.test(server.name));

describe("the reference servers, from an entry with npx to an answer behind the launcher", () => {
	it.each(REFERENCE)("$package works confined, with the folders of its profile and nothing else", async (server) => {
		const { faults, profile, tools } = await tryServer(world, server);
		expect({ faults, profile }).toEqual({
			faults: [],
			profile: { read: [], write: server.write ?? [], egress: [], secrets: [] },
		});
		expect(tools.reading + tools.other).toBeGreaterThan(5);
	});
});

describe("docs/servers.md", () => {
	it("tells of every server in the version that is tried: npm run servers -- --write", () => {
		const page = fs.readFileSync(path.resolve(import.meta.dirname, "..", "..", "docs", "servers.md"), "utf8");
		expect(CATALOGUE.map((server) => `\`${server.package}@${server.version}\``).filter((each) => !page.includes(each))).toEqual([]);
	});
});
