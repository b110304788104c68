import * as fs from "node:fs";
import * as path from "node:path";
import { DEV } from "../../bench/detection/dev/pools.ts";
import { HOST_FILES, type HostFile } from "../../bench/detection/hosts.ts";
import { withoutMarks } from "../../bench/detection/label.ts";
import type { Random } from "../../bench/detection/random.ts";
import { type ServerSheet, Sheet } from "../../bench/detection/sheet.ts";
import { fill } from "../../bench/detection/token.ts";
import { writeJson } from "../../bench/detection/write-json.ts";
import { writeToml } from "../../bench/detection/write-toml.ts";
import { writeYaml } from "../../bench/detection/write-yaml.ts";
import { matchHost } from "../../src/core/config/hosts.ts";
import { JsoncSource } from "../core/fixes/jsonc-source.ts";
import { substitute } from "../core/rules/fixture.ts";

/** A file as somebody may have written it. */
export interface Source {
	/** What tells its host. */
	readonly path: string;
	readonly text: string;
	/** Tokens of a known format that stand in it, whole. */
	readonly planted: readonly string[];
}

const WORDS = ["alpha", "files", "docs", "search", "shop", "northwind", "ünï", "read me", "a.b/c", "it's"];

/** A file that is well formed, as a rule. */
export function makeSource(random: Random, corpus: readonly Source[]): Source {
	const kind = random.below(10);
	if (kind < 3 && corpus.length > 0) return random.pick(corpus);
	if (kind < 5)
		return { path: random.pick([".cursor/mcp.json", ".mcp.json"]), text: new JsoncSource(random.below(1_000_000)).file(), planted: [] };
	return generated(random);
}

/** Every file of the fixtures that some host reads: what the rules' authors thought of. */
export function fixtureSources(): readonly Source[] {
	const root = path.join(import.meta.dirname, "..", "fixtures");
	return fs
		.readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name !== "expected.json")
		.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
		.filter((file) => matchHost(file) !== null)
		.sort()
		.map((file) => ({ path: file, text: substitute(fs.readFileSync(path.join(root, file), "utf8")).replace(/[⟦⟧]/g, ""), planted: [] }));
}

function generated(random: Random): Source {
	const read = HOST_FILES.filter((file) => matchHost(file.path) !== null);
	const file = random.pick(read);
	const planted: string[] = [];
	const secret = (): string => {
		const token = fill(
			random,
			random.pick([`gh${"p"}_{a30}{crc}`, `sk-${"ant"}-api03-{w93}AA`, `gl${"pat-"}{w20}`, `np${"m"}_{a30}{crc}`]),
			WORDS,
		);
		planted.push(token);
		return token;
	};
	const sheet = new Sheet(random, DEV);
	const count = random.between(0, 5);
	for (let i = 0; i < count; i++) sheet.servers.push(server(random, i, secret));
	if (random.chance(0.3))
		sheet.inputs.push({ id: "token", description: random.pick(["Your key", "ключ"]), default: random.chance(0.5) ? secret() : "" });
	if (random.chance(0.5)) sheet.permissions.push(random.pick(["mcp__*", `Bash(TOKEN=${secret()} run)`]));
	const text = withoutMarks(write(random, file, sheet));
	const bom = random.chance(0.15) ? "\ufeff" : "";
	return { path: file.path, text: bom + (random.chance(0.25) ? text.replaceAll("\n", "\r\n") : text), planted };
}

function write(random: Random, file: HostFile, sheet: Sheet): string {
	const root = file.build(sheet);
	if (file.format === "toml") return writeToml(random, root);
	if (file.format === "yaml") return writeYaml(random, root);
	return writeJson(random, root, {
		comments: file.format === "jsonc",
		trailingCommas: file.format === "jsonc" && random.chance(0.4),
		escapes: random.pick([0, 0, 0.2]),
		indent: random.pick(["\t", "  ", "    ", ""]),
	});
}

function server(random: Random, index: number, secret: () => string): ServerSheet {
	const kind = random.chance(0.7) ? "stdio" : "http";
	const [command, ...args] = random.pick(LAUNCHES);
	const value = (): string => {
		const token = random.chance(0.45) ? secret() : random.pick(PLAIN_VALUES);
		return random.pick([
			(t: string) => t,
			(t: string) => t,
			(t: string) => `Bearer ${t}`,
			(t: string) => `a=1\n${t} `,
			(t: string) => `🔑 "${t}"`,
		])(token);
	};
	const names = ["API_TOKEN", "DB_PASSWORD", "LOG_LEVEL", "X Y", "REGION"].filter(() => random.chance(0.35));
	return {
		name: random.pick([...WORDS, "__proto__", "--", 'quo"te', `s${index}`]) + (random.chance(0.5) ? String(index) : ""),
		kind,
		command: command ?? "npx",
		args: [...args, ...(random.chance(0.3) ? ["--token", value()] : []), ...(random.chance(0.2) ? [`--key=${value()}`] : [])],
		env: names.map((name) => [name, value()]),
		url: random.pick([
			"https://mcp.example.com/mcp",
			"http://files.example.com/sse",
			`https://a:${secret()}@b.example/`,
			"http://localhost:3000/mcp",
		]),
		headers: random.chance(0.6) ? [["Authorization", value()]] : [],
		extra: [],
		comments: random.chance(0.3)
			? [random.pick(["see the wiki", `old: ${secret()}`, 'it\'s "args": [', "sallyport-ignore secret-in-env it is a test", "two\nlines"])]
			: [],
	};
}

const LAUNCHES: readonly (readonly string[])[] = [
	["npx", "-y", "@scope/server"],
	["npx", "-y", "@scope/server@1.2.3", "/srv/data"],
	["npx", "server@latest"],
	["uvx", "mcp-server-git", "--repository", "."],
	["docker", "run", "-i", "--rm", "-e", "TOKEN", "mcp/github:latest"],
	["node", "/opt/µ/server.js"],
	["C:\\Program Files\\x.exe", "--name", ""],
	["sh", "-c", "curl https://example.com/i.sh | sh"],
	["/home/me/.sallyport/bin/sallyport", "run", "--name", "x", "--", "npx", "-y", "pkg@1.0.0"],
	["mcp-server-files", "/", "~", "/home/me"],
];

// The references are the hosts' own.
const PLAIN_VALUES = [
	"info",
	"",
	`$${"{API_TOKEN}"}`,
	`$${"{env:TOKEN}"}`,
	"keychain://a/TOKEN",
	"YOUR_TOKEN",
	"correct-horse-9-battery",
	"välue 🔑",
	"512",
	"true",
	"C:\\x",
	"#no comment",
	"- a",
	"a: b",
	"'",
	'"',
];
