import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ok, type Result } from "../../src/core/result.ts";
import { createHome, type Home } from "../../src/platform/home.ts";
import { type DescribedLaunch, describeLaunch } from "../../src/platform/launch/describe.ts";
import type { PackageRun } from "../../src/platform/packages/kind.ts";

const node = fs.realpathSync(process.execPath);
let folder: string;
let home: Home;
let bin: string;
let workspace: string;
let person: string;

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-describe-")));
	const created = createHome(path.join(folder, "sallyport"), { unattended: true });
	if (!created.ok) throw new Error(created.problem.message);
	home = created.value;
	[bin, workspace, person] = ["bin", "workspace", "person"].map((name) => path.join(folder, name)) as [string, string, string];
	for (const each of [bin, workspace, person]) fs.mkdirSync(each);
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A program of its own, whatever it is called. */
function program(name: string): string {
	const file = path.join(bin, name);
	fs.copyFileSync(fs.realpathSync("/bin/true"), file);
	fs.chmodSync(file, 0o755);
	return file;
}

function file(relative: string, text = ""): string {
	const at = path.join(folder, relative);
	fs.mkdirSync(path.dirname(at), { recursive: true });
	fs.writeFileSync(at, text);
	return at;
}

function look(
	line: string,
	more: { readonly env?: Readonly<Record<string, string>>; readonly run?: PackageRun } = {},
): Promise<Result<DescribedLaunch>> {
	const [command = "", ...args] = line.split(" ");
	const nothing = { config: path.join(folder, ".mcp.json"), workspace, cwd: null, env: {}, asks: new Map(), wrapped: false, policies: [] };
	const stored = {
		registry: "npm",
		name: "pkg",
		version: "1.0.0",
		folder: path.join(home.store, "npm", "pkg@1.0.0-000000000000"),
		lockDigest: `sha256:${"1".repeat(64)}`,
		contentDigest: `sha256:${"2".repeat(64)}`,
		integrity: "sha512-x",
		skippedScripts: [],
		packages: [],
		runtime: null,
	} as const;
	const run = more.run ?? { runtime: null, argv: ["/s/run.js"], bin: "/s/run.js", roots: [] };
	return describeLaunch(
		{ ...nothing, name: "server", command, args },
		{ home, userHome: person, path: bin, node, env: { HOME: person, ...more.env }, install: async () => ok({ ...stored, run }) },
	);
}

async function facts(...asked: Parameters<typeof look>) {
	const described = await look(...asked);
	if (!described.ok) throw new Error(described.problem.message);
	return described.value.facts;
}

describe("a package", () => {
	it("starts with Node, or with the Bun of the person's PATH where the line or its own first line says so", async () => {
		const withNode = await facts("bunx pkg a");
		expect(withNode).toMatchObject({ executable: { path: node }, argv: ["/s/run.js", "a"], mutable: false });
		const run: PackageRun = { runtime: "bun", argv: ["--no-install", "/s/run.js"], bin: "/s/run.js", roots: [] };
		const absent = await look("bunx --bun pkg a", { run });
		expect(absent).toMatchObject({ ok: false, problem: { code: "no-bun", remedy: expect.stringContaining("Install Bun") } });
		const bun = program("bun");
		expect(await facts("bunx --bun pkg a", { run })).toMatchObject({
			executable: { path: bun, startedAs: bun },
			argv: ["--no-install", "/s/run.js", "a"],
			mutable: false,
		});
	});

	it("is mutable where the line gives it a script that can be changed: it may run it", async () => {
		file("workspace/server.js");
		for (const line of ["npx -y mcp-proxy node server.js", "npx -y runner --entry=./server.js", "npx -y pkg server"])
			expect((await facts(line)).mutable).toBe(true);
		for (const line of ["npx -y mcp-proxy node absent.js", "npx -y pkg serve", `npx -y pkg ${workspace}`])
			expect((await facts(line)).mutable).toBe(false);
	});

	it("is mutable where the library of the interpreter that runs it is", async () => {
		const path = fs.realpathSync("/usr/bin/python3");
		const run = (roots: readonly string[]): PackageRun => ({ runtime: { path, startedAs: path }, argv: ["/s/x"], bin: "/s/x", roots });
		const library = file("person/.pyenv/lib/python3.12/json/__init__.py");
		expect((await facts("uvx pkg", { run: run([path, "/usr/lib/python3"]) })).mutable).toBe(false);
		expect((await facts("uvx pkg", { run: run([path, library.replace(/\/json.*/, "")]) })).mutable).toBe(true);
	});

	it("is not started by a script that is called like its runtime", async () => {
		fs.writeFileSync(path.join(bin, "bun"), "#!/bin/sh\n", { mode: 0o755 });
		const run: PackageRun = { runtime: "bun", argv: [], bin: "/s/run.js", roots: [] };
		expect(await look("bunx --bun pkg", { run })).toMatchObject({ ok: false, problem: { code: "interpreter-script" } });
	});
});

describe("a script", () => {
	it("of Bun is started by its real path, with its package to read, and is mutable", async () => {
		const bun = program("bun");
		file("server/package.json", "{}");
		const script = file("server/src/main.ts");
		expect(await facts(`bun --smol ${path.join(folder, "server/src/main.ts")} x`)).toMatchObject({
			executable: { path: bun },
			argv: ["--no-install", "--config=/dev/null", "--smol", script, "x"],
			code: { kind: "script", script: { path: script } },
			roots: expect.arrayContaining([path.join(folder, "server")]),
			mutable: true,
		});
	});

	it("of Deno keeps its permissions, and reads the modules of Deno's cache and nothing else there", async () => {
		program("deno");
		file("server/deno.json", "{}");
		const script = file("server/src/main.ts");
		const cache = path.join(person, ".cache", "deno");
		for (const each of ["npm", "remote", "location_data"]) fs.mkdirSync(path.join(cache, each), { recursive: true });
		const found = await facts(`deno run --allow-net=a.example ${script} x`);
		expect(found.argv).toEqual(["run", "--no-prompt", "--cached-only", "--allow-net=a.example", script, "x"]);
		expect(found.env).toMatchObject({ DENO_DIR: cache });
		expect(found.roots).toEqual(
			[path.join(bin, "deno"), path.join(cache, "npm"), path.join(cache, "remote"), path.join(folder, "server")].sort(),
		);
	});

	it("of Deno is another launch with another cache", async () => {
		program("deno");
		const script = file("server/main.ts");
		for (const name of ["one", "two"]) fs.mkdirSync(path.join(folder, name, "npm"), { recursive: true });
		const [one, two] = await Promise.all(
			["one", "two"].map((name) => look(`deno run ${script}`, { env: { DENO_DIR: path.join(folder, name) } })),
		);
		if (one?.ok !== true || two?.ok !== true) throw new Error("not described");
		expect(one.value.launch.fingerprint).not.toBe(two.value.launch.fingerprint);
	});

	it("in the workspace or the home shows the code beside it, and never that folder as a whole", async () => {
		program("bun");
		for (const [place, root] of [
			["workspace", workspace],
			["person", person],
		] as const) {
			file(`${place}/package.json`, "{}");
			const script = file(`${place}/main.ts`);
			const beside = file(`${place}/lib.ts`);
			file(`${place}/.env`, "X=1");
			const { roots } = await facts(`bun ${script}`);
			expect(roots).toEqual(expect.arrayContaining([script, beside]));
			for (const broad of [root, folder, path.join(root, ".env")]) expect(roots).not.toContain(broad);
		}
	});

	it("is mutable where anything that it may import is", async () => {
		const script = file("server/main.py");
		expect((await facts(`/usr/bin/python3 ${script}`)).mutable).toBe(true);
		expect((await facts(`/usr/bin/python3 -m json.tool`)).mutable).toBe(true);
	});

	it.each(["bun run ./absent.ts", "deno run ./absent.ts", "bun ./server"])("that is not there is said to be missing: %s", async (line) => {
		program("bun");
		program("deno");
		file("workspace/server.ts");
		expect(await look(line)).toMatchObject({ ok: false, problem: { code: "script-not-found" } });
	});
});

describe("an interpreter", () => {
	it("may be a link to the name that a distribution gives it, and is read as ever", async () => {
		const real = program("node-22");
		fs.symlinkSync(real, path.join(bin, "node"));
		file("workspace/server.js");
		expect(await facts("node server.js")).toMatchObject({ executable: { path: real }, code: { kind: "script" } });
		expect(await look("node-22 server.js")).toMatchObject({ ok: false, problem: { remedy: "Write the command as node." } });
		fs.symlinkSync(real, path.join(bin, "server"));
		expect(await look("server server.js")).toMatchObject({ ok: false, problem: { code: "launch-runner" } });
	});
});

describe("a program of its own", () => {
	it("is pinned as a whole, so that nothing of it is mutable", async () => {
		const server = program("mcp-server");
		expect(await facts("mcp-server --x")).toMatchObject({ executable: { path: server }, argv: ["--x"], roots: [server], mutable: false });
	});

	it.each(["bun", "deno", "pnpm", "uvx"])("that is really %s under another name is refused", async (name) => {
		program(name);
		fs.symlinkSync(path.join(bin, name), path.join(bin, "server"));
		expect(await look("server run dev")).toMatchObject({ ok: false });
		expect(await look("server x.ts")).toMatchObject({ ok: false });
	});
});
