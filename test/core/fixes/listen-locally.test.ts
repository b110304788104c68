import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { listenLocallyEdits } from "../../../src/core/fixes/listen-locally.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import type { Finding } from "../../../src/core/rules/finding.ts";
import { applyEdits } from "../../../src/core/text.ts";

const listening = (raw: string): readonly Finding[] =>
	analyze(parseConfig(raw, "cursor", "mcp.json"), { home: null }).filter(({ ruleId }) => ruleId === "listens-everywhere");

const started = (command: string, ...args: readonly string[]): string =>
	`{ "mcpServers": { "a": {\r\n\t"command": "${command}", "args": ${JSON.stringify(args)}, // 0.0.0.0\r\n} } }`;

describe("listening on this machine alone", () => {
	it.each([
		[started("notes", "--host", "0.0.0.0"), started("notes", "--host", "127.0.0.1")],
		[started("notes", "--bind=0.0.0.0:8080"), started("notes", "--bind=127.0.0.1:8080")],
		[started("notes", "--listen", "[::]:8080"), started("notes", "--listen", "127.0.0.1:8080")],
		[started("docker", "run", "-p", "8000:80", "notes:1"), started("docker", "run", "-p", "127.0.0.1:8000:80", "notes:1")],
		[started("docker", "run", "-p0.0.0.0:8000:80/tcp", "notes:1"), started("docker", "run", "-p127.0.0.1:8000:80/tcp", "notes:1")],
		[
			'{ "mcpServers": { "a": { "command": "notes", "env": { "HOST": "0.0.0.0" } } } }',
			'{ "mcpServers": { "a": { "command": "notes", "env": { "HOST": "127.0.0.1" } } } }',
		],
	])("changes the address in %s and nothing else", (raw, expected) => {
		const [finding] = listening(raw);
		if (finding === undefined) throw new Error("nothing was found");
		expect(finding.fixes).toEqual(["listen-locally"]);
		const edits = listenLocallyEdits(parseConfig(raw, "cursor", "mcp.json"), finding);
		expect(edits.ok ? applyEdits(raw, edits.value) : edits.problem.code).toBe(expected);
		expect(listening(expected)).toEqual([]);
	});

	it("leaves to a person what has no address to replace, an entry that is read in two ways, and a text that has changed", () => {
		const all = started("docker", "run", "-P", "notes:1");
		expect(listening(all).map(({ fixes }) => fixes)).toEqual([[]]);
		const twice = '{ "mcpServers": { "a": { "command": "notes", "command": "notes", "args": ["--host", "0.0.0.0"] } } }';
		expect(listening(twice).map(({ fixes }) => fixes)).toEqual([[]]);
		const raw = started("notes", "--host", "0.0.0.0");
		const [finding] = listening(raw);
		if (finding === undefined) throw new Error("nothing was found");
		for (const later of [raw.replace("0.0.0.0", "localhost"), `x${raw}`])
			expect(listenLocallyEdits(parseConfig(later, "cursor", "mcp.json"), finding)).toMatchObject({ problem: { code: "finding-moved" } });
		expect(listenLocallyEdits(parseConfig(raw, "cursor", "mcp.json"), { ...finding, ruleId: "tls-off" })).toMatchObject({ ok: false });
	});
});
