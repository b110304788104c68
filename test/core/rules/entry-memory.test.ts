import { describe, expect, test } from "vitest";
import type { HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { EntryMemory } from "../../../src/core/rules/entry-memory.ts";
import type { Finding } from "../../../src/core/rules/finding.ts";
import { Dice } from "../secrets/samples.ts";
import { fixtureNames, readFixture } from "./fixture.ts";

/** Reads the versions of one file as an editor does, one after the other. */
function reader(host: HostId, home: string | null = null): (text: string) => readonly Finding[] {
	const memory = new EntryMemory();
	return (text) => analyze(parseConfig(text, host, "mcp.json"), { home, memory });
}

function afresh(text: string, host: HostId, home: string | null = null): readonly Finding[] {
	return analyze(parseConfig(text, host, "mcp.json"), { home });
}

const TWO = `{ "mcpServers": {
	"a": { "command": "npx", "args": ["-y", "one"] },
	"b": { "command": "npx", "args": ["-y", "two"], "env": { "LOG_LEVEL": "info" } }
} }
`;

describe("a file that is read version after version", () => {
	for (const name of fixtureNames())
		test(`says of each version of ${name} what a first look at it says`, () => {
			const { document, raw } = readFixture(name);
			const read = reader(document.host);
			const dice = new Dice(7);
			let text = raw;
			for (let i = 0; i < 150; i++) {
				// Whole again from time to time: most edits break the file.
				if (i % 5 === 0) text = raw;
				const at = dice.next(text.length + 1);
				const removed = dice.next(3) === 0 ? dice.next(30) : 0;
				const typed =
					["", "x", '"', " ", "\n", "{", '"type": "stdio",', "// sallyport-ignore unversioned-runner mine\n"][dice.next(8)] ?? "";
				text = text.slice(0, at) + typed + text.slice(at + removed);
				expect(read(text)).toEqual(afresh(text, document.host));
			}
		});

	test("judges the entry alone that changed", () => {
		const read = reader("cursor");
		const [, , ...before] = read(TWO);
		const [, , ...after] = read(TWO.replace('"one"', '"six"'));
		expect(before.length).toBeGreaterThan(0);
		after.forEach((finding, i) => {
			expect(finding).toBe(before[i]);
		});
	});

	test("moves what it knew of an entry with it", () => {
		const read = reader("cursor");
		read(TWO);
		const moved = TWO.replace('"one"', '"a longer one"\n');
		expect(read(moved)).toEqual(afresh(moved, "cursor"));
	});

	test("looks again where the same text is read differently: below another key, beside a key that stands twice, in another home", () => {
		const read = reader("vscode");
		for (const text of [TWO, TWO.replace("mcpServers", "servers"), TWO.replace("mcpServers", "servers").replace('"b"', '"a"'), `${TWO}x`])
			expect(read(text)).toEqual(afresh(text, "vscode"));
		const memory = new EntryMemory();
		const wide = parseConfig('{ "mcpServers": { "files": { "command": "mcp-server-files", "args": ["/srv/me"] } } }', "cursor", "mcp.json");
		for (const home of [null, "/srv/me", "/srv/you", "/srv/me"]) expect(analyze(wide, { home, memory })).toEqual(analyze(wide, { home }));
	});

	test("knows two entries of the same name and text apart", () => {
		const text = '{ "mcpServers": { "a": { "command": "npx", "args": ["x"] }, "a": { "command": "npx", "args": ["x"] } } }';
		const read = reader("cursor");
		for (const version of [text, ` ${text}`, text]) expect(read(version)).toEqual(afresh(version, "cursor"));
	});
});
