import { describe, expect, it } from "vitest";
import { forbiddenBy } from "../../../src/core/policy/forbid.ts";
import type { Forbidden } from "../../../src/core/policy/schema.ts";

const by = (forbidden: Forbidden, subject: object) =>
	forbiddenBy([{ source: "managed", file: "managed", policy: { version: 1, servers: [], forbid: [forbidden] } }], {
		name: "github",
		commands: ["/usr/bin/npx"],
		packages: ["@acme/github-mcp"],
		isTold: true,
		url: null,
		...subject,
	}) !== null;

describe("a server that a policy forbids", () => {
	it.each([
		["its name", { name: "git*" }],
		["its name in other letters", { name: "GitHub" }],
		["its program, wherever it stands", { command: "npx" }],
		["its whole command", { command: "/usr/bin/*" }],
		["its package", { package: "@acme/*" }],
		["all of several", { name: "github", package: "@acme/github-mcp" }],
	])("is told by %s", (_what, forbidden) => {
		expect(by(forbidden, {})).toBe(true);
	});

	it.each([
		["another name", { name: "gitlab" }],
		["only one of several", { name: "github", package: "@other/*" }],
		["an address, for a local server", { url: "*" }],
	])("is not told by %s", (_what, forbidden) => {
		expect(by(forbidden, {})).toBe(false);
	});

	it("is told by its address when it is remote", () => {
		const remote = { commands: [], packages: [], url: "https://mcp.evil.example/mcp" };
		expect(by({ url: "https://*.evil.example/*" }, remote)).toBe(true);
		expect(by({ command: "*" }, remote)).toBe(false);
	});

	it.each(["mcp_server_git", "mcp.server-git", "MCP-Server-*"])("is told by a package's name as people write it: %s", (pattern) => {
		expect(by({ package: pattern }, { packages: ["mcp-server-git"] })).toBe(true);
	});

	it("is told though its name hides something unseen", () => {
		expect(by({ name: "github" }, { name: "git\u200bhub" })).toBe(true);
	});

	it.each([
		"https://EVIL.example/mcp",
		"https://evil.example:443/mcp",
		"https://evil.example./mcp",
		"https://somebody@evil.example/mcp",
		"https://evil%2eexample/mcp",
		"https:\\\\evil.example\\mcp",
		"https:evil.example/mcp",
		" https://evil.example/mcp",
		"https://e\tvil.example/mcp",
		"https://evil\u3002example/mcp",
		"https://evil.example/x/../mcp",
		"https://evil.example/%6dcp",
		`https://evil.example/mcp${"\u0301\u0316".repeat(20)}`,
	])("is told by its address however that is written: %j", (url) => {
		const remote = { commands: [], packages: [], url };
		expect(by({ url: "https://evil.example/mcp" }, remote)).toBe(true);
		expect(by({ url: "https://EVIL.example:443/*" }, remote)).toBe(true);
		expect(by({ url: "https://other.example/*" }, remote)).toBe(url.includes("\u0301"));
	});

	it("is told by its address where the pattern has other letters than it", () => {
		const remote = { commands: [], packages: [], url: "https://xn--gre-6ka8i.example/mcp" };
		expect(by({ url: "https://größe.example/*" }, remote)).toBe(true);
	});

	it.each(["npx.cmd", "C:\\node\\NPX.EXE", "npx ", "npx."])("is told by its program, as a system finds it: %j", (command) => {
		expect(by({ command: "npx" }, { commands: [command] })).toBe(true);
	});
});
