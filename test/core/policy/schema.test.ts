import * as path from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { PolicyFile } from "../../../src/core/policy/schema.ts";

it("is the schema that editors complete from (to write it anew: npx vitest run test/core/policy/schema.test.ts -u)", async () => {
	const schema = { ...z.toJSONSchema(PolicyFile, { io: "input" }), title: "Sallyport policy", $id: "policy.schema.json" };
	const file = path.resolve(import.meta.dirname, "../../../media/policy.schema.json");
	await expect(`${JSON.stringify(schema, null, "\t")}\n`).toMatchFileSnapshot(file);
});
