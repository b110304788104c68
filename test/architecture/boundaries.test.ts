import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ENTRIES, ensureBuild } from "../../src/setup/build.mjs";
import { type Meta, violations } from "./rules.ts";

const root = path.resolve(import.meta.dirname, "..", "..");

describe("what the bundles are made of", () => {
	let meta: Meta;
	beforeAll(async () => {
		await ensureBuild(root);
		meta = JSON.parse(fs.readFileSync(path.join(root, "dist", "meta.json"), "utf8"));
	});

	it("has every program in it", () => {
		expect(Object.keys(meta.outputs).sort()).toEqual(ENTRIES.map(({ output }) => `dist/${output}`).sort());
	});

	it("keeps the dependency direction", () => {
		expect(violations(meta)).toEqual([]);
	});
});

describe("the check itself", () => {
	const bundle = (imports: Record<string, { path: string; external?: boolean }[]>, output = "dist/cli.cjs"): Meta => ({
		inputs: Object.fromEntries(Object.entries(imports).map(([file, list]) => [file, { imports: list }])),
		outputs: { [output]: { inputs: imports } },
	});

	it("knows the extension as the editor's", () => {
		expect(violations(bundle({ "src/editor/extension.ts": [{ path: "vscode", external: true }] }, "dist/extension.cjs"))).toEqual([]);
	});

	it("accepts what is allowed", () => {
		expect(
			violations(
				bundle({
					"src/core/a.ts": [{ path: "src/core/b.ts" }, { path: "node_modules/zod/mini/index.js" }],
					"src/platform/a.ts": [{ path: "src/core/a.ts" }, { path: "node:fs", external: true }, { path: "keytar", external: true }],
					"src/cli/main.ts": [{ path: "src/platform/a.ts" }, { path: "node_modules/commander/index.js" }],
					"node_modules/commander/index.js": [{ path: "events", external: true }],
				}),
			),
		).toEqual([]);
	});

	it.each([
		["src/core/a.ts", "node:fs", true],
		["src/core/a.ts", "vscode", true],
		["src/core/a.ts", "keytar", true],
		["src/core/a.ts", "src/platform/a.ts", false],
		["src/core/a.ts", "src/cli/a.ts", false],
		["src/core/a.ts", "node_modules/diff/index.js", false],
		["node_modules/@noble/hashes/sha2.js", "node:crypto", true],
		["src/platform/a.ts", "vscode", true],
		["src/platform/a.ts", "src/cli/main.ts", false],
		["src/platform/a.ts", "src/setup/build.mjs", false],
		["src/cli/a.ts", "src/launcher/main.ts", false],
		["src/cli/a.ts", "src/quickstart/main.ts", false],
		["src/cli/a.ts", "vscode", true],
		["src/cli/a.ts", "keytar", true],
		["src/cli/a.ts", "src/elsewhere/a.ts", false],
		["src/bin.ts", "src/cli/main.ts", false],
		["node_modules/diff/index.js", "vscode", true],
	])("refuses that %s imports %s", (file, imported, external) => {
		const meta: Meta = { inputs: { [file]: { imports: [{ path: imported, external }] } }, outputs: {} };
		expect(violations(meta)).toEqual([`${file} imports ${imported}`]);
	});

	it.each([
		["dist/launcher.cjs", "node_modules/@modelcontextprotocol/sdk/dist/esm/client/index.js"],
		["dist/launcher.cjs", "node_modules/commander/index.js"],
		["dist/launcher.cjs", "node_modules/yaml/browser/index.js"],
		["dist/launcher.cjs", "node_modules/zod/v4/classic/schemas.js"],
		["dist/launcher.cjs", "src/cli/main.ts"],
		["dist/launcher.cjs", "node_modules/@opentelemetry/otlp-transformer/build/esm/index.js"],
		["dist/launcher.cjs", "node_modules/csv-stringify/lib/sync.js"],
		["dist/cli.cjs", "src/launcher/main.ts"],
		["dist/extension.cjs", "src/cli/main.ts"],
		["dist/extension.cjs", "node_modules/@modelcontextprotocol/sdk/dist/esm/client/index.js"],
		["dist/extension.cjs", "node_modules/commander/index.js"],
		["dist/extension.cjs", "node_modules/@opentelemetry/api/build/esm/index.js"],
		["dist/sallyport.cjs", "src/platform/home.ts"],
		["dist/sallyport.cjs", "node_modules/zod/mini/index.js"],
	])("refuses that %s contains %s", (output, input) => {
		expect(violations(bundle({ [input]: [] }, output))).toEqual([`${output} contains ${input}`]);
	});
});
