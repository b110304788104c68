// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the hosts' variables
import { describe, expect, test } from "vitest";
import type { HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { Dice, PROVIDER_SAMPLES, WORD } from "../secrets/samples.ts";

const dice = new Dice(204);
const gitlab = PROVIDER_SAMPLES.find(({ name }) => name === "gitlab")?.make(dice) ?? "";
const token = dice.text(40, WORD);

function found(text: string, host: HostId, file: string): readonly string[] {
	return analyze(parseConfig(text, host, file), { home: null })
		.filter(({ ruleId }) => ruleId === "secret-in-config")
		.map(({ span, severity }) => `${severity} ${text.slice(span.offset, span.offset + span.length)}`);
}

const FILES: readonly (readonly [what: string, host: HostId, file: string, make: (comment: string) => string])[] = [
	["the first lines of Goose's", "goose", "config.yaml", (c) => `# ${c}\n\nGOOSE_MODEL: m\nextensions:\n  a:\n    cmd: srv\n`],
	["the last of Goose's", "goose", "config.yaml", (c) => `extensions:\n  a:\n    cmd: srv\nGOOSE_MODEL: m\n# ${c}\n`],
	[
		"Continue's, behind its name",
		"continue",
		"config.yaml",
		(c) => `name: x\n# ${c}\nmodels: []\nmcpServers:\n  - name: a\n    command: srv\n`,
	],
	["Codex's", "codex", "config.toml", (c) => `# ${c}\nmodel = "m"\n\n[tui]\nx = 1\n\n[mcp_servers.a]\ncommand = "srv"\n`],
	[
		"Zed's settings",
		"zed",
		"settings.json",
		(c) => `{\n  // ${c}\n  "theme": "One",\n  "context_servers": { "a": { "command": "srv" } }\n}`,
	],
	[
		"Gemini's settings",
		"gemini",
		"settings.json",
		(c) => `{\n  "ui": {}, // ${c}\n\n  "x": 1,\n  "mcpServers": { "a": { "command": "srv" } }\n}`,
	],
];

describe("comments far from the servers", () => {
	test.each(FILES)("%s", (_, host, file, make) => {
		expect(found(make(`Heron gateway, token: ${gitlab}`), host, file)).toEqual([`warning ${gitlab}`]);
		expect(found(make(`api key = ${token}`), host, file)).toEqual([`warning ${token}`]);
		// What has no name may be anything there.
		expect(found(make(`see ${token} and the token in the wiki`), host, file).filter((each) => each.startsWith("hint"))).toEqual([]);
		expect(found(make("the token comes from the keychain, see docs/tokens-2024.md"), host, file)).toEqual([]);
	});
});

describe("settings that are named like a secret, wherever they stand", () => {
	test.each([
		[
			"a model of Continue's",
			"continue",
			"config.yaml",
			`models:\n  - name: m\n    provider: openai\n    apiKey: ${token}\nmcpServers: []\n`,
		],
		[
			"headers for a model of Continue's",
			"continue",
			"config.yaml",
			`models:\n  - requestOptions:\n      headers:\n        Authorization: Bearer ${token}\nmcpServers: []\n`,
		],
		["a provider of Codex'", "codex", "config.toml", `[model_providers.x]\nexperimental_bearer_token = "${token}"\n`],
		["headers for a provider of Codex'", "codex", "config.toml", `[model_providers.x]\nhttp_headers = { "X-Api-Key" = "${token}" }\n`],
		["what Codex hands to a shell", "codex", "config.toml", `[shell_environment_policy.set]\nHERON_TOKEN = "${token}"\n`],
		["Goose's provider", "goose", "config.yaml", `OPENAI_API_KEY: ${token}\nextensions: {}\n`],
		["a terminal of Zed's", "zed", "settings.json", `{"terminal":{"env":{"HERON_TOKEN":"${token}"}},"context_servers":{}}`],
		["Qwen's login", "qwen", "settings.json", `{"security":{"auth":{"apiKey":"${token}"}},"mcpServers":{}}`],
		["an extension of VS Code", "vscode-settings", "settings.json", `{"heron.apiToken":"${token}","mcp":{"servers":{}}}`],
		["a provider of opencode's", "opencode", "opencode.json", `{"mcp":{},"provider":{"x":{"options":{"apiKey":"${token}"}}}}`],
	] as const)("%s", (_, host, file, text) => {
		expect(found(text, host, file)).toEqual([`warning ${token}`]);
	});

	test.each([
		["a place to fill in", "continue", "config.yaml", "models:\n  - apiKey: YOUR_OPENAI_API_KEY\n    model: m\nmcpServers: []\n"],
		["a reference", "continue", "config.yaml", "models:\n  - apiKey: ${{ secrets.OPENAI_API_KEY }}\nmcpServers: []\n"],
		["random text under another name", "zed", "settings.json", `{"session":{"restore":"${token}"},"context_servers":{}}`],
		["how tokens look", "vscode-settings", "settings.json", '{"editor.tokenColors":{"secret":"#ff00aa"},"mcp":{"servers":{}}}'],
	] as const)("%s is none", (_, host, file, text) => {
		expect(found(text, host, file)).toEqual([]);
	});
});
