import { expect, test } from "vitest";
import { formatText } from "../../../src/core/report/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";
import { analyzed } from "./analyzed.ts";

const token = githubToken(new Dice(7), "ghp");
const shown = (note: string): string =>
	formatText([analyzed(JSON.stringify({ note, mcpServers: { a: { command: "srv", env: { GITHUB_TOKEN: token } } } }))], (_, text) => text);

test("a file on one line is shown around what was found", () => {
	expect(shown("x".repeat(5_000))).toMatch(/> 1 \|.*GITHUB_TOKEN/);
});

test("of a line that is too long for people nothing is shown but where it is", () => {
	const text = shown("x".repeat(50_000));
	expect(text).toContain("GITHUB_TOKEN holds");
	expect(text).not.toContain("> 1 |");
});
