import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAtLeast, lockFor, NODES, OLDEST_NODE } from "../../src/setup/runtime.mjs";
import { Clone } from "./clone.ts";

const root = path.resolve(import.meta.dirname, "..", "..");

describe("versions of Node", () => {
	it.each([
		["22.12.0", true],
		["v22.12.0\n", true],
		["22.12.1", true],
		["22.13.0-nightly", true],
		["24.0.0", true],
		["100.0.0", true],
		["22.11.9", false],
		["22.9.0", false],
		["20.20.2", false],
		["", false],
		["node", false],
	])("%j is new enough: %s", (version, enough) => {
		expect(isAtLeast(version, "22.12.0")).toBe(enough);
	});

	it("are demanded alike everywhere", () => {
		const { engines } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
		expect(engines.node).toBe(`>=${OLDEST_NODE.replace(/\.0$/, "")}`);
		expect(fs.readFileSync(path.join(root, "src", "bin.ts"), "utf8")).toContain(
			`OLDEST_NODE = [${OLDEST_NODE.split(".").slice(0, 2).join(", ")}]`,
		);
	});

	it("that are fetched are pinned by version and digest, and new enough", () => {
		for (const { version, integrity } of Object.values(NODES)) {
			expect(isAtLeast(version, OLDEST_NODE)).toBe(true);
			expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
		}
		expect(lockFor({ package: "node-x", version: "24.0.0", integrity: "sha512-x" })["package-lock.json"].packages).toEqual({
			"": { name: "sallyport-parts", version: "0.0.0", dependencies: { "node-x": "24.0.0" } },
			"node_modules/node-x": { version: "24.0.0", integrity: "sha512-x" },
		});
	});
});

describe("on a machine whose Node is too old", () => {
	let clone: Clone;
	/** Says of itself that it is Node 20, to the set-up and to nothing that the set-up starts. */
	let old: string;
	const pinned = NODES[`${process.platform}-${process.arch}`];
	const kept = ".cache/node/bin/node";
	beforeEach(() => {
		clone = new Clone().withPackages();
		old = clone.file("old.cjs", `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } });`);
		clone.file("src/quickstart/main.ts", `console.log("runs in", process.execArgv.length, "on", process.env.KEPT ?? "another");\n`);
		for (const part of ["bwrap", "socat"]) clone.program(part, "exit 0");
	});
	afterEach(() => clone.remove());
	const start = (env: Record<string, string> = {}) =>
		clone.node(["--require", old, "src/setup/setup.mjs", "start"], { PATH: `${path.join(clone.path, "programs")}:/usr/bin:/bin`, ...env });
	/** A stand-in for the fetched Node: tells that version, and marks what it runs. */
	const standIn = (version: string) =>
		`#!/bin/sh\nif [ "$1" = --version ]; then echo v${version}; else KEPT=kept exec '${process.execPath}' "$@"; fi\n`;

	it("runs the newer one that the clone keeps", async () => {
		clone.file(kept, standIn(pinned?.version ?? ""), 0o755);
		const ran = await start();
		expect(ran.stderr).toBe("");
		expect(ran.stdout).toContain("ready (this machine's 20.0.0 is too old)");
		expect(ran.stdout).toMatch(/^runs in 0 on kept$/m);
	});

	it("replaces a kept one of another version, whole, through npm and against the pinned digest", async () => {
		clone.file(kept, standIn("22.12.0"), 0o755);
		const npm = clone.file(
			"fake/npm-cli.js",
			`const fs = require("node:fs");
			fs.copyFileSync("package-lock.json", ${JSON.stringify(path.join(clone.path, "seen-lock"))});
			const folder = "node_modules/${pinned?.package}";
			fs.mkdirSync(folder + "/bin", { recursive: true });
			fs.writeFileSync(folder + "/LICENSE", "");
			fs.writeFileSync(folder + "/bin/node", ${JSON.stringify(standIn(pinned?.version ?? ""))});`,
		);
		clone.file("fake/package.json", "{}");
		const ran = await start({ npm_execpath: npm });
		expect(ran.stderr).toBe("");
		expect(ran.stdout).toContain(`${pinned?.version} fetched`);
		expect(ran.stdout).toMatch(/^runs in 0 on kept$/m);
		expect(clone.read("seen-lock")).toContain(pinned?.integrity);
		expect(fs.readdirSync(path.join(clone.path, ".cache"))).toEqual(["node"]);
	});

	it("keeps nothing of a fetch that failed", async () => {
		const npm = clone.file("fake/npm-cli.js", `console.error("EINTEGRITY"); process.exit(1);`);
		const ran = await start({ npm_execpath: npm });
		expect(ran.code).toBe(1);
		expect(ran.stderr).toContain("EINTEGRITY");
		expect(fs.readdirSync(path.join(clone.path, ".cache"))).toEqual([]);
	});
});
