import { describe, expect, test } from "vitest";
import type { HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { Dice } from "../secrets/samples.ts";

const dice = new Dice(517);
const bytes = (count: number): readonly number[] => Array.from({ length: count }, () => dice.next(256));

function found(text: string, host: HostId, file: string): readonly string[] {
	return analyze(parseConfig(text, host, file), { home: null })
		.filter(({ ruleId }) => ruleId === "secret-in-config")
		.map(({ span, severity }) => `${severity} ${text.slice(span.offset, span.offset + span.length)}`);
}

function json(fields: Readonly<Record<string, unknown>>, indent?: number): string {
	return JSON.stringify({ mcpServers: { vault: { command: "srv", ...fields } } }, null, indent);
}

describe("a key as a list of its bytes", () => {
	test("is found under a name that tells, from its first number to its last", () => {
		const list = bytes(64);
		expect(found(json({ walletKey: list }), "cursor", ".cursor/mcp.json")).toEqual([`warning ${list.join(",")}`]);
		expect(found(json({ chain: { seed: bytes(32) } }), "cursor", ".cursor/mcp.json")).toHaveLength(1);
	});

	test("over many lines, and in TOML", () => {
		const [finding = ""] = found(json({ signer: bytes(64) }, 2), "cursor", ".cursor/mcp.json");
		expect(finding.split("\n")).toHaveLength(64);
		const list = bytes(32).join(", ");
		expect(found(`[mcp_servers.a]\ncommand = "srv"\nprivate_key = [${list}]\n`, "codex", "config.toml")).toEqual([`warning ${list}`]);
	});

	test("is a hint without a name, if it has as many as a pair of keys", () => {
		const [finding = ""] = found(json({ solana: bytes(64) }), "cursor", ".cursor/mcp.json");
		expect(finding).toMatch(/^hint /);
		expect(found(json({ solana: bytes(32) }), "cursor", ".cursor/mcp.json")).toEqual([]);
	});

	test("other lists of numbers are none", () => {
		expect(found(json({ embedding: bytes(64) }), "cursor", ".cursor/mcp.json")).toEqual([]);
		expect(found(json({ publicKey: bytes(32) }), "cursor", ".cursor/mcp.json")).toEqual([]);
		expect(found(json({ seed: bytes(40) }), "cursor", ".cursor/mcp.json")).toEqual([]);
		expect(found(json({ seed: Array.from({ length: 64 }, (_, i) => i) }), "cursor", ".cursor/mcp.json")).toEqual([]);
		expect(found(json({ seed: [...bytes(63), 4000] }), "cursor", ".cursor/mcp.json")).toEqual([]);
	});
});

describe("the default of an input that is asked for unseen", () => {
	const token = dice.text(32, "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789");
	const input = (fields: Readonly<Record<string, unknown>>): string =>
		JSON.stringify({ inputs: [{ type: "promptString", id: "x", ...fields }], servers: {} });

	test("is a credential, whatever the input is called", () => {
		expect(found(input({ password: true, default: token }), "vscode", ".vscode/mcp.json")).toEqual([`warning ${token}`]);
	});

	test("a word to fill in is none, and elsewhere random text may be anything", () => {
		expect(found(input({ password: true, default: "your-token" }), "vscode", ".vscode/mcp.json")).toEqual([]);
		expect(found(input({ password: false, default: token }), "vscode", ".vscode/mcp.json")).toEqual([`hint ${token}`]);
	});
});
