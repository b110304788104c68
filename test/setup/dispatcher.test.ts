import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Clone, outcome } from "./clone.ts";

const TELL = `console.log(JSON.stringify({ me: NAME, args: process.argv.slice(2), options: process.env.NODE_OPTIONS ?? null,
	path: process.env.NODE_PATH ?? null, version: process.versions.node, cache: require("node:module").getCompileCacheDir?.() ?? null }));`;

let clone: Clone;
let old: string;
beforeAll(async () => {
	clone = new Clone().withPackages();
	await clone.setup(["build"]);
	for (const name of ["launcher", "cli"]) clone.file(`dist/${name}.cjs`, TELL.replace("NAME", JSON.stringify(name)));
	old = clone.file("old.cjs", `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } });`);
});
afterAll(() => clone.remove());

describe("the sallyport command", () => {
	it.each([
		["run", "launcher"],
		["connect", "launcher"],
		["scan", "cli"],
		["--help", "cli"],
		["", "cli"],
	])("given %j loads the %s and nothing else", async (verb, program) => {
		const args = verb === "" ? [] : [verb, "--name", "x"];
		const ran = await clone.node(["dist/sallyport.cjs", ...args]);
		expect(ran).toMatchObject({ code: 0, stderr: "" });
		expect(JSON.parse(ran.stdout)).toMatchObject({ me: program, args });
	});

	it("keeps compiled code where only the owner of the program writes, whatever the environment says", async () => {
		const ran = await clone.node(["dist/sallyport.cjs", "scan"], { XDG_CACHE_HOME: "/tmp", TMPDIR: "/tmp", SALLYPORT_HOME: "/tmp/x" });
		expect(JSON.parse(ran.stdout).cache).toMatch(new RegExp(`^${path.join(clone.path, "dist", ".compile-cache")}/`));
		expect(fs.statSync(path.join(clone.path, "dist", ".compile-cache")).mode & 0o777).toBe(0o700);
	});

	it("keeps none beside the program when others can write there", async () => {
		const dist = path.join(clone.path, "dist");
		fs.rmSync(path.join(dist, ".compile-cache"), { recursive: true, force: true });
		fs.chmodSync(dist, 0o777);
		try {
			const ran = await clone.node(["dist/sallyport.cjs", "scan"]);
			expect(JSON.parse(ran.stdout).cache ?? "").not.toContain(clone.path);
			expect(clone.has("dist/.compile-cache")).toBe(false);
		} finally {
			fs.chmodSync(dist, 0o755);
		}
	});
});

describe("the sallyport command under a Node that is too old", () => {
	beforeEach(() => fs.rmSync(path.join(clone.path, ".cache"), { recursive: true, force: true }));
	const keepNode = () => {
		clone.folder(".cache/node/bin");
		fs.symlinkSync(process.execPath, path.join(clone.path, ".cache/node/bin/node"));
	};

	it("says so in one line and exits 2", async () => {
		expect(await clone.node(["--require", old, "dist/sallyport.cjs", "run"])).toEqual({
			code: 2,
			signal: null,
			stdout: "",
			stderr: "sallyport: Node 20.0.0 is too old. Put Node 22.12 or newer first on the PATH.\n",
		});
	});

	it("says in one line that the kept Node does not start, and exits 2", async () => {
		clone.file(".cache/node/bin/node", "", 0o644);
		const ran = await clone.node(["--require", old, "dist/sallyport.cjs", "run"]);
		expect(ran).toMatchObject({ code: 2, stdout: "" });
		expect(ran.stderr).toMatch(/^sallyport: the Node at .* does not start .*\n$/);
	});

	it("goes on under the kept Node, which is not handed what would load code into it", async () => {
		keepNode();
		const planted = clone.file(
			"planted.cjs",
			`require("node:fs").appendFileSync(${JSON.stringify(path.join(clone.path, "planted"))}, "x");`,
		);
		const ran = await clone.node(["--require", old, "dist/sallyport.cjs", "run", "--", "a b", "*"], {
			NODE_OPTIONS: `--require ${planted}`,
			NODE_PATH: clone.path,
		});
		expect(ran).toMatchObject({ code: 0, stderr: "" });
		expect(JSON.parse(ran.stdout)).toMatchObject({
			me: "launcher",
			args: ["run", "--", "a b", "*"],
			options: null,
			path: null,
			version: process.versions.node,
		});
		expect(clone.read("planted")).toBe("x");
	});

	it("streams both ways, and passes the exit code on", async () => {
		keepNode();
		const other = clone.file(
			"dist/launcher.cjs",
			"process.stdin.on('data', (d) => process.stdout.write('echo ' + d)).on('end', () => process.exit(42));",
		);
		const child = clone.start(["--require", old, other.replace("launcher", "sallyport"), "run"]);
		child.stdin?.write("one\n");
		expect(String((await once(child.stdout ?? child, "data"))[0])).toBe("echo one\n");
		const ended = outcome(child);
		child.stdin?.end();
		expect((await ended).code).toBe(42);
	});

	it("passes signals on, and ends by the signal that ended the program", async () => {
		keepNode();
		clone.file("dist/launcher.cjs", "console.log('waiting'); setInterval(() => {}, 1000);");
		const child = clone.start(["--require", old, "dist/sallyport.cjs", "run"]);
		await once(child.stdout ?? child, "data");
		const ended = outcome(child);
		child.kill("SIGTERM");
		expect(await ended).toMatchObject({ code: null, signal: "SIGTERM" });
	});
});
