import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createHome } from "../../src/platform/home.ts";
import { ScanFolder, unsafe } from "./scan-folder.ts";

let folder: ScanFolder;

beforeEach(() => {
	folder = new ScanFolder();
	folder.write(".mcp.json", unsafe());
});

afterEach(() => {
	folder.remove();
});

const policy = (rules: object): object => ({ version: 1, servers: [], rules });
const severityOf = async (rule: string, ...args: string[]) =>
	(await folder.scan(["--json", ...args])).report.findings.find(({ ruleId }) => ruleId === rule)?.severity ?? "off";

function ownPolicy(rules: object): void {
	const home = createHome(path.join(folder.home, ".sallyport"), { unattended: true });
	if (!home.ok) throw new Error(home.problem.message);
	fs.writeFileSync(path.join(home.value.policy, "rules.jsonc"), JSON.stringify(policy(rules)));
}

test("a workspace raises a rule, for the commands in its subfolders too; it lowers none", async () => {
	folder.write(".sallyport/policy.jsonc", policy({ "not-launched-through-sallyport": "error", "secret-in-env": "off" }));
	const { code, err } = await folder.scan(["--fail-on", "error"]);
	expect(code).toBe(1);
	expect(err).toMatch(/^sallyport: \S*policy\.jsonc: "off" for secret-in-env has no effect: this file can only raise a rule/);
	expect(await severityOf("not-launched-through-sallyport")).toBe("error");
	expect(await severityOf("secret-in-env")).toBe("warning");
});

test("a person's own policy does both, and the command line comes before it", async () => {
	ownPolicy({ "secret-in-env": "off", "not-launched-through-sallyport": "warning" });
	expect(await severityOf("secret-in-env")).toBe("off");
	expect(await severityOf("not-launched-through-sallyport")).toBe("warning");
	expect(await severityOf("secret-in-env", "--rule", "secret-in-env=error")).toBe("error");
	folder.write(".sallyport/policy.jsonc", policy({ "secret-in-env": "warning" }));
	expect(await severityOf("secret-in-env")).toBe("warning");
	expect(await severityOf("secret-in-env", "--rule", "secret-in-env=off")).toBe("warning");
});

test("a server that a policy forbids is an error, which neither an ignore nor the command line takes back", async () => {
	expect(await severityOf("forbidden-server")).toBe("off");
	const entry = { command: "docker", args: ["run", "image"], "sallyport-ignore": { "forbidden-server": "we like it" } };
	folder.write(".mcp.json", { mcpServers: { box: entry } });
	folder.write(".sallyport/policy.jsonc", { version: 1, servers: [], forbid: [{ command: "docker", reason: "Use podman." }] });
	for (const args of [[], ["--rule", "forbidden-server=off"]]) {
		const { report, code } = await folder.scan(["--json", "--fail-on", "error", ...args]);
		const found = report.findings.filter(({ ruleId }) => ruleId === "forbidden-server");
		expect([code, found]).toMatchObject([
			1,
			[{ severity: "error", server: "box", message: "The workspace's policy forbids this server: Use podman. Remove it." }],
		]);
	}
});

test("--rule changes one, as often as one likes", async () => {
	const both = ["--rule", "secret-in-env=off", "--rule", "not-launched-through-sallyport=error"];
	expect(await severityOf("secret-in-env", ...both)).toBe("off");
	expect(await severityOf("not-launched-through-sallyport", ...both)).toBe("error");
	await expect(folder.scan(["--rule", "secret-in-envs=off"])).rejects.toThrow(/did you mean secret-in-env\?/);
	await expect(folder.scan(["--rule", "secret-in-env=loud"])).rejects.toThrow(/error, warning, info or off/);
	await expect(folder.scan(["--rule", "secret-in-env"])).rejects.toThrow(/ID=SEVERITY/);
});

test("a policy that does not parse hides nothing: the report comes, and 2", async () => {
	folder.write(".sallyport/policy.jsonc", "{ broken");
	const { code, out, err } = await folder.scan(["--fail-on", "never"]);
	expect([code, out]).toEqual([2, expect.stringContaining("secret-in-env")]);
	expect(err).toContain("policy.jsonc:1:");
});
