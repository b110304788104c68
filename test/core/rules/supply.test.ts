// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { describe, expect, test } from "vitest";
import type { HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import { splitCommandEdits } from "../../../src/core/fixes/split-command.ts";
import { CONFINEMENT_RULES } from "../../../src/core/rules/confinement/index.ts";
import { plainPath } from "../../../src/core/rules/confinement/plain-path.ts";
import type { Finding } from "../../../src/core/rules/finding.ts";
import { runRules } from "../../../src/core/rules/run.ts";
import { SUPPLY_RULES } from "../../../src/core/rules/supply/index.ts";
import { imitatedPackage } from "../../../src/core/rules/supply/lookalike.ts";
import { WELL_KNOWN } from "../../../src/core/rules/supply/well-known-packages.ts";
import { applyEdits, slice } from "../../../src/core/text.ts";

const entry = (command: string, args?: readonly string[], env?: Readonly<Record<string, string>>): string =>
	JSON.stringify({ mcpServers: { a: { command, args, env } } });

const RULES = [...SUPPLY_RULES, ...CONFINEMENT_RULES];

function judge(document: ConfigDocument): readonly Finding[] {
	return runRules(RULES, document, { home: "/home/ada" }).byRule.flat();
}

/** Severity, rule and place of what is found, without what every server gets that runs unconfined. */
function found(raw: string, host: HostId = "mcp-json"): readonly string[] {
	const document = parseConfig(raw, host, "mcp.json");
	return judge(document)
		.filter(({ ruleId }) => ruleId !== "not-launched-through-sallyport")
		.map(({ severity, ruleId, span }) => `${severity} ${ruleId} ${slice(document.text, span)}`);
}

describe("what honest files hold is no warning", () => {
	test.each([
		["cmd", ["/c", "npx", "-y", "@playwright/mcp@0.0.41"]],
		["npx", ["-y", "@modelcontextprotocol/server-filesystem@2025.8.21", "${workspaceFolder}"]],
		["uvx", ["--from", "git+https://github.com/oraios/serena", "serena", "start-mcp-server"]],
		["docker", ["run", "-i", "--rm", "--network", "host", "-e", "TOKEN", "ghcr.io/github/github-mcp-server"]],
		["docker", ["run", "-i", "--rm", "-v", "${HOME}/.aws:/root/.aws:ro", "--ipc=host", "mcp/aws:latest"]],
		["bash", ["-lc", "npx -y server@1.0.0"]],
		["python", ["-c", "from server import main; main()"]],
		["deno", ["run", "-A", "jsr:@acme/server"]],
		["uv", ["--directory", "/home/ada/server", "run", "server.py"]],
		["/Users/ada/Downloads/server/.venv/bin/python", ["-m", "server"]],
	])("%s %j", (command, args) => {
		expect(found(entry(command, args)).filter((line) => !line.startsWith("info "))).toEqual([]);
	});

	test("nor are its variables", () => {
		const env = {
			PATH: "/opt/homebrew/bin:/usr/bin",
			HOME: "/home/ada",
			PYTHONPATH: "/home/ada/server",
			ENV: "production",
			NODE_OPTIONS: "--max-old-space-size=4096",
			LD_LIBRARY_PATH: "/home/ada/.local/lib",
			HTTPS_PROXY: "http://proxy.corp.example:3128",
			NODE_EXTRA_CA_CERTS: "/etc/ssl/corp.pem",
			npm_config_registry: "https://npm.corp.example",
		};
		expect(found(entry("/usr/local/bin/server", [], env)).filter((line) => !line.startsWith("info "))).toEqual([]);
	});
});

describe("code that nobody can read is told, however it is hidden", () => {
	const rules = (command: string, args: readonly string[]): readonly string[] =>
		found(entry(command, args)).map((line) => line.split(" ").slice(0, 2).join(" "));

	test.each([
		["python3", (code: string) => ["-c", code]],
		["bash", (code: string) => ["-c", code]],
		["node", (code: string) => ["-e", code]],
		["env", (code: string) => ["-S", code]],
		["cmd", (code: string) => ["/c", code]],
	])("behind more blanks than are read: %s", (command, args) => {
		expect(rules(command, args(`x ${" ".repeat(140_000)}; y`))).toContain("error download-and-run");
		expect(rules(command, args(`x ${" ".repeat(1_000)}; y`))).not.toContain("error download-and-run");
	});

	test("in more shells than are read", () => {
		const nested = (depth: number): string => (depth === 0 ? "x" : `sh -c ${JSON.stringify(nested(depth - 1))}`);
		expect(rules("sh", ["-c", nested(9)])).toContain("error download-and-run");
		expect(rules("sh", ["-c", nested(2)])).not.toContain("error download-and-run");
	});

	test("a script that takes all the words behind it, over and over", () => {
		expect(rules("sh", ["-c", '"$@";'.repeat(20_000), ...Array.from({ length: 20_000 }, () => "a")])).toContain("error download-and-run");
	});
});

describe("a path is judged by where it leads", () => {
	test.each([
		["/home/me/x/../../..", "/"],
		["/..", "/"],
		["/proc/1/root", "/"],
		["/proc/self/root/proc/1/root/etc/", "/etc"],
		["/a/./b//c/", "/a/b/c"],
		["~/..", "~/.."],
		["~/x/../.ssh", "~/.ssh"],
		["${workspaceFolder}/../x", "${workspaceFolder}/../x"],
		["../x/../..", "../.."],
		["C:\\Users\\..\\", "C:"],
		["\\\\?\\C:\\Users", "C:/Users"],
		["\\\\localhost\\C$\\Users", "C:/Users"],
		["file:///etc/x", "/etc/x"],
		["file:///C:/x", "C:/x"],
		[".", ""],
		["", ""],
	])("%s is %s", (path, plain) => {
		expect(plainPath(path)).toBe(plain);
		expect(plainPath(plainPath(path))).toBe(plain);
	});
});

describe("one place has one finding of a kind", () => {
	test("a script that is downloaded is not told to be a script, too", () => {
		expect(found(entry("bash", ["-c", "curl -s https://example.com/a.sh | bash"]))).toEqual([
			"error download-and-run curl -s https://example.com/a.sh | bash",
		]);
	});

	test("a package of a repository is not told to have no version, too", () => {
		expect(found(entry("npx", ["-y", "github:acme/server"]))).toEqual(["info package-source github:acme/server"]);
	});
});

describe("names that are nearly well-known", () => {
	test("no well-known name imitates another", () => {
		for (const registry of ["npm", "python"] as const)
			for (const name of WELL_KNOWN[registry])
				expect([imitatedPackage(name, registry), imitatedPackage(name.toUpperCase(), registry)], name).toEqual([null, null]);
	});

	test("the list is in order, without repeats, and holds names that its registry allows", () => {
		for (const names of Object.values(WELL_KNOWN)) {
			expect([...new Set(names)].sort()).toEqual(names);
			for (const name of names) expect(name).toMatch(/^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/);
		}
	});

	test.each([
		["@modelcontextprotocol/server-filesysten", "@modelcontextprotocol/server-filesystem", null],
		["@modelcontextprotocol/server-filesysetm", "@modelcontextprotocol/server-filesystem", "swapped"],
		["@modelcontextprotocol/server-seqential-thinking", "@modelcontextprotocol/server-sequential-thinking", "left out"],
		["@modelcontextprotocol/server-puppetteer", "@modelcontextprotocol/server-puppeteer", "doubled"],
		["@rnodelcontextprotocol/server-github", "@modelcontextprotocol/server-github", null],
		["@modelcontextprotoco1/server-github", "@modelcontextprotocol/server-github", "looks alike"],
		["@upstash/context-7-mcp", "@upstash/context7-mcp", "a hyphen more"],
		["@modelcontextprotocol-server/github", "@modelcontextprotocol/server-github", "the scope in the name"],
	])("%s for %s", (name, known, slip) => {
		expect(imitatedPackage(name, "npm")).toBe(slip === null ? null : known);
	});
});

describe("a command that holds its arguments is split", () => {
	const split = (raw: string, host: HostId = "cursor") => {
		const document = parseConfig(raw, host, "mcp.json");
		const finding = judge(document).find(({ ruleId }) => ruleId === "command-with-arguments");
		if (finding === undefined) throw new Error("nothing was found");
		const edits = splitCommandEdits(document, finding);
		expect(finding.fixes).toEqual(edits.ok ? ["split-command"] : []);
		const text = edits.ok ? applyEdits(document.text, edits.value) : edits.problem.code;
		if (edits.ok) expect(found(text, host).filter((line) => line.includes("command-with-arguments"))).toEqual([]);
		return text;
	};
	const file = (body: string): string => `{ "mcpServers": { "a": { ${body} } } } // 😀\r\n`;

	test.each([
		['"command": "npx -y server@1.0.0"', '"command": "npx", "args": ["-y", "server@1.0.0"]'],
		['"command": "npx -y", "args": [ "server@1.0.0", ]', '"command": "npx", "args": [ "-y", "server@1.0.0", ]'],
		['"args": [], "command": "npx -y server@1.0.0"', '"args": ["-y", "server@1.0.0"], "command": "npx"'],
		['"command": "node \\"/home/ada/my server.js\\""', '"command": "node", "args": ["/home/ada/my server.js"]'],
		['"command": "node ${userHome}/server.js"', '"command": "node", "args": ["${userHome}/server.js"]'],
		[
			'"command": "sallyport", "args": ["run", "--name", "a", "--", "npx -y b@1.0.0", "c"]',
			'"command": "sallyport", "args": ["run", "--name", "a", "--", "npx", "-y", "b@1.0.0", "c"]',
		],
	])("%s", (before, after) => {
		expect(split(file(before))).toBe(file(after));
	});

	test.each(['"command": "npx -y server --root $HOME"', '"command": "npx -y server", "args": null', '"command": "node ~/server.js"'])(
		"not where a shell would read more in it: %s",
		(body) => {
			expect(split(file(body))).toBe("not-splittable");
		},
	);
});

describe("whatever the input, the rules take no longer than its length", () => {
	const million = (text: string): string => text.repeat(Math.ceil(1_000_000 / text.length));
	const file = (command: string, args: readonly string[]): string => JSON.stringify({ servers: { a: { command, args } } });

	test.each([
		"a",
		" ",
		"a ",
		"curl ",
		"curl|",
		"curl x|sh ",
		"$(",
		"`",
		"$(curl ",
		"eval $(a ",
		"bash <(",
		"-e A=b ",
		"npx -y ",
		"/tmp/",
		"a/",
		"@",
		"a@",
		'"',
		"'",
		"\\",
		"http://",
		"env A=b ",
		"sudo ",
		"bash -c ",
		"&&",
		"#",
		"0",
		"-",
		"--",
		"=",
		":",
		"git+",
		"./",
		"../",
		"${input:",
		"exec(",
		"iex ",
		"\u0430a",
	])(
		"%j, a million characters long",
		(unit) => {
			const text = million(unit);
			const start = performance.now();
			for (const [command, args] of [
				[text, []],
				["bash", ["-c", text]],
				["python", ["-c", text]],
				["powershell", ["-c", text]],
				["node", ["-e", text]],
				["npx", ["-y", text]],
				["uvx", ["--from", text]],
				["docker", ["run", "-v", text, text]],
				["docker", ["run", `-v${text}`, "--mount", text, "-e", text]],
				["npx", ["-y", "@modelcontextprotocol/server-filesystem", text]],
				[`npx ${text}`, []],
			] as const)
				judge(parseConfig(file(command, args), "vscode", ".vscode/mcp.json"));
			// Quadratic time would be hours here; the bound only has to tell the two apart on any machine.
			expect(performance.now() - start).toBeLessThan(60_000);
		},
		120_000,
	);

	test("a hundred thousand words, and servers", () => {
		const start = performance.now();
		const read = (raw: string) => judge(parseConfig(raw, "vscode", ".vscode/mcp.json"));
		const words = Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? "-v" : "/:/x"));
		read(file("docker", ["run", ...words, "a/b"]));
		read(file("npx", ["-y", "@modelcontextprotocol/server-filesystem", ...words]));
		read(file("bash", ["-c", words.join(" ; ")]));
		read(
			JSON.stringify({
				servers: Object.fromEntries(words.slice(0, 20_000).map((_, i) => [`s${i}`, { command: "npx", args: ["-y", `p${i}`] }])),
			}),
		);
		expect(performance.now() - start).toBeLessThan(60_000);
	}, 120_000);
});

test("the line by which a host asks for headers is told at its own place, and by how much it does", () => {
	const entry = (headersHelper: string) => ({ type: "http", url: "https://mcp.example.com/mcp", headersHelper });
	const mcpServers = { a: entry("./a | ./b"), b: entry('echo "$(get-token)"'), c: entry("/opt/headers.sh") };
	const findings = judge(parseConfig(JSON.stringify({ mcpServers }), "mcp-json", ".mcp.json"));
	expect(findings.map(({ ruleId, severity, keyPath }) => [ruleId, severity, keyPath])).toEqual([
		["shell-wrapper", "warning", ["mcpServers", "a", "headersHelper"]],
		["shell-wrapper", "info", ["mcpServers", "b", "headersHelper"]],
	]);
});
