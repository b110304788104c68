import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";
import { compareClient, compareServer, compareVisit, compareWire } from "./comparisons.ts";
import { ERAS } from "./dialogue.ts";
import { compare, DIFFERENCES, type Met } from "./differential.ts";
import { prepare, type Servers, VISIT_OF, VISITS } from "./servers.ts";
import { VERSIONS } from "./suite.ts";

// `npm run conformance` does the same for longer, and with the scenarios that are left out here.

const world = new World();
let servers: Servers;
beforeAll(async () => {
	servers = await prepare(world);
});
afterAll(() => world.remove());

// At once: most of it waits.
describe.concurrent("with everything granted, there is no difference", () => {
	it.each(VERSIONS)("to the protocol's own suite for servers, %s", async (version) => {
		const { compared, different } = await compareServer(servers.conformance, version);
		expect(different).toEqual([]);
		expect(compared).toBeGreaterThan(60);
	});

	it.each(["tools_call", "sep-2322-client-request-state"])("to its suite for clients, scenario %s", async (scenario) => {
		const { compared, different } = await compareClient(scenario);
		expect(different).toEqual([]);
		expect(compared).toBeGreaterThan(0);
	});

	it.each(VISITS)("to the %s SDK's own client, which visits the server %s in mode %j", async (sdk, server, mode) => {
		const { compared, different } = await compareVisit(servers[server], VISIT_OF[server], sdk, mode);
		expect(different).toEqual([]);
		expect(compared).toBeGreaterThan(25);
	});

	it.each(ERAS)("in the bytes that pass the launcher, in %s", async (era) => {
		const { compared, different } = await compareWire(servers.parrot, era, 1, 150);
		expect(different).toEqual([]);
		expect(compared).toBeGreaterThan(150);
	});
});

it("thousands of messages of every era come through the relay byte for byte, but for what is listed", () => {
	const met: Met = new Map();
	for (let seed = 1; seed <= 60; seed++) compare(seed, 200, met);
	expect([...met.keys()].sort()).toEqual(["", ...Object.keys(DIFFERENCES)].sort());
	expect(met.get("")).toBeGreaterThan(8000);
});
