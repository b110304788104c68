import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { World } from "../harness/world.ts";
import type { Json } from "./child.ts";
import { grantEverything, type Pair } from "./granted.ts";
import { connect, type SdkName } from "./hosts.ts";
import { type Step, UNKNOWN_TOOL, visitEverything, visitFixture } from "./visits.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const EVERYTHING = path.join(ROOT, "node_modules", "@modelcontextprotocol", "server-everything", "dist", "index.js");
const FIXTURE = path.join(ROOT, "test", "fixtures", "servers", "conformance.mjs");
const world = new World();
let servers: Readonly<Record<"everything" | "fixture", Pair>>;

beforeAll(async () => {
	await world.init();
	servers = await grantEverything(world, { everything: [EVERYTHING, "stdio"], fixture: [FIXTURE] });
});
afterAll(() => world.remove());

/** What may differ, with its reason; nothing else may. */
function expected(direct: readonly Step[]): readonly unknown[] {
	return direct.map((step) => {
		// What is not granted and what is not there get one constant answer, so that a host learns nothing from the difference.
		if (step.did === UNKNOWN_TOOL) return { ...step, gave: REFUSED };
		// Tasks are not granted to anybody yet.
		if (step.did === "connects")
			return { ...step, gave: { ...(step.gave as Json), capabilities: withoutTasks((step.gave as Json).capabilities as Json) } };
		return step;
	});
}

const REFUSED = { error: expect.objectContaining({ code: -32602, message: expect.stringContaining(NOT_AVAILABLE) }) };

function withoutTasks({ tasks: _, ...capabilities }: Json): Json {
	return capabilities;
}

describe.each<[SdkName, "everything" | "fixture", "legacy" | "auto" | { pin: string }]>([
	["first", "everything", "legacy"],
	["first", "fixture", "legacy"],
	["second", "everything", "legacy"],
	["second", "everything", "auto"],
	["second", "fixture", "legacy"],
	["second", "fixture", "auto"],
	["second", "fixture", { pin: "2026-07-28" }],
])("the %s SDK's own client and the server %s, in mode %j", (sdk, name, mode) => {
	it("say the same to one another through Sallyport as without it", async () => {
		const visit = name === "everything" ? visitEverything : visitFixture;
		const { direct, through } = servers[name];
		const [without, behind] = await Promise.all([direct, through].map(async (start) => visit(await connect(sdk, start, mode))));
		expect(behind).toEqual(expected(without ?? []));
	});
});
