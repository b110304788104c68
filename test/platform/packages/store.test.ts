import { execFile, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PackageSpec } from "../../../src/core/launch/package-spec.ts";
import { ok, type Result } from "../../../src/core/result.ts";
import { CodedMemory } from "../../../src/platform/coded-memory.ts";
import { createHome, type Home } from "../../../src/platform/home.ts";
import type { InstallDeps, ReadyPackage } from "../../../src/platform/packages/kind.ts";
import { packageWork } from "../../../src/platform/packages/kinds.ts";
import { installPackage, recallPackage, rememberPackage } from "../../../src/platform/packages/resolved.ts";
import { findInStore } from "../../../src/platform/packages/store.ts";
import { removeTree, statDigest } from "../../../src/platform/packages/tree.ts";
import { claimInstalled, verifyInstalled } from "../../../src/platform/packages/verify.ts";
import { bubblewrapEngine } from "../../../src/platform/sandbox/bubblewrap.ts";
import { startRegistry, type TestPackage, type TestRegistry } from "./registry.ts";

const node = fs.realpathSync(process.execPath);
const integrity = /^sha512-/;
let folder: string;
let home: Home;
let registry: TestRegistry | undefined;
let token: string;
let progress: string[];

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-store-")));
	const created = createHome(path.join(folder, "home"), { unattended: true });
	if (!created.ok) throw new Error(created.problem.message);
	home = created.value;
	token = randomBytes(18).toString("hex");
	progress = [];
});

afterEach(async () => {
	await registry?.close();
	registry = undefined;
	removeTree(folder);
});

function deps(more: Partial<InstallDeps> = {}): InstallDeps {
	return {
		home,
		engine: (network) => bubblewrapEngine({ sallyportHome: home.path, network: async () => ok(network ?? undefined) }),
		node,
		env: process.env,
		untrusted: [],
		onProgress: (line) => progress.push(line),
		...more,
	};
}

/** Serves packages, with a person whose own configuration names that registry and a token for it. */
async function serve(...packages: TestPackage[]): Promise<InstallDeps> {
	registry = await startRegistry(packages);
	const person = path.join(folder, "person");
	fs.mkdirSync(person, { recursive: true });
	fs.writeFileSync(
		path.join(person, ".npmrc"),
		`registry=${registry.url}\n${registry.url.replace("http:", "")}:_authToken=\${TEST_TOKEN}\n`,
	);
	return deps({ env: { HOME: person, PATH: process.env.PATH, TEST_TOKEN: token } });
}

function server(name: string, more: Record<string, unknown> = {}): TestPackage {
	return {
		manifest: { name, version: "1.2.3", bin: "run.js", ...more },
		files: { "run.js": "#!/usr/bin/env node\nconsole.log('ran', process.argv.slice(2).join(' '))\n" },
	};
}

function spec(name: string, range: string | null = null): PackageSpec {
	return { name, range };
}

function install(spec: PackageSpec, bin: string | null, with_: InstallDeps): Promise<Result<ReadyPackage>> {
	return installPackage({ kind: "package", registry: "npm", spec, bin, runtime: "script", args: [] }, with_);
}

function stagings(): string[] {
	return fs.readdirSync(path.join(home.store, "npm")).filter((name) => name.startsWith("."));
}

async function refusal(name: string, with_: InstallDeps, bin: string | null = null) {
	const result = await install(spec(name), bin, with_);
	if (result.ok) throw new Error(`installed ${result.value.folder}`);
	expect(fs.readdirSync(path.join(home.store, "npm"))).toEqual([]);
	expect(JSON.stringify(result.problem)).not.toContain(token);
	return result.problem;
}

function run(file: string, args: string[] = []): Promise<string> {
	return new Promise((resolve, reject) =>
		execFile(node, [file, ...args], (error, stdout) => (error === null ? resolve(stdout) : reject(error))),
	);
}

describe("installing", () => {
	it("publishes a package and what it needs, read-only, and starts it with Node alone", async () => {
		const with_ = await serve(server("@acme/tool", { dependencies: { dep: "^1.0.0" } }), server("dep"));
		const result = await install(spec("@acme/tool", "^1.0.0"), null, with_);
		if (!result.ok) throw new Error(result.problem.message);
		const stored = result.value;
		expect(stored).toMatchObject({
			name: "@acme/tool",
			version: "1.2.3",
			runtime: null,
			skippedScripts: [],
			integrity: expect.stringMatching(integrity),
		});
		expect(path.relative(home.store, stored.folder)).toMatch(/^npm\/@acme\+tool@1\.2\.3-[0-9a-f]{12}$/);
		expect(await run(stored.run.bin, ["a"])).toBe("ran a\n");
		for (const file of [stored.folder, path.dirname(stored.run.bin), stored.run.bin]) expect(fs.statSync(file).mode & 0o222).toBe(0);
		expect(stagings()).toEqual([]);
		expect(progress).toEqual([`installing @acme/tool@^1.0.0 from ${new URL(registry?.url ?? "").host} …`, "installed @acme/tool@1.2.3"]);
	});

	it("starts a package whose script starts a program beside it", async () => {
		const launcher =
			'#!/usr/bin/env node\nprocess.stdout.write(require("node:child_process").execFileSync(require("node:path").join(__dirname, "native")));\n';
		const wrapped = { ...server("tool"), files: { "run.js": launcher, native: "#!/bin/sh\necho ran\n" } };
		const result = await install(spec("tool"), null, await serve(wrapped));
		if (!result.ok) throw new Error(result.problem.message);
		expect(await run(result.value.run.bin)).toBe("ran\n");
	});

	it("leaves a package to Bun that is made for it", async () => {
		const made = { ...server("tool", { bin: "run.ts" }), files: { "run.ts": "#!/usr/bin/env bun\n" } };
		const result = await install(spec("tool"), null, await serve(made));
		expect(result).toMatchObject({
			ok: true,
			value: { run: { runtime: "bun", argv: ["--no-install", "--config=/dev/null", expect.any(String)] } },
		});
	});

	it("sends the person's own credentials, and never keeps them", async () => {
		const with_ = await serve(server("tool"));
		expect((await install(spec("tool"), null, with_)).ok).toBe(true);
		expect(registry?.requests.every((request) => request.authorization === `Bearer ${token}`)).toBe(true);
		expect(grep(home.path, token)).toEqual([]);
	});

	it("knows a registry that is named localhost", async () => {
		const with_ = await serve(server("tool"));
		const config = path.join(folder, "person", ".npmrc");
		fs.writeFileSync(config, fs.readFileSync(config, "utf8").replaceAll("127.0.0.1", "localhost"));
		expect((await install(spec("tool"), null, with_)).ok).toBe(true);
		expect(registry?.requests.every((request) => request.authorization === `Bearer ${token}`)).toBe(true);
	});

	it.each(["../x", "a/../../b", "npm:x", "--x"])("takes no name such as %s", async (name) => {
		expect((await install(spec(name), null, await serve())).ok).toBe(false);
		expect(registry?.requests).toEqual([]);
	});

	it("takes a scope from the registry that the person named for it, and mixes no credentials in cleartext", async () => {
		const with_ = await serve(server("tool", { dependencies: { "@acme/dep": "1" } }));
		const other = await startRegistry([server("@acme/dep")]);
		const config = path.join(folder, "person", ".npmrc");
		try {
			fs.appendFileSync(config, `@acme:registry=${other.url}\n`);
			expect(await refusal("tool", with_)).toMatchObject({ code: "npm-cleartext" });
			fs.writeFileSync(config, fs.readFileSync(config, "utf8").replace(/^.*_authToken.*$/m, ""));
			expect((await install(spec("tool"), null, with_)).ok).toBe(true);
			expect(other.requests.length).toBeGreaterThan(0);
		} finally {
			await other.close();
		}
	});

	it("obeys no configuration but the person's", async () => {
		const with_ = await serve(server("tool"));
		// A project around the store, and what npm would hand to that project's scripts.
		fs.writeFileSync(path.join(folder, "package.json"), "{}");
		for (const place of [folder, home.path, home.store]) fs.writeFileSync(path.join(place, ".npmrc"), "registry=http://127.0.0.1:9/\n");
		const env = {
			...with_.env,
			npm_command: "run-script",
			npm_config_registry: "http://127.0.0.1:9/",
			NODE_OPTIONS: "--require=/nonexistent.js",
		};
		expect((await install(spec("tool"), null, { ...with_, env })).ok).toBe(true);
	});

	it("runs no install script, and says whose", async () => {
		const marker = path.join(folder, "script-ran");
		const script = `node -e "require('fs').writeFileSync('${marker}', '')"`;
		const with_ = await serve(server("tool", { scripts: { preinstall: script, install: script, postinstall: script } }));
		const result = await install(spec("tool"), null, with_);
		expect(result).toMatchObject({ ok: true, value: { skippedScripts: ["tool"] } });
		expect(fs.existsSync(marker)).toBe(false);
		expect(progress.at(-1)).toContain("install scripts of tool were not run");
	});

	it("gives an equal digest for an equal set of packages, and another for another", async () => {
		const with_ = await serve(server("tool", { dependencies: { dep: "1" } }), { ...server("dep"), files: { "run.js": "1" } });
		const first = await install(spec("tool"), null, with_);
		const again = await install(spec("tool", "1.2.3"), null, with_);
		await registry?.close();
		const changed = await serve(server("tool", { dependencies: { dep: "1" } }), { ...server("dep"), files: { "run.js": "2" } });
		const other = await install(spec("tool"), null, changed);
		if (!first.ok || !again.ok || !other.ok) throw new Error("not installed");
		expect(again.value).toEqual(first.value);
		expect(other.value.lockDigest).not.toBe(first.value.lockDigest);
		const { run: _, ...stored } = first.value;
		expect(findInStore(home, "npm", stored.lockDigest)).toEqual(ok(stored));
	});

	it("lets two installations of one package both succeed", async () => {
		const with_ = await serve(server("tool"));
		const [a, b, c] = await Promise.all([1, 2, 3].map(() => install(spec("tool"), null, with_)));
		expect(a?.ok).toBe(true);
		expect(b).toEqual(a);
		expect(c).toEqual(a);
		expect(stagings()).toEqual([]);
	});

	it("sweeps away what a killed installation left, and not what a living one needs", async () => {
		const with_ = await serve(server("tool"));
		const store = path.join(home.store, "npm");
		const dead = path.join(store, `.staging-${await deadPid()}-${"0".repeat(16)}`);
		const living = path.join(store, `.staging-${process.ppid}-${"1".repeat(16)}`);
		fs.mkdirSync(path.join(dead, "tree", "x"), { recursive: true });
		fs.chmodSync(path.join(dead, "tree", "x"), 0o555);
		fs.chmodSync(path.join(dead, "tree"), 0o555);
		fs.mkdirSync(living);
		expect((await install(spec("tool"), null, with_)).ok).toBe(true);
		expect(stagings()).toEqual([path.basename(living)]);
	});

	it("stops after its time, and leaves nothing", async () => {
		const with_ = await serve(server("tool"));
		expect(await refusal("tool", { ...with_, timeoutMs: 1 })).toMatchObject({
			code: "package-install",
			message: expect.stringContaining("did not finish"),
		});
	});
});

describe("refusing", () => {
	const elsewhere = { "run.js": "#!/usr/bin/env node\n" };

	it.each([
		["git+ssh://git@127.0.0.1/a/b.git", "git"],
		["github:a/b", "git"],
		["http://127.0.0.1:9/x.tgz", "URL"],
		["file:../../../../etc", "folder"],
	])("a package that depends on %s", async (dependency, word) => {
		const problem = await refusal("tool", await serve(server("tool", { dependencies: { dep: dependency } })));
		expect(problem.message).toContain(word);
	});

	it("a package whose bytes are not what the registry promised", async () => {
		const wrong = `sha512-${Buffer.alloc(64, 7).toString("base64")}`;
		const problem = await refusal("tool", await serve({ ...server("tool"), dist: { integrity: wrong } }));
		expect(problem.message).toContain("does not match its own hash");
	});

	it("a package that has a weak hash alone", async () => {
		const problem = await refusal("tool", await serve({ ...server("tool"), dist: { integrity: undefined } }));
		expect(problem).toMatchObject({ code: "package-unpinned", message: expect.stringContaining("weak hash (sha1)") });
	});

	it.each([
		["a command outside the package", { bin: "../../x.js" }, elsewhere, "points outside"],
		["an absolute command", { bin: "/usr/bin/env" }, elsewhere, "points outside"],
		["no command", { bin: undefined }, elsewhere, "brings no command"],
		["a command that is not there", { bin: "absent.js" }, elsewhere, "not in the package"],
		["a native program", { bin: "run" }, { run: "\x7fELF" }, "program of its own"],
		["a shell script", { bin: "run" }, { run: "#!/bin/sh\n" }, "not for Node"],
		["a script that loads other code", { bin: "run.js" }, { "run.js": "#!/usr/bin/env -S node --import=./x.js\n" }, "not for Node"],
		["several commands, none named like it", { bin: { a: "run.js", b: "b.js" } }, { ...elsewhere, "b.js": "" }, "several commands"],
	])("a package with %s", async (_, manifest, files, word) => {
		const problem = await refusal("tool", await serve({ ...server("tool", manifest), files }));
		expect(problem).toMatchObject({ code: "package-command", message: expect.stringContaining(word) });
	});

	it("to fetch from anywhere but the registry", async () => {
		const other = await startRegistry([server("tool")]);
		try {
			const problem = await refusal("tool", await serve({ ...server("tool"), dist: { tarball: `${other.url}tool/-/tool-1.2.3.tgz` } }));
			expect(problem).toMatchObject({ code: "package-install", message: expect.stringContaining("a URL") });
			expect(other.requests).toEqual([]);
		} finally {
			await other.close();
		}
	});

	it("a package that the registry does not have, naming the package and not the token", async () => {
		expect((await refusal("absent", await serve())).message).toContain("no such package");
	});

	it("a version that does not exist", async () => {
		const result = await install(spec("tool", "9.9.9"), null, await serve(server("tool")));
		expect(result).toMatchObject({ ok: false, problem: { message: expect.stringContaining("no such version") } });
	});

	it("a registry that is not there", async () => {
		const with_ = await serve(server("tool"));
		await registry?.close();
		registry = undefined;
		expect((await refusal("tool", with_)).message).toContain("cannot be reached");
	});

	it("chooses the command that was asked for, and the one named like the package", async () => {
		const files = { "a.js": "", "run.js": "" };
		const with_ = await serve({ ...server("@acme/tool", { bin: { other: "a.js", tool: "run.js" } }), files });
		const named = await install(spec("@acme/tool"), null, with_);
		const other = await install(spec("@acme/tool"), "other", with_);
		const absent = await install(spec("@acme/tool"), "absent", with_);
		expect(named.ok && path.basename(named.value.run.bin)).toBe("run.js");
		expect(other.ok && path.basename(other.value.run.bin)).toBe("a.js");
		expect(absent).toMatchObject({ ok: false, problem: { remedy: expect.stringContaining('"other", "tool"') } });
	});
});

describe("what is in the store", () => {
	async function installed() {
		const result = await install(spec("tool"), null, await serve(server("tool", { dependencies: { dep: "1" } }), server("dep")));
		if (!result.ok) throw new Error(result.problem.message);
		return result.value;
	}

	it("stays as it was published, also when its files were touched but not changed", async () => {
		const stored = await installed();
		expect(verifyInstalled(home, stored)).toEqual(ok(undefined));
		fs.utimesSync(stored.run.bin, 1, 1);
		expect(verifyInstalled(home, stored)).toEqual(ok(undefined));
		fs.writeFileSync(path.join(home.state, "packages.json"), "{broken");
		expect(verifyInstalled(home, stored)).toEqual(ok(undefined));
	});

	it("is what a line means only by the word of this process, or of who has the key", async () => {
		const stored = await installed();
		const launch = { kind: "package", registry: "npm", spec: spec("tool"), bin: null, runtime: "script", args: [] } as const;
		const code = (key: string) => (text: string) => createHmac("sha256", key).update(text).digest("hex");
		const memory = new CodedMemory(path.join(home.state, "resolved.json"), "resolved");
		const say = (key: string, content = stored.contentDigest) =>
			memory.remember(packageWork(launch).key, `${stored.lockDigest} ${content}`, code(key), Date.now());
		expect(recallPackage(home, launch, code("k"))).toBeNull();
		// A package that another program has put into the store, and says that the line means.
		say("forger");
		expect([recallPackage(home, launch, code("k")), recallPackage(home, launch, null)]).toEqual([null, null]);
		say("k", `sha256:${"0".repeat(64)}`);
		expect(recallPackage(home, launch, code("k")), "another one under the same name").toBeNull();
		say("k");
		expect([recallPackage(home, launch, code("k")), recallPackage(home, launch, null)]).toEqual([stored, null]);
		await rememberPackage(home, launch, stored, null);
		expect(recallPackage(home, launch, null), "what this process has resolved").toEqual(stored);
	});

	it("is read again unless who has the key wrote down that it was seen", async () => {
		const stored = await installed();
		const code = (key: string) => (text: string) => createHmac("sha256", key).update(text).digest("hex");
		const prove = (key: string) => {
			const claimed = claimInstalled(home, stored);
			return claimed.ok ? claimed.value.prove(code(key)) : claimed;
		};
		expect(prove("k")).toEqual(ok(undefined));
		expect(prove("k")).toEqual(ok(undefined));
		rewrite(stored.run.bin, (text) => text.replace("ran", "RAN"));
		expect(prove("k")).toMatchObject({ ok: false, problem: { code: "package-changed" } });
		// What the file system says of the changed one, written down by another program.
		const memory = new CodedMemory(path.join(home.state, "packages.json"), "packages");
		const seen = statDigest(stored.folder) ?? "";
		memory.remember(path.relative(home.store, stored.folder), seen, code("forger"), Date.now());
		expect(claimInstalled(home, stored).ok, "it could be believed").toBe(true);
		expect(prove("k")).toMatchObject({ ok: false, problem: { code: "package-changed" } });
		memory.remember(path.relative(home.store, stored.folder), seen, code("k"), Date.now());
		expect(prove("k"), "the memory is used at all").toEqual(ok(undefined));
	});

	it.each<[string, (file: string) => void]>([
		["a changed file", (file) => rewrite(file, (text) => text.replace("ran", "RAN"))],
		["an added file", (file) => open(path.dirname(file), () => fs.writeFileSync(path.join(path.dirname(file), "x.js"), ""))],
		["a removed file", (file) => open(path.dirname(file), () => fs.rmSync(file))],
		["a link", (file) => open(path.dirname(file), () => fs.symlinkSync("/etc", path.join(path.dirname(file), "x")))],
		["a file that others may write", (file) => fs.chmodSync(file, 0o666)],
	])("is refused with %s, and installed anew on approval", async (_, change) => {
		const stored = await installed();
		change(stored.run.bin);
		expect(verifyInstalled(home, stored)).toMatchObject({ ok: false, problem: { code: "package-changed" } });
		await registry?.close();
		expect(await installed()).toEqual(stored);
		expect(verifyInstalled(home, stored)).toEqual(ok(undefined));
	});

	it("is refused when its folder is a link, is elsewhere, or has another digest", async () => {
		const stored = await installed();
		const copy = `${stored.folder.slice(0, -1)}x`;
		fs.symlinkSync(stored.folder, copy);
		for (const wrong of [
			{ ...stored, folder: copy },
			{ ...stored, folder: "/usr" },
			{ ...stored, lockDigest: `sha256:${"0".repeat(64)}` },
		])
			expect(verifyInstalled(home, wrong).ok).toBe(false);
		expect(findInStore(home, "npm", `sha256:${"0".repeat(64)}`)).toMatchObject({ ok: false, problem: { code: "package-missing" } });
	});
});

describe("real servers of the real registry", () => {
	it.each(["@modelcontextprotocol/server-everything", "@modelcontextprotocol/server-filesystem"])(
		"installs %s and speaks with it, confined and read-only",
		async (name) => {
			const result = await install(spec(name), null, deps());
			if (!result.ok) throw new Error(result.problem.message);
			const { folder: read, run } = result.value;
			const shared = path.join(folder, "shared");
			fs.mkdirSync(shared);
			const profile = { write: [], hidden: [], hiddenNames: [], egress: [], limits: {}, env: {}, cwd: read };
			const args = [...run.argv, ...(name.endsWith("filesystem") ? [shared] : [])];
			const started = await deps()
				.engine(null)
				.start({ ...profile, command: node, args, read: [node, read, shared] });
			if (!started.ok) throw new Error(started.problem.message);
			const { child, dispose } = started.value;
			try {
				const answer = new Promise<string>((resolve, reject) => {
					child.stdout?.once("data", (data: Buffer) => resolve(data.toString()));
					child.once("exit", (code) => reject(new Error(`exited with ${code}`)));
				});
				const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "0" } };
				child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params })}\n`);
				expect(JSON.parse((await answer).split("\n")[0] ?? "")).toMatchObject({ id: 1, result: { serverInfo: {} } });
			} finally {
				await dispose();
			}
			expect(verifyInstalled(home, result.value)).toEqual(ok(undefined));
		},
	);
});

function rewrite(file: string, change: (text: string) => string): void {
	fs.chmodSync(file, 0o644);
	fs.writeFileSync(file, change(fs.readFileSync(file, "utf8")));
	fs.chmodSync(file, 0o444);
}

function open(directory: string, change: () => void): void {
	fs.chmodSync(directory, 0o755);
	change();
	fs.chmodSync(directory, 0o555);
}

function deadPid(): Promise<number> {
	return new Promise((resolve) => {
		const child = spawn(node, ["--version"], { stdio: "ignore" });
		child.once("exit", () => resolve(child.pid ?? 0));
	});
}

function grep(root: string, text: string): string[] {
	return fs
		.readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter((file) => fs.readFileSync(file, "utf8").includes(text));
}
