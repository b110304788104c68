import { randomBytes } from "node:crypto";
import { parseConfig } from "../../src/core/config/parse.ts";
import { analyze } from "../../src/core/rules/analyze.ts";
import type { Analysis } from "../../src/platform/stored-moves.ts";

export function analyse(text: string): Analysis {
	const document = parseConfig(text, "mcp-json", "mcp.json");
	return { document, findings: analyze(document, { home: null }) };
}

/** Looks like a GitHub token, and is none. */
export function fakeToken(): string {
	return `ghp_${randomBytes(18).toString("hex")}`;
}
