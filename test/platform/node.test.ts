import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findNode, type NodeSearch } from "../../src/platform/node.ts";

let folder: string;
let workspace: string;
beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-node-")));
	workspace = path.join(folder, "workspace");
	fs.mkdirSync(workspace);
});
afterEach(() => {
	vi.unstubAllEnvs();
	fs.rmSync(folder, { recursive: true, force: true });
});

const REAL = { node: fs.realpathSync(process.execPath), version: process.versions.node };
const marker = (): string => path.join(folder, "was-run");

/** A program called node in a folder of its own, which it returns. */
function program(name: string, script: string, mode = 0o755): string {
	const bin = path.join(folder, name);
	fs.mkdirSync(bin, { recursive: true });
	fs.writeFileSync(path.join(bin, "node"), `#!/bin/sh\n${script}\n`, { mode });
	return bin;
}

/** One that says it is another version, or another program. */
function other(name: string, versions: Readonly<Record<string, string>>): string {
	const file = path.join(folder, name, "node");
	return program(name, `echo '${JSON.stringify({ execPath: file, versions })}'`);
}

async function find(search: Partial<NodeSearch>): Promise<{ readonly node: string; readonly version: string } | string> {
	const found = await findNode({ recorded: null, path: "", own: process.execPath, untrusted: [workspace], electron: false, ...search });
	return found.ok ? found.value : found.problem.code;
}

describe("the Node to record", () => {
	it("is the PATH's, under its real name", async () => {
		const bin = path.join(folder, "bin");
		fs.mkdirSync(bin);
		fs.symlinkSync(process.execPath, path.join(bin, "node"));
		expect(await find({ path: bin, own: "/nonexistent" })).toEqual(REAL);
	});

	it("is what a version manager's shim runs outside every workspace", async () => {
		const shims = program("shims", `[ "$PWD" = / ] || exit 1\nexec "${process.execPath}" "$@"`);
		expect(await find({ path: shims, own: "/nonexistent" })).toEqual(REAL);
	});

	it("is found by a shim that needs its manager on the PATH", async () => {
		const bin = path.join(folder, "manager");
		fs.mkdirSync(bin);
		fs.writeFileSync(path.join(bin, "manager"), `#!/bin/sh\nexec "${process.execPath}" "$@"\n`, { mode: 0o755 });
		expect(await find({ path: `${program("shims", 'exec manager "$@"')}:${bin}`, own: "/nonexistent" })).toEqual(REAL);
	});

	it("is further along the PATH when the first is too old, does not start, or is no Node", async () => {
		const path = [
			other("old", { node: "20.19.0" }),
			program("broken", "exit 1"),
			program("silent", "true"),
			other("bun", { node: "24.3.0", bun: "1.3.0" }),
			other("electron", { node: "24.3.0", electron: "40.0.0" }),
			other("newer", { node: "22.12.0" }),
		].join(":");
		expect(await find({ path })).toEqual({ node: `${folder}/newer/node`, version: "22.12.0" });
	});

	it("stays the recorded one while that is good", async () => {
		const recorded = path.join(other("recorded", { node: "22.12.1" }), "node");
		expect(await find({ recorded, path: other("newer", { node: "99.0.0" }) })).toEqual({ node: recorded, version: "22.12.1" });
		expect(await find({ recorded: path.join(other("old", { node: "22.11.0" }), "node") })).toEqual(REAL);
		expect(await find({ recorded: path.join(folder, "gone") })).toEqual(REAL);
	});

	it("stays the recorded one where the person works in the home that it lies in", async () => {
		const recorded = path.join(other("recorded", { node: "22.12.1" }), "node");
		vi.stubEnv("HOME", path.join(folder, "home"));
		expect(await find({ recorded, untrusted: [folder] })).toEqual({ node: recorded, version: "22.12.1" });
	});

	it("is our own where the PATH has none", async () => {
		expect(await find({ path: folder })).toEqual(REAL);
	});

	it("is never an editor's binary, which is not even started", async () => {
		const own = path.join(program("editor", `touch ${marker()}`), "node");
		const found = await find({ own, electron: true });
		expect(fs.existsSync(marker())).toBe(false);
		expect(typeof found === "string" ? found : path.dirname(found.node)).not.toBe(path.dirname(own));
	});

	it("names the one that is too old, and what to do", async () => {
		const found = await findNode({
			recorded: null,
			path: other("old", { node: "18.0.0" }),
			own: "/nonexistent",
			untrusted: [],
			electron: false,
		});
		// A machine with a new Node in a fixed place has no problem.
		if (found.ok) expect(found.value.node).not.toContain(folder);
		else {
			expect(found.problem.code).toBe("node-old");
			expect(found.problem.message).toContain(`${folder}/old/node is 18.0.0`);
			expect(found.problem.remedy).toContain("Install Node.js 22.12 or newer");
		}
	});
});

describe("a Node that a workspace could have put there is not even run:", () => {
	const evil = (): string => `touch ${marker()}\nexec "${process.execPath}" "$@"`;

	it.each<readonly [string, () => string]>([
		["in the workspace", () => program("workspace/node_modules/.bin", evil())],
		["in a relative folder of the PATH", () => path.relative(process.cwd(), program("relative", evil()))],
		[
			"behind a link that leads into the workspace",
			() => {
				const bin = path.join(folder, "innocent");
				fs.mkdirSync(bin);
				fs.symlinkSync(path.join(program("workspace/bin", evil()), "node"), path.join(bin, "node"));
				return bin;
			},
		],
		[
			"in a folder that is a link into the workspace",
			() => {
				const bin = path.join(folder, "innocent");
				fs.symlinkSync(program("workspace/bin", evil()), bin);
				return bin;
			},
		],
		[
			"in a folder that anyone may write",
			() => {
				const bin = program("open", evil());
				fs.chmodSync(bin, 0o777);
				return bin;
			},
		],
		[
			"a file that anyone may write",
			() => {
				const bin = program("open-file", evil());
				fs.chmodSync(path.join(bin, "node"), 0o777);
				return bin;
			},
		],
	])("%s", async (_what, make) => {
		expect(await find({ path: make() })).toEqual(REAL);
		expect(fs.existsSync(marker())).toBe(false);
	});

	it("not even when it was recorded", async () => {
		const recorded = (bin: string): string => path.join(bin, "node");
		expect(await find({ recorded: recorded(program("workspace/bin", evil())) })).toEqual(REAL);
		const open = program("open", evil());
		fs.chmodSync(open, 0o777);
		expect(await find({ recorded: recorded(open) })).toEqual(REAL);
		const innocent = path.join(folder, "innocent");
		fs.symlinkSync(recorded(program("workspace/bin", evil())), innocent);
		expect(await find({ recorded: innocent })).toEqual(REAL);
		expect(fs.existsSync(marker())).toBe(false);
	});

	it("and a shim outside that leads into the workspace is not believed", async () => {
		const inside = other("workspace/bin", { node: "24.0.0" });
		expect(await find({ path: program("shims", `exec "${inside}/node" "$@"`) })).toEqual(REAL);
	});
});
