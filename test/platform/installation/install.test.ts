import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createHome, type Home } from "../../../src/platform/home.ts";
import { checkInstallation } from "../../../src/platform/installation/check.ts";
import { type Installation, type InstallOptions, installLauncher } from "../../../src/platform/installation/install.ts";
import { recordedNode } from "../../../src/platform/node.ts";

const KEYTAR = path.resolve(import.meta.dirname, "../../../node_modules/keytar");

let folder: string;
let home: Home;
beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-install-")));
	const made = createHome(path.join(folder, "home"), { unattended: true });
	if (!made.ok) throw new Error(made.problem.message);
	home = made.value;
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A clone with small programs that say their name; the keychain's library is the real one. */
function clone(name: string): string {
	const dist = path.join(folder, name, "dist");
	fs.mkdirSync(dist, { recursive: true });
	for (const file of ["sallyport.cjs", "launcher.cjs", "cli.cjs"])
		fs.writeFileSync(path.join(dist, file), `console.log(${JSON.stringify(name)}, typeof require("keytar").getPassword);`);
	fs.mkdirSync(path.join(folder, name, "node_modules"));
	fs.cpSync(KEYTAR, path.join(folder, name, "node_modules", "keytar"), { recursive: true });
	return dist;
}

const install = (from: string, version = "1.0.0", more: Partial<InstallOptions> = {}) =>
	installLauncher(home, { from, version, node: process.execPath, electron: null, ...more });

async function installed(from: string, version?: string, more?: Partial<InstallOptions>): Promise<Installation["installed"]> {
	const result = await install(from, version, more);
	if (!result.ok) throw new Error(`${result.problem.message} ${result.problem.remedy}`);
	expect(result.value.stub).toBe(home.stub);
	return result.value.installed;
}

async function problem(from: string, version?: string, more?: Partial<InstallOptions>): Promise<string> {
	const result = await install(from, version, more);
	return result.ok ? "none" : result.problem.code;
}

const start = (): string => execFileSync(home.stub, [], { env: {}, encoding: "utf8" }).trim();
const launchers = (): string[] => fs.readdirSync(path.join(home.path, "launcher")).sort();
const only = (): string => path.join(home.path, "launcher", launchers()[0] ?? "");
const state = (from: string, version = "1.0.0"): string => {
	const checked = checkInstallation(home, { folder: from, version });
	return checked.ok ? (checked.value.other ?? "whole") : checked.problem.code;
};

/** Everything below a folder, with what would change when it is written again. */
function snapshot(where: string): Record<string, string> {
	const found: Record<string, string> = {};
	for (const entry of fs.readdirSync(where, { recursive: true, withFileTypes: true })) {
		const file = path.join(entry.parentPath, entry.name);
		const stat = fs.lstatSync(file, { bigint: true });
		found[file] = `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
	}
	return found;
}

/** A policy file as an approval writes it. */
function grantIn(workspace: string): object {
	const launch = { command: "x", args: [], cwd: null, env: {}, fingerprint: `sha256:${"0".repeat(64)}` };
	return { version: 1, servers: [{ name: "x", config: path.join(workspace, ".mcp.json"), workspace, launch }] };
}

describe("installing the launcher", () => {
	it("keeps it starting, keychain included, when what it came from is gone", async () => {
		const from = clone("first");
		expect(await installed(from)).toBe("new");
		fs.rmSync(path.join(folder, "first"), { recursive: true });
		expect(start()).toBe("first function");
		expect(state(from)).toBe("whole");
	});

	it("makes it readable by its owner alone", async () => {
		await installed(clone("first"));
		for (const entry of fs.readdirSync(home.path, { recursive: true, withFileTypes: true })) {
			const file = path.join(entry.parentPath, entry.name);
			expect([file, fs.statSync(file).mode & 0o077]).toEqual([file, 0]);
		}
	});

	it("touches nothing when all is as it should be", async () => {
		const from = clone("first");
		await installed(from);
		const before = snapshot(home.path);
		expect(await installed(from)).toBe("same");
		expect(snapshot(home.path)).toEqual(before);
	});

	it("replaces the same version with another content, and an older version", async () => {
		await installed(clone("first"));
		expect(state(clone("second"))).toBe("another build of 1.0.0 than this one");
		expect(await installed(path.join(folder, "second", "dist"))).toBe("new");
		expect(start()).toBe("second function");
		expect(state(clone("third"), "1.1.0")).toBe("launcher-old");
		expect(await installed(path.join(folder, "third", "dist"), "1.1.0")).toBe("new");
		expect(start()).toBe("third function");
	});

	it("never puts an older launcher in the place of a newer one, but mends its stub", async () => {
		const older = clone("older");
		await installed(clone("newer"), "1.10.0");
		expect(await installed(older, "1.9.0")).toBe("kept-newer");
		fs.writeFileSync(home.stub, "#!/bin/sh\n");
		expect(await installed(older, "1.10.0-rc.1")).toBe("kept-newer");
		expect(start()).toBe("newer function");
		expect(state(older, "1.9.0")).toBe("1.10.0, newer than this 1.9.0");
	});

	it("puts an older one in the place of a newer one that was changed", async () => {
		await installed(clone("newer"), "2.0.0");
		fs.appendFileSync(path.join(only(), "cli.cjs"), "//");
		expect(await installed(clone("older"), "1.0.0")).toBe("new");
		expect(start()).toBe("older function");
	});

	it("keeps the one before, for servers that still run under it, and no other", async () => {
		for (const [name, version] of Object.entries({ a: "1.0.0", b: "1.0.1", c: "1.0.2" })) await installed(clone(name), version);
		expect(launchers().map((name) => name.replace(/-[0-9a-f]{12}$/, ""))).toEqual(["1.0.1", "1.0.2"]);
		expect(start()).toBe("c function");
	});

	it("keeps the editor that was recorded, while it is there", async () => {
		const from = clone("first");
		const editor = path.join(folder, "editor");
		fs.writeFileSync(editor, "", { mode: 0o755 });
		await installed(from, "1.0.0", { electron: editor });
		await installed(from);
		expect(fs.readFileSync(home.stub, "utf8")).toContain(editor);
		fs.rmSync(editor);
		await installed(from);
		expect(fs.readFileSync(home.stub, "utf8")).not.toContain(editor);
	});

	it("runs on no Node of a workspace that a grant names", async () => {
		const workspace = path.join(folder, "work");
		fs.mkdirSync(workspace);
		const node = path.join(workspace, "node");
		fs.copyFileSync(process.execPath, node);
		fs.chmodSync(node, 0o755);
		expect(await problem(clone("first"), "1.0.0", { node })).toBe("none");
		fs.writeFileSync(path.join(home.policy, "x.jsonc"), JSON.stringify(grantIn(workspace)));
		expect(await problem(clone("second"), "1.1.0", { node })).toBe("node-in-workspace");
		expect(start()).toBe("first function");
	});

	it("says which Node approvals speak of, until that is gone", async () => {
		expect(recordedNode(home)).toBe(null);
		const node = path.join(folder, "node");
		fs.symlinkSync(process.execPath, node);
		await installed(clone("first"), "1.0.0", { node });
		expect(recordedNode(home)).toBe(node);
		fs.rmSync(node);
		expect(recordedNode(home)).toBe(null);
		expect(await problem(path.join(folder, "first", "dist"), "1.0.0", { node })).toBe("node-gone");
	});

	it("works from the installed launcher itself", async () => {
		await installed(clone("first"));
		expect(await installed(only())).toBe("same");
	});

	it("leads one to the other's end when several run at once", async () => {
		const clones = ["a", "b", "c", "d"].map(clone);
		const outcomes = await Promise.all([...clones, ...clones].map((from, i) => install(from, `1.0.${i % 4}`)));
		expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
		expect(start()).toBe("d function");
		expect(state(clones[3] ?? "", "1.0.3")).toBe("whole");
	});
});

describe("what was changed after it was installed", () => {
	it.each<readonly [string, (launcher: string) => void]>([
		["a file was edited", (launcher) => fs.appendFileSync(path.join(launcher, "launcher.cjs"), "evil()")],
		["a file is missing", (launcher) => fs.rmSync(path.join(launcher, "launcher.cjs"))],
		["a file was added", (launcher) => fs.writeFileSync(path.join(launcher, "node_modules", "evil.js"), "")],
		[
			"the keychain's library was edited",
			(launcher) => fs.appendFileSync(path.join(launcher, "node_modules/keytar/lib/keytar.js"), "evil()"),
		],
		[
			"a file has become a link",
			(launcher) => {
				fs.renameSync(path.join(launcher, "cli.cjs"), path.join(folder, "cli.cjs"));
				fs.symlinkSync(path.join(folder, "cli.cjs"), path.join(launcher, "cli.cjs"));
			},
		],
		[
			"the folder has become a link",
			(launcher) => {
				fs.renameSync(launcher, path.join(folder, "elsewhere"));
				fs.symlinkSync(path.join(folder, "elsewhere"), launcher);
			},
		],
	])("%s: it is told, and mended", async (_what, change) => {
		const from = clone("first");
		await installed(from);
		const launcher = only();
		change(launcher);
		expect(state(from)).toBe("launcher-changed");
		expect(await installed(from)).toBe("new");
		expect(fs.lstatSync(launcher).isDirectory()).toBe(true);
		expect([state(from), start(), launchers().length]).toEqual(["whole", "first function", 1]);
	});

	it.each<readonly [string, () => void]>([
		["the stub was edited", () => fs.appendFileSync(home.stub, "true\n")],
		["the stub may be written by others", () => fs.chmodSync(home.stub, 0o722)],
		[
			"the stub has become a link",
			() => {
				fs.renameSync(home.stub, path.join(folder, "stub"));
				fs.symlinkSync(path.join(folder, "stub"), home.stub);
			},
		],
	])("%s: it is told, and mended", async (_what, change) => {
		const from = clone("first");
		await installed(from);
		const stub = fs.readFileSync(home.stub, "utf8");
		change();
		expect(state(from)).toBe("launcher-changed");
		expect(await installed(from)).toBe("same");
		expect([state(from), start()]).toEqual(["whole", "first function"]);
		expect(fs.lstatSync(home.stub).isFile()).toBe(true);
		expect(fs.readFileSync(home.stub, "utf8")).toBe(stub);
	});

	it.each([
		["is gone", null],
		["is not JSON", "{"],
		[
			"leads elsewhere",
			JSON.stringify({ version: 1, launcher: "9.0.0", digest: "0".repeat(64), program: "/tmp/x", node: "/x", electron: null }),
		],
		[
			"would leave the home",
			JSON.stringify({ version: 1, launcher: "9/../../..", digest: "0".repeat(64), program: "/tmp/x", node: "/x", electron: null }),
		],
	])("the record %s: it is told, and mended", async (_what, text) => {
		const from = clone("first");
		await installed(from);
		const record = path.join(home.path, "installation.json");
		if (text === null) fs.rmSync(record);
		else fs.writeFileSync(record, text);
		expect(state(from)).toBe("launcher-missing");
		expect(recordedNode(home)).toBe(null);
		await installed(from);
		expect([state(from), recordedNode(home), start()]).toEqual(["whole", process.execPath, "first function"]);
	});

	it("is not passed on: the changed launcher does not install itself", async () => {
		await installed(clone("first"));
		fs.appendFileSync(path.join(only(), "cli.cjs"), "//");
		expect(await problem(only(), "9.0.0")).toBe("launcher-changed");
	});

	it("a home that was copied starts its own launcher, not the other's", async () => {
		const from = clone("first");
		await installed(from);
		fs.cpSync(home.path, path.join(folder, "copy"), { recursive: true });
		fs.chmodSync(path.join(folder, "copy"), 0o700);
		const copied = createHome(path.join(folder, "copy"), { unattended: true });
		if (!copied.ok) throw new Error(copied.problem.message);
		expect(recordedNode(copied.value)).toBe(null);
		await installLauncher(copied.value, { from, version: "1.0.0", node: process.execPath, electron: null });
		expect(fs.readFileSync(copied.value.stub, "utf8")).not.toContain(home.path);
	});
});

describe("installing the launcher is refused, and changes nothing,", () => {
	it.each(["launcher", "bin"])("through a link at %s", async (name) => {
		const elsewhere = path.join(folder, "elsewhere");
		fs.mkdirSync(elsewhere);
		fs.rmSync(path.join(home.path, name), { recursive: true, force: true });
		fs.symlinkSync(elsewhere, path.join(home.path, name));
		expect(await problem(clone("first"))).toBe("installation-link");
		expect(fs.readdirSync(elsewhere)).toEqual([]);
	});

	it.each(["sallyport.cjs", "launcher.cjs", "cli.cjs"])("when %s is missing", async (name) => {
		const from = clone("first");
		fs.rmSync(path.join(from, name));
		const before = snapshot(home.path);
		expect(await problem(from)).toBe("launcher-incomplete");
		expect(snapshot(home.path)).toEqual(before);
	});

	it.each(["package.json", "lib", "prebuilds"])("when the keychain's library has no %s", async (name) => {
		const from = clone("first");
		fs.rmSync(path.join(folder, "first", "node_modules", "keytar", name), { recursive: true });
		const before = snapshot(home.path);
		expect(await problem(from)).toBe("launcher-incomplete");
		expect(snapshot(home.path)).toEqual(before);
	});

	it("when a folder stands where the stub should; what was installed stays", async () => {
		await installed(clone("first"));
		const before = fs.readFileSync(path.join(home.path, "installation.json"), "utf8");
		fs.rmSync(home.stub);
		fs.mkdirSync(path.join(home.stub, "x"), { recursive: true });
		expect(await problem(clone("second"))).toBe("installation-failed");
		expect(fs.readFileSync(path.join(home.path, "installation.json"), "utf8")).toBe(before);
		expect(launchers().some((name) => name.startsWith("."))).toBe(false);
	});
});

it("what a killed installation left half-copied is never run, and is taken away by the next one", async () => {
	const from = clone("first");
	await installed(from);
	const passing = path.join(home.path, "launcher", ".passing-1-0123456789ab");
	fs.mkdirSync(passing);
	fs.writeFileSync(path.join(passing, "sallyport.cjs"), "half");
	expect(await installed(clone("second"))).toBe("new");
	expect(launchers().length).toBe(2);
	expect(start()).toBe("second function");
});
