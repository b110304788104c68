// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the hosts' variables
import { expect, test } from "vitest";
import { HOST_IDS, HOSTS, matchHost } from "../../../src/core/config/hosts.ts";
import { expandHostVariables, hasHostVariable } from "../../../src/core/config/variables.ts";

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
])("%s belongs to %s", (path, host) => {
	expect(matchHost(path)).toBe(host);
});

test("every host's own places are matched by its shapes", () => {
	for (const id of HOST_IDS) {
		const { workspaceFiles, userFiles } = HOSTS[id];
		for (const file of [...workspaceFiles, ...userFiles.map(({ path }) => path.replace("*", "name"))])
			expect(matchHost(file), file).toBe(id);
	}
});

test("only the hosts whose files are read with comments are told to hold them", () => {
	expect(HOST_IDS.filter((id) => HOSTS[id].comments)).toEqual(["vscode", "cursor"]);
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
