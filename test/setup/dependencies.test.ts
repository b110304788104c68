import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isInstalled } from "../../src/setup/dependencies.mjs";
import { withoutOuterNpm } from "../../src/setup/run.mjs";
import { Clone } from "./clone.ts";

const root = path.resolve(import.meta.dirname, "..", "..");

describe("whether the dependencies are installed", () => {
	const machine = { platform: "linux", arch: "x64" };
	const manifest = { dependencies: { one: "^1.0.0" } };
	const lock = {
		packages: {
			"": manifest,
			"node_modules/one": { version: "1.0.0", integrity: "sha512-one" },
			"node_modules/one-linux": { version: "1.0.0", optional: true, os: ["linux"], cpu: ["x64"] },
			"node_modules/one-darwin": { version: "1.0.0", optional: true, os: ["darwin"], cpu: ["x64"] },
			"node_modules/one-wasm-helper": { version: "1.0.0", optional: true },
		},
	};
	const { "node_modules/one": one, "node_modules/one-linux": oneLinux } = lock.packages;
	const installed = { packages: { "node_modules/one": one, "node_modules/one-linux": oneLinux } };

	it("is seen from npm's own record", () => {
		expect(isInstalled(manifest, lock, installed, machine)).toBe(true);
	});

	it.each([
		["nothing is installed", null],
		["a package is missing", { packages: { "node_modules/one-linux": oneLinux } }],
		["the folder came from another machine", { packages: { "node_modules/one": one } }],
		["a package has another version", { packages: { ...installed.packages, "node_modules/one": { ...one, version: "1.0.1" } } }],
		["a package has other content", { packages: { ...installed.packages, "node_modules/one": { ...one, integrity: "sha512-two" } } }],
		["a package is there that the lock does not know", { packages: { ...installed.packages, "node_modules/two": one } }],
	])("is not so when %s", (_, present) => {
		expect(isInstalled(manifest, lock, present, machine)).toBe(false);
	});

	it("is not so when package.json asks for something else than the lock", () => {
		expect(isInstalled({ dependencies: { one: "^2.0.0" } }, lock, installed, machine)).toBe(false);
	});
});

describe("the environment of a child", () => {
	it("keeps the machine's npm settings and drops what the outer npm added", () => {
		const outer = {
			HOME: "/home/me",
			npm_command: "run-script",
			npm_lifecycle_event: "start",
			npm_package_json: "/clone/package.json",
			npm_config_local_prefix: "/clone",
			npm_config_cache: "/cache",
			npm_config_registry: "set-by-the-machine",
			INIT_CWD: "/clone",
			NODE: "/usr/bin/node",
		};
		expect(withoutOuterNpm(outer)).toEqual({ HOME: "/home/me", npm_config_cache: "/cache", npm_config_registry: "set-by-the-machine" });
	});
});

describe("installing", () => {
	let clone: Clone;
	let npm: string;
	const calls = (): { args: string[]; npm: string[]; cwd: string }[] =>
		clone.has("calls")
			? clone
					.read("calls")
					.trim()
					.split("\n")
					.map((line) => JSON.parse(line))
			: [];
	beforeEach(() => {
		clone = new Clone();
		npm = clone.file(
			"fake/npm-cli.js",
			`const fs = require("node:fs"), path = require("node:path");
			const names = Object.keys(process.env).filter((name) => name.startsWith("npm_"));
			fs.appendFileSync(${JSON.stringify(path.join(clone.path, "calls"))}, JSON.stringify({ args: process.argv.slice(2), npm: names, cwd: process.cwd() }) + "\\n");
			if (process.env.FAIL) { console.error("ENOTFOUND something"); process.exit(1); }
			if (path.basename(process.cwd()).startsWith("sallyport-clone-")) fs.symlinkSync(${JSON.stringify(path.join(root, "node_modules"))}, "node_modules");`,
		);
		clone.file("fake/package.json", "{}");
	});
	afterEach(() => clone.remove());

	it("happens once, without packages' scripts and without the outer npm's settings", async () => {
		const env = { npm_execpath: npm, npm_command: "run-script", npm_config_local_prefix: "/elsewhere" };
		const first = await clone.setup(["build"], env);
		expect(first.stderr).toBe("");
		expect(first.stdout).toMatch(/^• dependencies +installing the locked packages …\n• dependencies +installed \(\d+ s\)$/m);
		expect(first.stdout).toMatch(/^• build +built/m);
		expect(calls()).toHaveLength(1);
		expect(calls()[0]?.args).toEqual(expect.arrayContaining(["install", "--no-save", "--ignore-scripts"]));
		expect(calls()[0]?.npm).toEqual([]);
		const built = fs.statSync(path.join(clone.path, "dist", "sallyport.cjs")).ino;

		const second = await clone.setup(["build"], env);
		expect(second.code).toBe(0);
		expect(second.stdout).toMatch(/^• dependencies +ready\n• build +up to date$/m);
		expect(calls()).toHaveLength(1);
		expect(fs.statSync(path.join(clone.path, "dist", "sallyport.cjs")).ino).toBe(built);
	});

	it("that fails shows npm's words, then one line, and exits 1", async () => {
		const ran = await clone.setup(["build"], { npm_execpath: npm, FAIL: "1" });
		expect(ran.code).toBe(1);
		expect(ran.stderr).toBe(
			"ENOTFOUND something\n\nnpm could not install the packages. Its own words are above; check the network and the npm registry settings.\n",
		);
	});
});

describe("building", () => {
	let clone: Clone;
	beforeEach(() => {
		clone = new Clone().withPackages();
	});
	afterEach(() => clone.remove());

	it("happens again when a source changed, and when what was built was touched", async () => {
		clone.file("src/quickstart/main.ts", `console.log("one");\n`);
		await clone.setup(["build"]);
		clone.file("src/quickstart/main.ts", `console.log("two");\n`);
		expect((await clone.setup(["build"])).stdout).toMatch(/^• build +built/m);
		expect(clone.read("dist/quickstart.cjs")).toContain("two");
		clone.file("dist/quickstart.cjs", "planted");
		expect((await clone.setup(["build"])).stdout).toMatch(/^• build +built/m);
		expect(clone.read("dist/quickstart.cjs")).toContain("two");
	});

	it("that fails names the place, exits 1 and leaves what was built before", async () => {
		clone.file("src/quickstart/main.ts", `console.log("one");\n`);
		await clone.setup(["build"]);
		clone.file("src/quickstart/main.ts", `import "./gone.ts";\n`);
		const ran = await clone.setup(["build"]);
		expect(ran.code).toBe(1);
		expect(ran.stderr).toContain("src/quickstart/main.ts:1:7");
		expect(ran.stderr).toMatch(/\nThe build failed\. What esbuild found is above\.\n$/);
		expect(clone.read("dist/quickstart.cjs")).toContain("one");
	});
});
