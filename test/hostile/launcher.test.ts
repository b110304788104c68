import { afterAll, beforeAll, expect, test } from "vitest";
import { generateFakeToken } from "../../src/platform/example.ts";
import { ERAS } from "./attack.ts";
import { ATTACKS } from "./attacks/index.ts";
import { Machine } from "./machine.ts";
import { faultOf, LAUNCHER, runAttacks } from "./run.ts";

const machine = new Machine(generateFakeToken(), 4);
beforeAll(() => machine.approve());
afterAll(() => machine.remove());

/** Every second attack, by turns in one era and the other: the class is tried with all in both, and so does `npm run hostile` with the launcher. */
const SHORT = new Map(ATTACKS.filter((_, i) => i % 2 === 0).map((attack, i) => [attack, attack.eras ?? ERAS.slice(i % 2, (i % 2) + 1)]));

test("no attack gets through the launcher, and the log has it", { timeout: 300_000 }, async () => {
	const verdicts = await runAttacks(machine, [...SHORT.keys()], [LAUNCHER], { eras: (attack) => SHORT.get(attack) ?? [] });
	expect(verdicts.length).toBeGreaterThanOrEqual(SHORT.size);
	expect(verdicts.flatMap((verdict) => faultOf(verdict) ?? []).join("\n")).toBe("");
});
