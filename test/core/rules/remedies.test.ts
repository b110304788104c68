// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { expect, test } from "vitest";
import { matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { Dice, githubToken } from "../secrets/samples.ts";

const token = githubToken(new Dice(91), "ghp");

function messages(file: string, text: string, rule: string): readonly string[] {
	const host = matchHost(file);
	if (host === null) throw new Error(`no host has a file ${file}`);
	return analyze(parseConfig(text, host, file), { home: null })
		.filter(({ ruleId }) => ruleId === rule)
		.map(({ message }) => message);
}

test("where a host asks nobody without its setting, the setting is changed and not removed", () => {
	const inFile = messages(".config/goose/config.yaml", "GOOSE_MODE: auto\nextensions: {}\n", "approval-off");
	const inEntry = messages(
		".mcp.json",
		JSON.stringify({ mcpServers: { a: { command: "goose", env: { GOOSE_MODE: "auto" } } } }),
		"approval-off",
	);
	for (const [message] of [inFile, inEntry]) {
		expect(message).toContain("smart_approve");
		expect(message).not.toContain("Remove");
	}
});

test("a credential in a header: what the host itself has for it", () => {
	const json = (key: string) =>
		JSON.stringify({ mcpServers: { a: { [key]: "https://a.example", headers: { Authorization: `Bearer ${token}` } } } });
	const toml = `[mcp_servers.a]\nurl = "https://a.example"\nhttp_headers = { Authorization = "Bearer ${token}" }\n`;
	expect(messages(".codex/config.toml", toml, "secret-in-header")[0]).toContain("env_http_headers");
	expect(messages(".gemini/settings.json", json("httpUrl"), "secret-in-header")[0]).toContain("sign you in");
	expect(messages(".cursor/mcp.json", json("url"), "secret-in-header")[0]).toContain("Take it out of the file, then rotate it.");
});

test("an input that is missing and will hold a secret is to be defined as one", () => {
	const file = (name: string) => JSON.stringify({ servers: { a: { command: "x", env: { [name]: "${input:x}" } } } });
	expect(messages(".vscode/mcp.json", file("API_TOKEN"), "unknown-input")[0]).toContain('with "password": true');
	expect(messages(".vscode/mcp.json", file("FOLDER"), "unknown-input")[0]).not.toContain("password");
});

test("what another host asks a person for is taken from a variable, in the host's own way", () => {
	const file = JSON.stringify({
		mcpServers: { a: { type: "http", url: "https://a.example", headers: { Authorization: "${input:key}" } } },
	});
	expect(messages(".mcp.json", file, "unexpanded-reference")[0]).toContain("Take it from a variable of the environment: ${NAME}.");
	expect(messages("claude_desktop_config.json", file, "unexpanded-reference")[0]).toContain("Fill it in another way.");
});

test("an address that is no longer one for SSE keeps its place, and gets another type", () => {
	const file = (path: string) => JSON.stringify({ mcpServers: { a: { type: "sse", url: `https://a.example${path}` } } });
	expect(messages(".cursor/mcp.json", file("/mcp?project=1"), "deprecated-sse")[0]).toContain("write that type");
	expect(messages(".cursor/mcp.json", file("/sse"), "deprecated-sse")[0]).toContain("Use the server's streamable HTTP address.");
});

test("where Windows needs the shell, it is said what does not", () => {
	const file = (program: string) => JSON.stringify({ mcpServers: { a: { command: "cmd", args: ["/c", program, "server@1.0.0"] } } });
	expect(messages(".mcp.json", file("npx"), "shell-wrapper")[0]).toContain("On Windows npx needs the shell");
	expect(messages(".mcp.json", file("uvx"), "shell-wrapper")[0]).not.toContain("Windows");
});
