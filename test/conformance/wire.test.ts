import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { World } from "../harness/world.ts";
import { ERAS } from "./dialogue.ts";
import { grantEverything, type Pair } from "./granted.ts";
import { heard, script } from "./wire.ts";

const PARROT = path.resolve(import.meta.dirname, "../fixtures/servers/parrot.mjs");
const REQUESTS = 150;
const world = new World();
let servers: Readonly<Record<"parrot", Pair>>;

beforeAll(async () => {
	await world.init();
	servers = await grantEverything(world, { parrot: [PARROT] });
});
afterAll(() => world.remove());

it.each(ERAS)("a server behind the launcher hears and says the same bytes as without it, in %s", async (era) => {
	const said = script(1, era, REQUESTS);
	const [direct, through] = await Promise.all([heard(servers.parrot.direct, said), heard(servers.parrot.through, said)]);
	expect(direct.length).toBeGreaterThan(REQUESTS);
	expect(through).toEqual(direct);
});
