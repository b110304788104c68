import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runWithKeptCode } from "../../src/kept-code.ts";

let folder: string;
let program: string;
let cache: string;

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-test-")));
	program = path.join(folder, "program.cjs");
	cache = path.join(folder, "cache");
	fs.mkdirSync(cache, { mode: 0o700 });
	write("one");
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A program whose text is as long for any word of the same length. */
function write(word: string): void {
	fs.writeFileSync(
		program,
		`const path = require("node:path"); module.exports = { say: () => "${word}", from: [path.basename(__filename), __dirname] };`,
	);
}

const run = (into: string | null = cache) => runWithKeptCode(program, into, createRequire(import.meta.url));
const say = (running: ReturnType<typeof run>): unknown => (running.exports as { say(): unknown }).say();
const kept = (): string => path.join(cache, "program.cjs.code");

it("runs a program as require would, and says that its code is not kept yet", () => {
	const running = run();
	expect(say(running)).toBe("one");
	expect(running.exports).toMatchObject({ from: ["program.cjs", folder] });
	expect(running.keep).not.toBeNull();
	expect(fs.readdirSync(cache)).toEqual([]);
});

it("runs from what was kept, which nobody else can read, and keeps it no second time", () => {
	const first = run();
	say(first);
	first.keep?.();
	expect(fs.statSync(kept()).mode & 0o777).toBe(0o600);
	const second = run();
	expect(say(second)).toBe("one");
	expect(second.keep).toBeNull();
	expect(fs.readdirSync(cache)).toEqual(["program.cjs.code"]);
});

it("runs a changed program, however alike, and never the code of the old one", () => {
	run().keep?.();
	write("two");
	const running = run();
	expect(say(running)).toBe("two");
	running.keep?.();
	expect(say(run())).toBe("two");
});

it("runs a program that was replaced by another of the same size and times", () => {
	run().keep?.();
	const { atime, mtime } = fs.statSync(program);
	fs.rmSync(program);
	write("two");
	fs.utimesSync(program, atime, mtime);
	expect(say(run())).toBe("two");
});

it.each([
	["torn in the middle", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
	["full of zeros at its end", (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -200), Buffer.alloc(200)])],
	[
		"changed in one byte",
		(bytes: Buffer) => Buffer.concat([bytes.subarray(0, -100), Buffer.of((bytes.at(-100) ?? 0) ^ 1), bytes.subarray(-99)]),
	],
	["empty", () => Buffer.alloc(0)],
	[
		"of a length that leads past its end",
		(bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4), Buffer.alloc(4, 0xff), bytes.subarray(8)]),
	],
])("does without code that is %s, and keeps it anew", (_, tear) => {
	run().keep?.();
	fs.writeFileSync(kept(), tear(fs.readFileSync(kept())));
	const running = run();
	expect(say(running)).toBe("one");
	expect(running.keep).not.toBeNull();
	running.keep?.();
	expect(run().keep).toBeNull();
});

it("runs where nothing can be kept", () => {
	expect(run(null).keep).toBeNull();
	const gone = run(path.join(folder, "nowhere"));
	expect(say(gone)).toBe("one");
	gone.keep?.();
	expect(say(run(path.join(folder, "nowhere")))).toBe("one");
});
