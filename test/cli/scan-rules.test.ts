import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acceptSettings, readWaiting } from "../../src/platform/approval/accept.ts";
import { createHome, openHome } from "../../src/platform/home.ts";
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

/** As `sallyport policy accept` does it. */
async function acceptOwn(): Promise<void> {
	const home = openHome(path.join(folder.home, ".sallyport"));
	const waiting = home.ok ? await readWaiting(home.value, {}) : home;
	if (!home.ok || !waiting.ok || waiting.value.settings === null) throw new Error("nothing waits");
	expect(await acceptSettings(home.value, waiting.value.settings, {})).toMatchObject({ ok: true });
}

test("a workspace raises a rule, for the commands in its subfolders too; it lowers none", async () => {
	folder.write(".sallyport/policy.jsonc", policy({ "not-launched-through-sallyport": "error", "secret-in-env": "off" }));
	const { code, err } = await folder.scan(["--fail-on", "error"]);
	expect(code).toBe(1);
	expect(err).toMatch(/^sallyport: \S*policy\.jsonc: "off" for secret-in-env has no effect: this file can only raise a rule/);
	expect(await severityOf("not-launched-through-sallyport")).toBe("error");
	expect(await severityOf("secret-in-env")).toBe("warning");
});

test("a person's own policy does both once they have accepted it, and the command line comes before it", async () => {
	ownPolicy({ "secret-in-env": "off", "not-launched-through-sallyport": "warning" });
	expect(await severityOf("secret-in-env")).toBe("warning");
	expect((await folder.scan([])).err).toContain("sallyport policy accept");
	await acceptOwn();
	expect(await severityOf("secret-in-env")).toBe("off");
	expect(await severityOf("not-launched-through-sallyport")).toBe("warning");
	expect(await severityOf("secret-in-env", "--rule", "secret-in-env=error")).toBe("error");
	folder.write(".sallyport/policy.jsonc", policy({ "secret-in-env": "warning" }));
	expect(await severityOf("secret-in-env")).toBe("warning");
	expect(await severityOf("secret-in-env", "--rule", "secret-in-env=off")).toBe("warning");
});

test("what a person accepted of their own policy stays when another program takes it out of the files", async () => {
	const rules = path.join(folder.home, ".sallyport", "policy", "rules.jsonc");
	ownPolicy({ "secret-in-env": "off" });
	await acceptOwn();
	const off = fs.readFileSync(rules);
	fs.writeFileSync(rules, JSON.stringify(policy({ "secret-in-env": "error" })));
	expect(await severityOf("secret-in-env"), "what is stricter counts at once").toBe("error");
	fs.writeFileSync(rules, JSON.stringify(policy({ "secret-in-env": "info" })));
	expect(await severityOf("secret-in-env"), "and less, up to what was accepted").toBe("info");
	fs.writeFileSync(rules, off);
	expect(await severityOf("secret-in-env")).toBe("off");
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

test("a server counts as forbidden by what stands behind a wrapper, and where nobody can tell what that is", async () => {
	const forbidden = async (command: string, ...args: string[]): Promise<readonly string[]> => {
		folder.write(".mcp.json", { mcpServers: { box: { command, args } } });
		const { report } = await folder.scan(["--json", "--fail-on", "error"]);
		return report.findings.filter(({ ruleId }) => ruleId === "forbidden-server").map(({ message }) => message);
	};
	folder.write(".sallyport/policy.jsonc", { version: 1, servers: [], forbid: [{ package: "evil-*", reason: "Use ours." }] });
	const found = ["The workspace's policy forbids this server: Use ours. Remove it."];
	expect(await forbidden("sudo", "-E", "npx", "-y", "evil-server@1.0.0")).toEqual(found);
	expect(await forbidden("sh", "-c", "npx -p other evil-server")).toEqual(found);
	expect(await forbidden("/home/me/.sallyport/bin/sallyport", "run", "--name", "x", "--", "npx", "a@npm:evil-server")).toEqual(found);
	expect(await forbidden("sh", "-c", "npx $WHAT")).toEqual([
		"The workspace's policy forbids programs or packages, and it cannot be told what this line starts. Name the program itself, with its arguments apart.",
	]);
	expect(await forbidden("sh", "-c", "npx good-server $HOME")).toEqual([]);
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
