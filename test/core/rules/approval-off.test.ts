import { expect, test } from "vitest";
import { matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import type { FileFacts } from "../../../src/core/rules/facts.ts";

const BYPASS = '{ "permissions": { "defaultMode": "bypassPermissions" } }';
const OPEN = 'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n';
const HELD_IN = 'approval_policy = "never"\nsandbox_mode = "read-only"\n';

/** What `approval-off` says of a file: severity and message. */
function told(file: string, text: string, scope?: FileFacts["scope"]): readonly string[] {
	const host = matchHost(file);
	if (host === null) throw new Error(`no host has a file ${file}`);
	const facts = scope === undefined ? {} : { file: { scope, readers: null, git: null, envFiles: new Map() } };
	return analyze(parseConfig(text, host, file), { home: "/home/ada", ...facts })
		.filter(({ ruleId }) => ruleId === "approval-off")
		.map(({ severity, message }) => `${severity}: ${message}`);
}

test("a switch that a repository brings along is to be mended, one in a person's own file is worth knowing", () => {
	const [shared = ""] = told("/w/.qwen/settings.json", '{ "tools": { "approvalMode": "yolo" } }', "workspace");
	const [own = ""] = told("/home/ada/.qwen/settings.json", '{ "tools": { "approvalMode": "yolo" } }', "user");
	expect(shared).toBe("warning: This has every tool of every server called without asking. Remove it.");
	expect(own).toBe("info: This has every tool of every server called without asking. Remove it, unless you mean it.");
});

test.each([
	["/home/ada/.claude/settings.json", "info"],
	["~/.claude/settings.json", "info"],
	["C:\\Users\\ada\\repo\\.claude\\settings.json", "warning"],
	["repo/.claude/settings.local.json", "warning"],
])("where nobody has looked, the path of %s tells whose file it is", (file, severity) => {
	expect(told(file, BYPASS).map((line) => line.split(":")[0])).toEqual([severity]);
});

test("where only older versions heed it in a repository's file, the finding says so", () => {
	expect(told("/w/.claude/settings.json", BYPASS, "workspace")).toEqual([
		"warning: This has every tool of every server called without asking in older versions; newer ones heed it in a person's own file alone. Remove it.",
	]);
});

test("where the host never heeds it in a repository's file, it is no warning", () => {
	const text = '{ "agent": { "tool_permissions": { "default": "allow" } } }';
	expect(told("/w/.zed/settings.json", text, "workspace")).toEqual([
		"info: This has every tool of every server called without asking in a person's own file; in a workspace's it does nothing. Remove it.",
	]);
});

test("Codex without questions is a warning where it has no sandbox either", () => {
	expect(told("/w/.codex/config.toml", OPEN, "workspace").map((line) => line.split(":")[0])).toEqual(["warning"]);
	expect(told("/w/.codex/config.toml", HELD_IN, "workspace")).toEqual([
		"info: This has Codex ask about nothing that its sandbox lets through. Remove it.",
	]);
	const ofProfile = `[profiles.fast]\n${OPEN}[profiles.slow]\n${HELD_IN}`;
	expect(told("/home/ada/.codex/config.toml", ofProfile, "user").map((line) => line.split(".")[0])).toEqual([
		"info: This has every tool of every server called without asking",
		"info: This has Codex ask about nothing that its sandbox lets through",
	]);
});
