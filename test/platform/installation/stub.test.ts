import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { isCleared } from "../../../src/platform/installation/cleared.ts";
import { stubText } from "../../../src/platform/installation/stub.ts";

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-stub-")));
const program = path.join(folder, "a program.cjs");
const node = path.join(folder, "it's node");
const editor = path.join(folder, "the editor");
beforeEach(() => {
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder);
	fs.writeFileSync(program, "");
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A "Node" that prints what it was started with, and exits with `version` when it is asked whether it is new enough. */
function fake(file: string, version = 0): void {
	const script = `if [ "$1" = -e ]; then cat >/dev/null; exit ${version}; fi\nprintf '%s\\n' "$0" "$@"\nenv\ncat\n`;
	fs.writeFileSync(file, `#!/bin/sh\n${script}`, { mode: 0o755 });
}

/** Runs a stub on which no Node of this machine has a say. */
function run(
	args: readonly string[],
	options: { readonly home?: string; readonly env?: Readonly<Record<string, string>>; readonly electron?: string } = {},
): SpawnSyncReturns<string> {
	const stub = path.join(folder, "sallyport");
	const text = stubText(options.home ?? "/home/x/.sallyport", { program, node, electron: options.electron ?? null });
	fs.writeFileSync(stub, text.replaceAll(/'\/(?:usr|opt)\/[^']*\/node'/g, `'${folder}/no node'`), { mode: 0o755 });
	return spawnSync(stub, args, { env: options.env ?? {}, encoding: "utf8", input: "what the host says\n" });
}

describe("the launcher's stub", () => {
	it("passes every argument on as it is", () => {
		fake(node);
		const said = run(["run", "--name", "a b", "--", "$(touch /tmp/x)", "'", "", "\\c"]).stdout;
		expect(said.split("\n").slice(0, 10)).toEqual([node, program, "run", "--name", "a b", "--", "$(touch /tmp/x)", "'", "", "\\c"]);
	});

	it("has its own home, whatever a host's file says", () => {
		fake(node);
		const said = run([], { home: "/home/o'neill/.sallyport", env: { SALLYPORT_HOME: "/workspace/evil" } }).stdout;
		expect(said).toContain("SALLYPORT_HOME=/home/o'neill/.sallyport\n");
	});

	it.each(["--max-old-space-size=4096 --no-warnings", "--require ./evil.js", "$(touch x)'"])(
		"keeps NODE_OPTIONS from the launcher's own Node, and hands %j on beside it",
		(options) => {
			fake(node);
			const said = run([], { env: { NODE_OPTIONS: options, SALLYPORT_NODE_OPTIONS: "--import evil" } }).stdout;
			expect(said).not.toMatch(/^NODE_OPTIONS=/m);
			expect(said).toContain(`\nSALLYPORT_NODE_OPTIONS=${options}\n`);
		},
	);

	it("believes nobody else about them", () => {
		fake(node);
		expect(run([], { env: { SALLYPORT_NODE_OPTIONS: "--import evil" } }).stdout).not.toMatch(/NODE_OPTIONS/);
	});

	it.each(["NODE_PATH", "LD_LIBRARY_PATH", "LD_AUDIT", "NODE_COMPILE_CACHE", "OPENSSL_CONF", "NODE_TLS_REJECT_UNAUTHORIZED", "BASH_ENV"])(
		"does not hand %s on",
		(name) => {
			fake(node);
			expect(isCleared(name)).toBe(true);
			expect(run([], { env: { [name]: "" } }).stdout).not.toMatch(new RegExp(`^${name}=`, "m"));
		},
	);

	it("leaves ELECTRON_RUN_AS_NODE to the server that was given it", () => {
		fake(node);
		expect(run([], { env: { ELECTRON_RUN_AS_NODE: "0" } }).stdout).toContain("ELECTRON_RUN_AS_NODE=0\n");
	});
});

describe("the launcher's stub when its Node is gone", () => {
	it("runs the editor's binary as Node, and leaves it what the host says", () => {
		fake(editor);
		const { stdout, status } = run(["run", "a b"], { electron: editor });
		expect(status).toBe(0);
		expect(stdout.split("\n").slice(0, 4)).toEqual([editor, program, "run", "a b"]);
		expect(stdout).toContain("ELECTRON_RUN_AS_NODE=1\n");
		expect(stdout).toContain("what the host says\n");
	});

	it("runs no editor whose Node is too old", () => {
		fake(editor, 1);
		expect(run([], { electron: editor })).toMatchObject({ status: 125, stdout: "" });
	});

	it("takes no folder for a program", () => {
		fs.mkdirSync(node);
		fs.mkdirSync(editor);
		expect(run([], { electron: editor })).toMatchObject({ status: 125, stdout: "" });
	});

	it("tells which Nodes are new enough", () => {
		const asked = /-e '(const [^']*)'/.exec(stubText("/h", { program, node, electron: null }))?.[1] ?? "";
		const answer = (version: string): number | null =>
			spawnSync(process.execPath, ["-e", `Object.defineProperty(process.versions, "node", { value: "${version}" }); ${asked}`]).status;
		expect(["20.19.0", "22.11.9", "22.12.0", "23.0.0", "100.0.1"].map(answer)).toEqual([1, 1, 0, 0, 0]);
	});

	it("says what to do where there is none, and refuses", () => {
		expect(run(["run"])).toMatchObject({
			status: 125,
			stdout: "",
			stderr: expect.stringMatching(
				new RegExp(
					`^sallyport: ${node}, which ran the launcher, is gone, and (?:no other was found|/.*/node is too old)\\. Install Node\\.js 22\\.12 or newer, and run: sallyport init, or in the editor the command "Sallyport: Set Up"\n$`,
				),
			),
		});
	});
});

it("the launcher's stub says what to do when the launcher is gone, and refuses", () => {
	fake(node);
	fs.rmSync(program);
	expect(run(["run"])).toMatchObject({
		status: 125,
		stdout: "",
		stderr: `sallyport: ${program} is gone. Where Sallyport is now, run: sallyport init, or in the editor the command "Sallyport: Set Up"\n`,
	});
});
