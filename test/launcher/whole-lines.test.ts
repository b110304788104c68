import { expect, it } from "vitest";
import { WholeLines } from "../../src/launcher/whole-lines.ts";
import { generateFakeToken } from "../../src/platform/example.ts";

function told(...pieces: readonly string[]): readonly string[] {
	const lines: string[] = [];
	const whole = new WholeLines((line) => lines.push(line));
	for (const piece of pieces) whole.push(piece);
	whole.end();
	return lines;
}

it("lines are told whole, however they come", () => {
	expect(told("a", "b\nc\r\n", "\nd")).toEqual(["ab", "c", "", "d"]);
});

it("of a line that is too long nothing is told, not even its end, in which half a secret may be", () => {
	const secret = generateFakeToken();
	const half = secret.length / 2;
	const lines = told("x".repeat(70_000) + secret.slice(0, half), `${secret.slice(half)} and more\nnext\n`);
	expect(lines).toEqual(["(a very long line was left out)", "next"]);
	expect(told("x".repeat(70_000), "y".repeat(70_000), secret)).toEqual(["(a very long line was left out)"]);
});
