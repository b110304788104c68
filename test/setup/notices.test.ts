import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { noticesOf } from "../../src/setup/notices.mjs";
import { temporaryFolder } from "../platform/vault/home.ts";

/** A clone with what ships beside the bundles. */
let root: string;

beforeEach(() => {
	root = temporaryFolder();
	for (const name of ["keytar", "node-addon-api", "koffi"]) installed(name, "MIT", { LICENSE: `Terms of ${name}` });
});

function installed(name: string, license: unknown, texts: Readonly<Record<string, string>> = {}): void {
	const folder = path.join(root, "node_modules", name);
	fs.mkdirSync(folder, { recursive: true });
	fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, version: "1.2.3", license }));
	for (const [file, text] of Object.entries(texts)) fs.writeFileSync(path.join(folder, file), text);
}

/** The notices of one bundle with these files in it. */
function notices(...files: readonly string[]): string {
	const inputs = Object.fromEntries(files.map((file) => [file, { bytesInOutput: 1 }]));
	return noticesOf(root, { inputs: {}, outputs: { "dist/a.cjs": { bytes: 1, inputs, imports: [], exports: [] } } });
}

describe("the notices of others' code", () => {
	it("name each package with its version and terms, nested ones and scoped ones, and say equal terms once", () => {
		installed("a", "ISC", { LICENSE: "Terms of both\r\n" });
		installed("a/node_modules/@x/b", "(MIT OR GPL-3.0)", { "license.md": "Terms of both" });
		const text = notices("node_modules/a/index.js", "node_modules/a/node_modules/@x/b/lib/b.js", "src/main.ts");
		expect(text).toContain("a 1.2.3 (ISC)\na/node_modules/@x/b 1.2.3 ((MIT OR GPL-3.0))\n");
		expect(text.match(/Terms of both/g)).toHaveLength(1);
		expect(text).toContain("Terms of keytar");
	});

	it("hand on what a NOTICE says", () => {
		installed("a", "Apache-2.0", { LICENSE: "Terms of a", NOTICE: "Made by somebody" });
		expect(notices("node_modules/a/index.js")).toContain("Made by somebody");
	});

	it("leave out a package of which nothing is in a bundle", () => {
		installed("a", "GPL-3.0");
		const inputs = { "node_modules/a/index.js": { bytesInOutput: 0 } };
		expect(noticesOf(root, { inputs: {}, outputs: { "dist/a.cjs": { bytes: 1, inputs, imports: [], exports: [] } } })).not.toContain(
			"a 1.2.3",
		);
	});

	it.each([
		["GPL-3.0-only"],
		["LGPL-2.1"],
		["MPL-2.0"],
		["MIT AND GPL-2.0"],
		["((MIT) AND X)"],
		["UNLICENSED"],
		["SEE LICENSE IN x"],
		[undefined],
	])("are not made, nor is anything built, with a package under %s", (license) => {
		installed("a", license, { LICENSE: "Terms of a" });
		expect(() => notices("node_modules/a/index.js")).toThrow(/node_modules\/a is under /);
	});

	it("are not made for a package without the text of its licence, unless it is kept here", () => {
		installed("@x/a", "MIT");
		expect(() => notices("node_modules/@x/a/index.js")).toThrow(/no text of its licence/);
		fs.mkdirSync(path.join(root, "src/setup/licences"), { recursive: true });
		fs.writeFileSync(path.join(root, "src/setup/licences/@x__a.txt"), "Terms as its repository has them");
		expect(notices("node_modules/@x/a/index.js")).toContain("Terms as its repository has them");
	});
});
