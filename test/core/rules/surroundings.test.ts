import { expect, test } from "vitest";
import type { HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import { examine } from "../../../src/core/rules/analyze.ts";
import { EntryMemory } from "../../../src/core/rules/entry-memory.ts";
import { type Neighbour, Surroundings } from "../../../src/core/rules/surroundings.ts";
import { slice } from "../../../src/core/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";

const token = githubToken(new Dice(31), "ghp");

function file(name: string, host: HostId, servers: object): ConfigDocument {
	return parseConfig(JSON.stringify({ [host === "vscode" ? "servers" : "mcpServers"]: servers }), host, name);
}

const NOTES = { command: "npx", args: ["-y", "notes-server@1.0.0"], env: { TOKEN: token } };
const vscode = file("/w/.vscode/mcp.json", "vscode", { notes: NOTES });
const cursor = file("/w/.cursor/mcp.json", "cursor", { notes: { ...NOTES, args: ["-y", "notes-server@2.0.0"] } });
const other = file("/elsewhere/.cursor/mcp.json", "cursor", { notes: { command: "another", env: { KEY: token } } });
const own = file("/home/ada/.cursor/mcp.json", "cursor", { notes: { command: "mine" } });
const all: readonly Neighbour[] = [
	{ document: vscode, folder: "/w" },
	{ document: cursor, folder: "/w" },
	{ document: other, folder: "/elsewhere" },
	{ document: own, folder: null },
];

const told = (document: ConfigDocument, surroundings: Surroundings | null): readonly string[] =>
	examine(document, { home: null, ...(surroundings === null ? {} : { surroundings }) })
		.findings.filter(({ ruleId }) => /^(?:shared-credential|server-drift|shadowed-server)$/.test(ruleId))
		.map(({ ruleId, related }) => `${ruleId} ${related.map((place) => place.file ?? "here").join(" ")}`)
		.sort();

test("a file is compared with those of its folder, with the account's own, and for its secrets with all", () => {
	const surroundings = new Surroundings(all);
	expect(told(vscode, surroundings)).toEqual([
		"server-drift /w/.cursor/mcp.json",
		"shared-credential /w/.cursor/mcp.json /elsewhere/.cursor/mcp.json",
	]);
	expect(told(cursor, surroundings)).toEqual([
		"server-drift /w/.vscode/mcp.json",
		"shadowed-server /home/ada/.cursor/mcp.json",
		"shared-credential /w/.vscode/mcp.json /elsewhere/.cursor/mcp.json",
	]);
	expect(told(own, surroundings)).toEqual([]);
});

test("alone it is compared with nothing, and a file that nobody named beside it with secrets only", () => {
	expect(told(vscode, null)).toEqual([]);
	const stranger = file("/x/.vscode/mcp.json", "vscode", { notes: NOTES });
	expect(told(stranger, new Surroundings(all))).toHaveLength(1);
});

test("a related place in another file is where the secret stands there", () => {
	const [shared] = examine(vscode, { home: null, surroundings: new Surroundings(all) }).findings.filter(
		({ ruleId }) => ruleId === "shared-credential",
	);
	const texts = new Map(all.map(({ document }) => [document.file, document.text]));
	for (const { file: name = "", span } of shared?.related ?? []) expect(slice(texts.get(name) ?? "", span)).toBe(token);
	expect(JSON.stringify(shared)).not.toContain(token.slice(4));
});

test("one server in several files may have one credential, several servers may not", () => {
	const message = (neighbours: readonly Neighbour[]): string | undefined =>
		examine(vscode, { home: null, surroundings: new Surroundings(neighbours) }).findings.find(
			({ ruleId }) => ruleId === "shared-credential",
		)?.message;
	expect(message(all.slice(0, 2))).toMatch(/Rotate it in all places\.$/);
	const another = file("/w/.mcp.json", "mcp-json", { wiki: { command: "wiki", env: { KEY: token } } });
	expect(message([...all, { document: another, folder: "/w" }])).toMatch(/give each server its own\.$/);
});

test("a later version of a file is not compared with its earlier one", () => {
	const later = file(vscode.file, "vscode", { notes: NOTES, notes2: { command: "srv" } });
	expect(told(later, new Surroundings([{ document: vscode, folder: "/w" }]))).toEqual([]);
});

test("what the other files hold is judged anew with each version, also where the entries are remembered", () => {
	const memory = new EntryMemory();
	const drift = (neighbours: readonly Neighbour[]): number =>
		examine(vscode, { home: null, memory, surroundings: new Surroundings(neighbours) }).findings.filter(
			({ ruleId }) => ruleId === "server-drift",
		).length;
	expect([drift(all), drift(all.slice(0, 1)), drift(all)]).toEqual([1, 0, 1]);
});

test("twenty thousand servers of one name and value are compared in the time that they take to read", () => {
	const servers = (count: number): object =>
		Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, { command: "srv", env: { API_TOKEN: token } }]));
	const files = Array.from({ length: 2 }, (_, i) => file(`/w/${i}/.cursor/mcp.json`, "cursor", servers(10_000)));
	const surroundings = new Surroundings(files.map((document) => ({ document, folder: "/w" })));
	const start = performance.now();
	for (const document of files) examine(document, { home: null, surroundings });
	// Quadratic time would be minutes here; the bound only has to tell the two apart on any machine.
	expect(performance.now() - start).toBeLessThan(20_000);
});
