import { parseConfig } from "../../src/core/config/parse.ts";
import { parseAgain } from "../../src/core/config/parse-again.ts";
import { examine } from "../../src/core/rules/analyze.ts";
import { EntryMemory } from "../../src/core/rules/entry-memory.ts";

/** What the extension does after a key that was typed in the middle of a file. */
export interface Keystrokes {
	/** Milliseconds of processor time a key, all threads counted. */
	readonly cpu: readonly number[];
	/** Milliseconds that nobody else could use the extension host. */
	readonly wall: readonly number[];
	/** The same without any memory of the version before. */
	readonly afresh: readonly number[];
}

export function typeIn(text: string, keys: number): Keystrokes {
	const path = ".vscode/mcp.json";
	const at = text.indexOf("mcp-server-", text.length >> 1) + "mcp-server-".length;
	const memory = new EntryMemory();
	const context = { home: "/home/me", memory };
	let document = parseConfig(text, "vscode", path);
	examine(document, context);
	const times: { cpu: number[]; wall: number[]; afresh: number[] } = { cpu: [], wall: [], afresh: [] };
	let version = text;
	for (let i = 0; i < keys + WARM; i++) {
		version = `${version.slice(0, at)}${i % 2 === 0 ? "x" : "-"}${version.slice(at)}`;
		const cpu = process.cpuUsage();
		const started = performance.now();
		document = parseAgain(document, version);
		examine(document, context);
		const wall = performance.now() - started;
		const { user, system } = process.cpuUsage(cpu);
		const fresh = performance.now();
		examine(parseConfig(version, "vscode", path), { home: "/home/me" });
		if (i < WARM) continue;
		times.wall.push(wall);
		times.cpu.push((user + system) / 1000);
		times.afresh.push(performance.now() - fresh);
	}
	return times;
}

const WARM = 10;
