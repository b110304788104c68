import * as fs from "node:fs";
import * as path from "node:path";
import { generateFakeToken } from "../../src/platform/example.ts";

/** A value that is there to be typed on, where the caret goes. */
export const TYPED_AFTER = '"bench-';

export interface BenchWorkspace {
	readonly folder: string;
	/** The config file within it. */
	readonly config: string;
	/** From 1: behind the value that is typed on. */
	readonly caret: { readonly line: number; readonly column: number };
}

/**
 * A workspace whose `.vscode/mcp.json` has so many servers, as people write them: most started by npx, half without a version, each
 * seventh remote, each tenth with a token that was made up just now. The first has a token, and the value that is typed on.
 */
export function makeWorkspace(folder: string, count: number): BenchWorkspace {
	const config = path.join(".vscode", "mcp.json");
	const servers = Object.fromEntries(Array.from({ length: count }, (_, i) => [`server-${i}`, serverOf(i)]));
	// Indented by spaces: "Go to Line" counts a tab as the columns that it takes.
	const text = `${JSON.stringify({ servers }, null, 2)}\n`;
	fs.mkdirSync(path.join(folder, ".vscode"), { recursive: true });
	fs.writeFileSync(path.join(folder, config), text);
	const before = text.slice(0, text.indexOf(TYPED_AFTER) + TYPED_AFTER.length).split("\n");
	return { folder, config, caret: { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 } };
}

function serverOf(i: number): object {
	if (i % 7 === 6) return { type: "http", url: `https://mcp-${i}.example.com/mcp` };
	const args = ["-y", `@example/mcp-server-${i}${i % 2 === 0 ? "@1.2.3" : ""}`];
	const env = {
		...(i === 0 ? { BENCH: "bench-" } : {}),
		...(i % 10 === 0 ? { GITHUB_TOKEN: generateFakeToken() } : {}),
		LOG_LEVEL: "info",
	};
	return { type: "stdio", command: "npx", args, env };
}
