import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { Progress } from "../../src/cli/scan-progress.ts";

/** What is written while 100 files take `each` milliseconds apiece. */
function shown(isTTY: boolean, each: number): string {
	const stderr = Object.assign(new PassThrough(), { isTTY });
	const io: Io = { cwd: "/", env: {}, stdin: new PassThrough(), stdout: new PassThrough(), stderr };
	let now = 0;
	const progress = new Progress(io, 100, "scanning [{bar}] {value}/{total} files", () => now);
	for (let i = 0; i < 100; i++) {
		now += each;
		progress.advance();
	}
	progress.stop();
	return String(stderr.read() ?? "");
}

test("a long run shows how far it is, on a terminal, and takes the bar away again", () => {
	const out = shown(true, 10);
	expect(out).toContain("scanning [");
	expect(out).toContain("51/100 files");
	expect(out.endsWith("\u001b[2K")).toBe(true);
});

test("a short one shows nothing, nor does any that is not at a terminal", () => {
	expect(shown(true, 1)).toBe("");
	expect(shown(false, 1000)).toBe("");
});
