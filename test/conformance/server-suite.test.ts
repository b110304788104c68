import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { World } from "../harness/world.ts";
import { grantEverything, type Pair } from "./granted.ts";
import { type Check, serverSuite, VERSIONS } from "./suite.ts";

const FIXTURE = path.resolve(import.meta.dirname, "../fixtures/servers/conformance.mjs");
const world = new World();
let servers: Readonly<Record<"conformance", Pair>>;

beforeAll(async () => {
	await world.init();
	servers = await grantEverything(world, { conformance: [FIXTURE] });
});
afterAll(() => world.remove());

/**
 * Both send answers to questions that were not asked of them. An answer goes to a server only for what it asked and the host was given, so
 * the request is refused instead of handed on without them. No other check may differ.
 */
const DIFFERENT = ["sep-2322-ignore-unexpected-params", "sep-2322-missing-response-rerequests"];

const outcomes = (checks: readonly Check[]) =>
	checks.filter(({ id }) => !DIFFERENT.includes(id)).map(({ scenario, id, status, why }) => `${scenario} ${id} ${status} ${why}`.trim());

it.each(VERSIONS)("a server gives the suite of the protocol, %s, the same results through Sallyport as without it", async (version) => {
	const [direct, through] = await Promise.all([
		serverSuite(servers.conformance.direct, version),
		serverSuite(servers.conformance.through, version),
	]);
	expect(direct.filter(({ status }) => status === "SUCCESS").length).toBeGreaterThan(60);
	expect(outcomes(through)).toEqual(outcomes(direct));
});
