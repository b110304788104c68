import { afterAll, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";
import { runSuite } from "./harness/integration.ts";

// Before the tests are known: what the suite inside the editor has to say is what they are.
const world = new World();
afterAll(() => world.remove());
const { host, tests } = await runSuite({ env: world.env(), workspace: world.workspace });
console.log(`The integration suite ran in ${host}.`);

describe(`inside the extension host of ${host}`, () => {
	for (const inner of tests)
		it.skipIf(inner.outcome === "skipped")(inner.name, () => {
			if (inner.outcome === "failed") expect.fail(inner.stack);
		});
});
