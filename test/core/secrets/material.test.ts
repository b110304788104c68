import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DEV } from "../../../bench/detection/dev/pools.ts";
import { SALLYPORT } from "../../../bench/detection/engines/sallyport.ts";
import { HOST_FILES } from "../../../bench/detection/hosts.ts";
import { readMaterial } from "../../../bench/detection/material.ts";
import { Random } from "../../../bench/detection/random.ts";
import { type Sample, writeSample } from "../../../bench/detection/sample.ts";
import { figures, judge } from "../../../bench/detection/score.ts";

const FOLDER = new URL("../../../bench/detection/dev/material/", import.meta.url);

/** Every line of a file of material, each written once into a config file with nothing else in it. */
function samples(name: string): Sample[] {
	return readMaterial(new URL(name, FOLDER)).map((recipe, line) => {
		const hosts = HOST_FILES.filter(({ host, permissions }) =>
			recipe.needs === "permissions" ? permissions === true : recipe.needs === "comments" ? host === "cursor" : host === "codex",
		);
		return writeSample(new Random(`${name} ${line}`), DEV, { set: "adversarial", escapes: 0, unfinished: 0, hosts }, (sheet) =>
			recipe.write(sheet, sheet.server(recipe.kind)),
		);
	});
}

describe("of what people write into configs, line by line", () => {
	test.each(readdirSync(FOLDER))("%s: nothing harmless is warned of, and nearly every secret is", async (name) => {
		const written = samples(name);
		const outcome = judge(written, (await SALLYPORT.run(written, () => {})) ?? []);
		const { falseWarnings, recall } = figures(outcome);
		expect(outcome.unread).toEqual([]);
		expect(falseWarnings).toBe(0);
		expect(recall ?? 1).toBeGreaterThanOrEqual(0.95);
	});
});
