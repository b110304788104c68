import { afterAll, beforeAll, expect, test } from "vitest";
import { generateFakeToken } from "../../src/platform/example.ts";
import { ERAS } from "./attack.ts";
import { ATTACKS } from "./attacks/index.ts";
import { Machine } from "./machine.ts";
import { faultOf, LAUNCHER, runAttacks } from "./run.ts";

const machine = new Machine(generateFakeToken(), 4);
beforeAll(() => machine.approve());
afterAll(() => machine.remove());

/** Each attack in one era, and its neighbour in the other: the class is tried in both, and `npm run hostile` tries all. */
test("no attack gets through the launcher, and the log has it", { timeout: 300_000 }, async () => {
	const eras = new Map(ATTACKS.map((attack, i) => [attack, attack.eras ?? ERAS.slice(i % 2, (i % 2) + 1)]));
	const verdicts = await runAttacks(machine, ATTACKS, [LAUNCHER], { eras: (attack) => eras.get(attack) ?? [] });
	expect(verdicts.length).toBeGreaterThanOrEqual(ATTACKS.length);
	expect(verdicts.flatMap((verdict) => faultOf(verdict) ?? []).join("\n")).toBe("");
});
