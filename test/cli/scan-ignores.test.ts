import { afterAll, beforeAll, expect, test } from "vitest";
import { ScanFolder, tokenOf } from "./scan-folder.ts";

const folder = new ScanFolder();

beforeAll(() => {
	const ignore = "// sallyport-ignore secret-in-env it is not a real one";
	const server = `"tickets": { "command": "/usr/bin/tickets", "env": {\n${ignore}\n"GITHUB_TOKEN": "${tokenOf(71)}" } }`;
	folder.write(".cursor/mcp.json", `{ "mcpServers": { ${server} } }\n`);
});
afterAll(() => folder.remove());

test("what a file ignores with a reason is put aside", async () => {
	const { code, report } = await folder.scan(["--json"]);
	expect(code).toBe(0);
	expect(report.findings.map(({ ruleId }) => ruleId)).not.toContain("secret-in-env");
	expect(report.silenced.map(({ ruleId, by, reason }) => [ruleId, by, reason])).toEqual([
		["secret-in-env", "ignore", "it is not a real one"],
	]);
	const { out } = await folder.scan(["--format", "sarif"]);
	expect(out).toMatch(/"justification":\s*"it is not a real one"/);
});

test("with --no-ignores it is told, and says that the file would rather not", async () => {
	const { code, report } = await folder.scan(["--json", "--no-ignores"]);
	expect(code).toBe(1);
	expect(report.silenced).toEqual([]);
	const [token] = report.findings.filter(({ ruleId }) => ruleId === "secret-in-env");
	expect(token).toMatchObject({ severity: "warning", message: expect.stringMatching(/ The file says to ignore this\.$/) });
	expect((await folder.scan(["--no-ignores"])).out).toContain("The file says to ignore this.");
});
