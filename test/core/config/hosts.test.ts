// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the hosts' variables
import * as path from "node:path";
import { expect, test } from "vitest";
import { HOST_IDS, HOSTS, matchHost, workspacePart } from "../../../src/core/config/hosts.ts";
import { expandHostVariables, hasHostVariable } from "../../../src/core/config/variables.ts";
import { hostsPage } from "./hosts-page.ts";

test.each([
	[".vscode/mcp.json", "vscode"],
	["a/b/.vscode/mcp.json", "vscode"],
	["C:\\work\\.vscode\\mcp.json", "vscode"],
	["dotfiles/.config/Code/User/mcp.json", "vscode"],
	["Library/Application Support/Code - Insiders/User/profiles/1a2b/mcp.json", "vscode"],
	[".mcp.json", "mcp-json"],
	["packages/x/.mcp.json", "mcp-json"],
	["dotfiles/.claude.json", "claude-code"],
	["backup/claude_desktop_config.json", "claude-desktop"],
	["home/.cursor/mcp.json", "cursor"],
	["locales/de/mcp.json", null],
	["mcp.json", null],
	[".cursor/rules/mcp.json", null],
	[".mcp.json.example", null],
	["x.mcp.json", null],
	["my.claude.json", null],
	["User/mcp.json", null],
	["a/.vscode/settings.json", "vscode-settings"],
	["shop.code-workspace", "vscode-settings"],
	[".devcontainer/web/devcontainer.json", "devcontainer"],
	[".claude/settings.local.json", "claude-settings"],
	["x/settings.json", null],
	[".warp/.mcp.json", "warp"],
	[".codex/config.toml", "codex"],
	["config.toml", null],
	[".continue/mcpServers/files.yaml", "continue"],
	["goose/config.yaml", "goose"],
	["config.yaml", null],
	["deep/opencode.jsonc", "opencode"],
	[".roo/mcp.json", "roo"],
	["Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", "cline"],
])("%s belongs to %s", (path, host) => {
	expect(matchHost(path)).toBe(host);
});

test("every host's own places are matched by its shapes", () => {
	for (const id of HOST_IDS) {
		const { workspaceFiles, userFiles } = HOSTS[id];
		// In a folder that a variable names, a file is known by its place alone.
		const own = userFiles.map(({ path }) => path).filter((path) => !path.startsWith("{env:"));
		for (const file of [...workspaceFiles, ...own]) expect(matchHost(file.replaceAll("*", "name")), file).toBe(id);
	}
});

test("a file of a workspace belongs to the folder that its name says", () => {
	expect(workspacePart("/project/.vscode/mcp.json", "vscode")).toBe("/project");
	expect(workspacePart("/project/.continue/mcpServers/files.yaml", "continue")).toBe("/project");
	expect(workspacePart("/project/.opencode/opencode.json", "opencode")).toBe("/project");
	expect(workspacePart("/project/.VSCODE/mcp.json", "vscode")).toBeNull();
	expect(workspacePart("/project/.vscode/mcp.json", "cursor")).toBeNull();
});

test("each host has a title of its own, and what a rule needs to say of its switches", () => {
	const rows = HOST_IDS.map((id) => HOSTS[id]);
	expect(new Set(rows.map(({ title }) => title)).size).toBe(rows.length);
	for (const { id, switches, fields, tools, names, roots, rootKey } of rows) {
		for (const { path, when, does } of switches)
			expect([path.length > 0, when.includes(""), /^[a-z].*[^.]$/.test(does)], id).toEqual([true, false, true]);
		const told = [...Object.values(names).flat(), ...Object.values(tools).flat()];
		if (fields !== null) for (const name of told) expect(fields, `${id}: ${name}`).toContain(name);
		expect(rootKey, id).toBe(roots[0]?.path.at(-1) ?? "");
	}
});

// `npx vitest run test/core/config/hosts.test.ts -u` writes it anew.
test("the page of hosts is what the rows make", async () => {
	await expect(hostsPage()).toMatchFileSnapshot(path.join(import.meta.dirname, "../../../docs/hosts.md"));
});

const values = { home: "/home/dev", workspace: "/project/shop", env: { TOKEN: "t", EMPTY: "", REF: "${TOKEN}" } };

test("each host's variables are expanded as that host does, once", () => {
	expect(expandHostVariables("vscode", "${userHome}/a ${workspaceFolder} ${env:TOKEN}", values)).toEqual({
		text: "/home/dev/a /project/shop t",
	});
	expect(expandHostVariables("cursor", "${workspaceFolderBasename}${/}${pathSeparator}", values)).toEqual({ text: "shop//" });
	expect(expandHostVariables("mcp-json", "${TOKEN}-${NONE:-x:-y}-$TOKEN", values)).toEqual({ text: "t-x:-y-$TOKEN" });
	expect(expandHostVariables("claude-code", "${EMPTY:-x}${REF}", values)).toEqual({ text: "${TOKEN}" });
	expect(expandHostVariables("claude-desktop", "${HOME}", values)).toEqual({ text: "${HOME}" });
});

test("what cannot be told stays unresolved", () => {
	expect(expandHostVariables("vscode", "${input:x}${env:NONE}${file}", values)).toEqual({
		unresolved: ["${input:x}", "${env:NONE}", "${file}"],
	});
	expect(expandHostVariables("mcp-json", "${NONE}", values)).toEqual({ unresolved: ["${NONE}"] });
	expect(expandHostVariables("mcp-json", "${constructor}", values)).toEqual({ unresolved: ["${constructor}"] });
	expect(expandHostVariables("mcp-json", "${NONE:-${TOKEN}}", values)).toEqual({ unresolved: ["${"] });
	expect(expandHostVariables("vscode", "${workspaceFolder}", { ...values, workspace: null })).toEqual({
		unresolved: ["${workspaceFolder}"],
	});
	expect(hasHostVariable("vscode", "a ${b}")).toBe(true);
	expect(hasHostVariable("vscode", "a $b")).toBe(false);
	expect(hasHostVariable("claude-desktop", "${b}")).toBe(false);
});

test("the other kinds of variables", () => {
	expect(expandHostVariables("opencode", "{env:TOKEN}", values)).toEqual({ text: "t" });
	expect(expandHostVariables("opencode", "{file:./x} ${TOKEN}", values)).toEqual({ unresolved: ["{file:./x}"] });
	expect(expandHostVariables("cline", "${env:TOKEN}${userHome}", values)).toEqual({ unresolved: ["${userHome}"] });
	expect(expandHostVariables("kiro", "${TOKEN}", values)).toEqual({ text: "t" });
	expect(expandHostVariables("continue", "Bearer ${{ secrets.TOKEN }}", values)).toEqual({ unresolved: ["${{ secrets.TOKEN }}"] });
	expect(expandHostVariables("codex", "$TOKEN ${TOKEN}", values)).toEqual({ text: "$TOKEN ${TOKEN}" });
	// It is not established what this one does with them.
	expect(expandHostVariables("trae", "${TOKEN}", values)).toEqual({ unresolved: ["${TOKEN}"] });
	for (const text of ["$TOKEN", "${TOKEN}", "%TOKEN%"]) expect(hasHostVariable("gemini", text)).toBe(true);
	expect(hasHostVariable("gemini", "100% of $")).toBe(false);
});
