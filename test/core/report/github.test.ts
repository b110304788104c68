import { expect, test } from "vitest";
import { formatGitHub } from "../../../src/core/report/github.ts";
import { formatJson } from "../../../src/core/report/json.ts";
import { formatText } from "../../../src/core/report/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";
import { analyzed } from "./analyzed.ts";

const token = githubToken(new Dice(5), "ghp");

test("each finding is a command with its place, the severity as GitHub calls it", () => {
	const text = JSON.stringify({ mcpServers: { a: { command: "node", args: ["x.js"], env: { SALLYPORT_HOME: "/x", T: token } } } }, null, 2);
	const lines = formatGitHub([analyzed(text, "app/.cursor/mcp.json")]).split("\n");
	const line = text.split("\n").findIndex((each) => each.includes(token)) + 1;
	const col = (text.split("\n")[line - 1] ?? "").indexOf(token) + 1;
	expect(lines).toContainEqual(
		expect.stringMatching(
			`^::warning file=app/\\.cursor/mcp\\.json,line=${line},endLine=${line},col=${col},endColumn=${col + token.length},title=secret-in-env::a: T holds`,
		),
	);
	expect(lines).toContainEqual(expect.stringMatching(/^::error file=.*,title=launcher-environment::/));
	expect(lines).toContainEqual(expect.stringMatching(/^::notice file=.*,title=not-launched-through-sallyport::/));
	expect(lines.at(-1)).toBe("");
	expect(formatGitHub([])).toBe("");
});

test("a name cannot end a property, a line or the command", () => {
	const name = "x,line=1::%0A\r\n::stop-commands::y ##[set-output name=a;]b";
	const text = JSON.stringify({ mcpServers: { [name]: { url: "http://mcp.example.com/mcp" } } });
	const out = formatGitHub([analyzed(text, "odd,name=1: 100%\n/.cursor/mcp.json")]);
	const lines = out.trimEnd().split("\n");
	for (const line of lines) {
		const [, properties = "", message = ""] = /^::(?:error|warning|notice) ([^:]*)::(.*)$/.exec(line) ?? [];
		expect(properties).toMatch(
			/^file=odd%2Cname=1%3A 100%25\\u000a\/\.cursor\/mcp\.json,line=1,endLine=1,col=\d+,endColumn=\d+,title=[a-z-]+$/,
		);
		expect(message).toMatch(/^x,line=1::%250A\\u000d\\u000a::stop-commands::y/);
	}
	expect(lines).toContainEqual(expect.stringContaining("title=insecure-url::"));
});

test("no report holds what a build server would take for a command, in the middle of a line or where one begins", () => {
	const text = JSON.stringify({ mcpServers: { "##[set-output name=a;]b": { command: "bash", args: ["-c", "echo '##[add-path]/tmp'"] } } });
	const files = [analyzed(text, "##[x]/.cursor/mcp.json")];
	const reports = [formatText(files, (_, each) => each), formatJson(files), formatGitHub(files)];
	for (const report of reports) expect(report).not.toContain("##[");
	const named = formatText([analyzed(text, "::stop-commands::x/.cursor/mcp.json")], (_, each) => each);
	const quiet = formatText([analyzed(text, "::x/.cursor/mcp.json")], (_, each) => each, {
		unread: { files: 0, folders: 0 },
		words: "",
		quiet: true,
	});
	for (const line of `${named}${quiet}`.split("\n")) expect(line).not.toMatch(/^\s*::/);
	expect(JSON.parse(reports[1] ?? "").findings[0]).toMatchObject({ file: "##[x]/.cursor/mcp.json", server: "##[set-output name=a;]b" });
});
