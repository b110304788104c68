import { matchHost } from "../../src/core/config/hosts.ts";
import { parseConfig } from "../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../src/core/config/server.ts";
import { maskSecrets } from "../../src/core/fixes/mask.ts";
import { formatGitHub } from "../../src/core/report/github.ts";
import { formatJson } from "../../src/core/report/json.ts";
import type { AnalyzedFile } from "../../src/core/report/report.ts";
import { formatSarif } from "../../src/core/report/sarif.ts";
import { formatText } from "../../src/core/report/text.ts";
import { examine } from "../../src/core/rules/analyze.ts";
import { RULES } from "../../src/core/rules/index.ts";
import { conceal } from "../../src/core/secrets/conceal.ts";
import { detectInText, detectSecrets } from "../../src/core/secrets/detector.ts";
import { redact } from "../../src/core/secrets/redact.ts";

/** A text made to be slow to judge, of any length. */
export interface Pattern {
	readonly name: string;
	/** About this many UTF-16 units. */
	readonly text: (length: number) => string;
}

/** Where such a text is put, and who judges it there. */
export interface Carrier {
	readonly name: string;
	/** Says what is judged: at most as long as the text, so that a text of 1 MB gives no file of two. What it does is not measured. */
	readonly put: (text: string) => Judge;
}

/** Judges, and says how many things there were to judge: servers, values, and what was found. */
export type Judge = () => number;

/** Repeated until the text is long enough. What begins something (a quote, a token, a reference) and never ends it is the worst. */
const UNITS = [
	...['"', "'", "`", "\\", '\\"', '"\\', "''", '""', '"""', "'''"],
	...["=", "a=", "a=b;", "a=b&", "a =", "A=1 ", "a==", "TOKEN=", "password: ", "--token ", "--a=", "--a ", "-e A=", "-H X:", "export A="],
	...["${", "${A:-", `$${"{A}"}`, "$A", "{{ ", "{{ keychain://", "}}", "{env:", `$${"{{ secrets."}`, "%A%"],
	...["-", "--", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----\n", "_", "a_", "a-", "A", "aB3", "0", "0123456789", "f0"],
	...[
		".",
		"a.",
		"1.",
		"eyJ",
		"eyJhbGciOiJIUzI1NiJ9.",
		"a/",
		"/",
		"\\\\",
		"../",
		"@",
		"a@",
		"a:b@",
		"a:",
		"::",
		"://",
		"a://",
		"http://a:b@c/",
		"?a=",
		"#",
	],
	...["ghp_", "sk-", "AKIA", "xoxb-", "glpat-", "SG.", "Bearer ", "Basic ", "machine a password "],
	...[" ", "\t", "\n", "\r\n", "\r", "a ", "a\n", ",", ";", "&", "|", "<", "x ".repeat(40)],
	...["[", "{", "[{", '{"a":', "[[a]]\n", "(", "{}", "[]", "],", "[1,", '{"":'],
	...[
		"//",
		"/*",
		"/**/",
		"//\n",
		"# ",
		"#\n",
		"// sallyport-ignore x\n",
		"# sallyport-ignore secret-in-env why\n",
		"/* sallyport-ignore x y */",
	],
	...[
		"a: ",
		"- ",
		"- a\n",
		"? ",
		"a: &a ",
		"*a ",
		"&a\n",
		"!!a ",
		"<<: ",
		"|\n ",
		">-\n ",
		"--- \n",
		"a: b: ",
		"{a: ",
		"a.b.c = 1\n",
		"[a]\n",
		"[a.b]\n",
		"a = '''\n",
	],
	...[
		"😀",
		"\ud83d",
		"\u200d",
		"é",
		"\u0301",
		"\u0301\u0316",
		"\uff9e\u0316",
		"\u200ea\u0627",
		"\u2028",
		"\ufeff",
		"\0",
		"مفتاح ",
		"密码",
		"\\u0041",
		"\\ud83d",
		"%41",
		"%",
		"%E2%82",
	],
];

export const PATTERNS: readonly Pattern[] = [
	...UNITS.map((unit) => ({ name: JSON.stringify(unit.length > 30 ? `${unit.slice(0, 30)}…` : unit), text: repeated(unit) })),
	// An end that fits nothing makes a matcher go back.
	...["a", "A1", "a-", "a.", "a/", " ", "\t", "=", "%41", "a=b;", "😀"].map((unit) => ({
		name: `${JSON.stringify(unit)}… and \\u0001`,
		text: (length: number) => `${repeated(unit)(length)}\u0001!`,
	})),
	{ name: "numbered names", text: numbered((i) => `k${i}=v${i} `) },
	{ name: "numbered members", text: numbered((i) => `"k${i}":"v${i}",`) },
	{ name: "the same member", text: (length) => `{${'"k":1,'.repeat(Math.floor(length / 6))}"k":1}` },
	{ name: "the same server", text: (length) => `{"servers":{${'"s":{"command":"a"},'.repeat(Math.floor(length / 20))}"s":{}}}` },
	{ name: "the same root key", text: (length) => `{${'"servers":{"a":{}},'.repeat(Math.floor(length / 19))}"servers":{}}` },
	{ name: "members that only differ late", text: numbered((i) => `"${"k".repeat(200)}${i}":1,`) },
	{ name: "random base64", text: scrambled("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") },
	{ name: "random words", text: scrambled("abcdefghijklmnopqrstuvwxyz     ") },
	{ name: "random assignments", text: scrambled("abcdefghijklmnopqrstuvwxyz0123456789==:;, \"'") },
	{ name: "random signs", text: scrambled("\"'`=:;,.-_/\\{}[]()$%&#@!<>|*+~^? \n\t") },
	{ name: "many tokens", text: numbered((i) => `"A${i}_TOKEN": "ghp_${scrambledWord(i, 36)}",\n`) },
	{
		name: "keys and tokens in turns",
		text: numbered((i) => `-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\nghp_${scrambledWord(i, 36)}\n`),
	},
	{ name: "YAML aliases of aliases", text: aliasBomb },
	{ name: "TOML tables", text: numbered((i) => `[mcp_servers.s${i}]\ncommand = "a"\n`) },
	{ name: "TOML dotted keys", text: numbered((i) => `a${"".padEnd((i % 40) * 2, ".b")} = ${i}\n`) },
	{ name: "TOML inline tables", text: (length) => `a = ${"{a=".repeat(Math.floor(length / 3))}` },
	{ name: "TOML that breaks on each line", text: numbered((i) => `[mcp_servers.s${i}]\ncommand = "a\n`) },
	{ name: "YAML that breaks on each line", text: numbered((i) => `a${i}: [\n- "b\n`) },
	{ name: "YAML deep blocks", text: deepYaml },
	// Words of launch lines: programs that only start another, scripts in scripts, ways round in a path.
	...["op -- ", "env ", "timeout 1 ", "uv run ", "sh -c ", "$@ ", "{ a;}|", "curl https://a.b/ ", "/../", "/proc/1/root"].map((unit) => ({
		name: JSON.stringify(unit),
		text: repeated(unit),
	})),
];

export const CARRIERS: readonly Carrier[] = [
	textCarrier("running text", (text) => detectInText(text).length),
	textCarrier("redactor", (text) => redact(text, ["correct-horse-battery", "Zq9"]).split(/…|•/).length),
	textCarrier("shown line", (text) => conceal(text).split(/…|•/).length),
	textCarrier("value", (text) => detectSecrets(null, text).length),
	textCarrier("value of a token", (text) => detectSecrets("API_TOKEN", text).length),
	textCarrier("value of a password", (text) => detectSecrets("DB_PASSWORD", text).length),
	...[".vscode/mcp.json", ".mcp.json", ".codex/config.toml", ".config/goose/config.yaml"].map((path) =>
		fileCarrier(`file ${path}`, path, (text) => text),
	),
	...reportCarriers("a file", ".vscode/mcp.json", (text) => text),
	...reportCarriers("a file that holds state", ".claude.json", (text) =>
		JSON.stringify({
			mcpServers: { a: { command: "npx", env: { API_TOKEN: text.slice(text.length >> 1) } } },
			history: [text.slice(text.length >> 1)],
		}),
	),
	...reportCarriers("a variable", ".vscode/mcp.json", (text) =>
		JSON.stringify({ servers: { a: { command: "npx", env: { API_TOKEN: text } } } }),
	),
	entryCarrier("variable", (text) => ({ env: { API_TOKEN: text } })),
	entryCarrier("name of a variable", (text) => ({ env: { [text]: "x" } })),
	entryCarrier("argument", (text) => ({ args: ["-y", "pkg", text] })),
	entryCarrier("flag's value", (text) => ({ args: ["--token", text] })),
	entryCarrier("shell line", (text) => ({ command: "sh", args: ["-c", text] })),
	entryCarrier("many arguments", (text) => ({ args: text.match(/[\s\S]{1,24}/g) ?? [] })),
	entryCarrier("an argument for each letter", (text) => ({ command: "npx", args: ["exec", "--", ...text] })),
	entryCarrier("many variables", (text) => ({
		env: Object.fromEntries((text.match(/[\s\S]{1,24}/g) ?? []).map((each, i) => [`A${i}_TOKEN`, each])),
	})),
	entryCarrier("command", (text) => ({ command: text })),
	entryCarrier("address", (text) => ({ command: undefined, url: `https://${text}` })),
	entryCarrier("header", (text) => ({ command: undefined, url: "https://a.example", headers: { Authorization: `Bearer ${text}` } })),
	entryCarrier("member of no field", (text) => ({ note: text, other: { deep: [text.slice(0, 1000)] } })),
	fileCarrier("many servers", ".vscode/mcp.json", (text) =>
		JSON.stringify({
			servers: Object.fromEntries(
				(text.match(/[\s\S]{1,44}/g) ?? []).map((each, i) => [`s${i}`, { command: "a", env: { A_TOKEN: each } }]),
			),
		}),
	),
	fileCarrier("name of a server", ".vscode/mcp.json", (text) => JSON.stringify({ servers: { [text]: { command: "npx" } } })),
	fileCarrier("comment", ".vscode/mcp.json", (text) => `{ /* ${text.replaceAll("*/", "* /")} */ "servers": {} }`),
	fileCarrier(
		"line comments",
		".vscode/mcp.json",
		(text) => `{\n${text.replace(/[\r\n\u2028\u2029]/g, " ").replace(/.{1,60}/gs, "// $&\n")}}`,
	),
	entryCarrier("an argument for each word", (text) => {
		const [command, ...args] = text.split(" ");
		return { command, args };
	}),
];

function textCarrier(name: string, judge: (text: string) => number): Carrier {
	return { name, put: (text) => () => judge(text) };
}

function fileCarrier(name: string, path: string, write: (text: string) => string): Carrier {
	return {
		name,
		put: (text) => {
			const file = within(text, write);
			return () => {
				const document = parse(file, path);
				return valuesIn(document) + examine(document, CONTEXT).findings.length;
			};
		},
	};
}

function entryCarrier(name: string, members: (text: string) => Readonly<Record<string, unknown>>): Carrier {
	return fileCarrier(name, ".vscode/mcp.json", (text) => JSON.stringify({ servers: { a: { command: "npx", ...members(text) } } }));
}

/** Each way out by itself: whoever scans takes one of them. */
function reportCarriers(name: string, path: string, write: (text: string) => string): readonly Carrier[] {
	const ways: Readonly<Record<string, (files: readonly AnalyzedFile[]) => unknown>> = {
		text: (files) => formatText(files, (_, each) => each),
		JSON: formatJson,
		SARIF: (files) => formatSarif(files, { version: "1.0.0", rules: RULES, unread: { files: 0, folders: 0 } }),
		GitHub: formatGitHub,
		masked: (files) => files.map(({ document, findings }) => maskSecrets(document, findings)),
	};
	return Object.entries(ways).map(([way, format]) => ({
		name: `report of ${name}, ${way}`,
		put: (text) => {
			const document = parse(within(text, write), path);
			const { findings, silenced } = examine(document, CONTEXT);
			const file = {
				file: path,
				document,
				findings,
				silenced: silenced.map((finding) => ({ finding, by: "ignore" as const, reason: null })),
			};
			return () => {
				format([file]);
				return valuesIn(document) + findings.length;
			};
		},
	}));
}

/** The file with as much of the text as makes it no longer than the text: quotes and escapes take their place. */
function within(text: string, write: (text: string) => string): string {
	let file = write(text);
	for (let part = text; file.length > text.length; file = write(part))
		part = part.slice(0, Math.floor(part.length * Math.min(0.99, text.length / file.length)));
	return file;
}

function parse(text: string, path: string): ConfigDocument {
	const host = matchHost(path);
	if (host === null) throw new Error(`No host reads ${path}.`);
	return parseConfig(text, host, path);
}

function valuesIn({ servers, settings }: ConfigDocument): number {
	return servers.reduce(
		(sum, server) => sum + 1 + (server.kind === "stdio" ? server.args.length + server.env.length : server.headers.length),
		settings.length,
	);
}

const CONTEXT = { home: "/home/me" };

function repeated(unit: string): (length: number) => string {
	return (length) => unit.repeat(Math.ceil(length / unit.length));
}

function numbered(line: (i: number) => string): (length: number) => string {
	return (length) => {
		const lines: string[] = [];
		for (let i = 0, left = length; left > 0; i++) {
			const each = line(i);
			lines.push(each);
			left -= each.length;
		}
		return lines.join("");
	};
}

function scrambled(alphabet: string): (length: number) => string {
	return (length) => Array.from({ length }, (_, i) => alphabet.charAt(scramble(i) % alphabet.length)).join("");
}

function scrambledWord(seed: number, length: number): string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	return Array.from({ length }, (_, i) => letters.charAt(scramble(seed * 97 + i) % letters.length)).join("");
}

/** Bits that look random, and are the same each time. */
function scramble(i: number): number {
	let x = Math.imul(i + 1, 0x9e3779b1);
	x = Math.imul(x ^ (x >>> 15), 0x85ebca6b);
	return (x ^ (x >>> 13)) >>> 0;
}

function aliasBomb(length: number): string {
	const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
	for (let i = 1, left = length; left > 0; i++) {
		const line = `a${i}: &a${i} [${Array(9)
			.fill(`*a${i - 1}`)
			.join(", ")}]`;
		lines.push(line);
		left -= line.length + 1;
	}
	return `${lines.join("\n")}\nextensions: *a${lines.length - 1}\n`;
}

function deepYaml(length: number): string {
	const lines: string[] = [];
	for (let i = 0, left = length; left > 0; i++) {
		lines.push(`${" ".repeat(i)}a:`);
		left -= i + 3;
	}
	return lines.join("\n");
}
