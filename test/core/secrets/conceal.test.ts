import { describe, expect, it } from "vitest";
import { conceal } from "../../../src/core/secrets/conceal.ts";
import { Dice, githubToken } from "./samples.ts";

describe("a line that a person is about to see", () => {
	it.each([
		['"npx x --token hunter2Zq"', '"npx x --token ••••"'],
		['"--token", "hunter2Zq"', '"--token", "••••"'],
		["--api-key=hunter2Zq --other x", "--api-key=•••• --other x"],
		['"-c", "TOKEN=hunter2Zq srv"', '"-c", "TOKEN=•••• srv"'],
		['--password \\"hunter2Zq\\"', '--password \\"••••\\"'],
		['"API_TOKEN": "hunter2Zq",', '"API_TOKEN": "••••",'],
		['"Password=••••;Token=hunter2Zq"', '"Password=••••;Token=••••"'],
		['"Password=••••;hunter2Zq"', '"Password=••••"'],
	])("hides what is given to a name that takes a secret, even an ordinary word: %s", (line, shown) => {
		expect(conceal(line)).toBe(shown);
	});

	it.each([
		'"GITHUB_TOKEN": "keychain://gh/GITHUB_TOKEN"',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		'"--token", "${input:token}"',
		'"--token", "--verbose"',
		'"--max-tokens", "4000", "--token-file", "/etc/token"',
		'"command": "npx", "args": ["-y", "server@1.0.0"]',
		'"--conn", "Server=db;Password=••••;Encrypt=true"',
		'"--header", "Cookie: session=••••; theme=dark"',
	])("shows what is none: %s", (line) => {
		expect(conceal(line)).toBe(line);
	});

	it("masks tokens of a known form wherever they stand, and takes no time over a long line", () => {
		const token = githubToken(new Dice(3), "ghp");
		expect(conceal(`"${token}": {`)).toBe('"ghp_…": {');
		const long = `${"--token-".repeat(40_000)} "${'"a":'.repeat(40_000)}`;
		expect(conceal(long)).toHaveLength(long.length);
	});
});
