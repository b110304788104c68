import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { paged } from "../../src/cli/paged.ts";
import { say } from "../../src/cli/say.ts";

/** A terminal with so many rows, at which a person types these lines, one for each question. */
function terminal(rows: number | undefined, answers: readonly string[]): { readonly io: Io; readonly shown: () => string } {
	const waiting = [...answers];
	let text = "";
	const stdin = Object.assign(new PassThrough(), { isTTY: true });
	const stdout = Object.assign(new PassThrough(), { isTTY: true, ...(rows === undefined ? {} : { rows }) });
	const stderr = new PassThrough();
	stdout.on("data", (chunk) => {
		text += String(chunk);
		if (!String(chunk).includes(" -- ")) return;
		const answer = waiting.shift();
		if (answer === undefined) stdin.end();
		else stdin.write(`${answer}\n`);
	});
	return { io: { cwd: "/", env: {}, stdin, stdout, stderr }, shown: () => text };
}

function lines(count: number): (to: Io) => void {
	return (to) => {
		for (let i = 0; i < count; i++) say(to, `line ${i}.`);
	};
}

it("what is longer than the terminal is shown page by page, to its end", async () => {
	const { io, shown } = terminal(12, ["", ""]);
	expect(await paged(io, io, lines(25))).toBe(true);
	expect(shown()).toMatch(/line 9\.\n[^\n]*-- 15 more lines/);
	expect(shown()).toContain("line 24.");
});

it("who leaves before the end, or has nothing more to type, leaves everything as it is", async () => {
	for (const answers of [["", "q"], [""]]) {
		const { io, shown } = terminal(12, answers);
		expect(await paged(io, io, lines(25))).toBe(false);
		expect(shown()).not.toContain("line 24.");
	}
});

it("what fits is shown at once, and so is everything where nobody knows how much fits", async () => {
	for (const rows of [60, undefined]) {
		const { io, shown } = terminal(rows, []);
		expect(await paged(io, io, lines(25))).toBe(true);
		expect(shown()).toContain("line 24.");
	}
});
