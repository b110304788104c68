// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { matchHost } from "../../src/core/config/hosts.ts";
import { parseConfig } from "../../src/core/config/parse.ts";
import { examine } from "../../src/core/rules/analyze.ts";
import { gatherFacts, type ReadFile, surroundingsOf } from "../../src/platform/file-facts.ts";
import { Dice, githubToken } from "../core/secrets/samples.ts";

let root: string;
let home: string;
let work: string;

beforeEach(() => {
	root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "facts-")));
	fs.chmodSync(root, 0o755);
	home = path.join(root, "home");
	work = path.join(root, "work");
	fs.mkdirSync(home, { mode: 0o755 });
	fs.mkdirSync(work, { mode: 0o755 });
});

afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function git(...args: readonly string[]): void {
	execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false", ...args], {
		cwd: work,
		env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: "1" },
		stdio: "ignore",
	});
}

function write(file: string, content: object | string, mode = 0o644): ReadFile {
	fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o755 });
	const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
	fs.writeFileSync(file, text);
	fs.chmodSync(file, mode);
	return { path: file, document: parseConfig(text, matchHost(file) ?? "cursor", file) };
}

const server = (env: object, more: object = {}): object => ({ mcpServers: { a: { command: "srv", env, ...more } } });
const token = (seed: number): string => githubToken(new Dice(seed), "ghp");

function told(files: readonly ReadFile[], history = true): readonly string[] {
	const options = { home, env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: "1" }, history };
	const facts = gatherFacts(files, options);
	const surroundings = surroundingsOf(files, options);
	return files.flatMap((file) => {
		const known = facts.get(file.path);
		return examine(file.document, { home, surroundings, ...(known === undefined ? {} : { file: known }) })
			.findings.filter(({ ruleId }) => /^(?:credential-in-git|readable-credential|env-file|shadowed-server|server-drift)$/.test(ruleId))
			.map(({ severity, ruleId }) => `${severity} ${ruleId}`);
	});
}

describe("git", () => {
	test("a file with a secret is told once it is tracked, and not before", () => {
		git("init", "-q");
		const file = write(path.join(work, ".cursor/mcp.json"), server({ TOKEN: token(1) }));
		expect(told([file])).toEqual([]);
		git("add", "-A");
		expect(told([file])).toEqual(["warning credential-in-git"]);
		git("commit", "-qm", "one");
		expect(told([file])).toEqual(["warning credential-in-git"]);
	});

	test("a file that was blanked is told for what its history keeps, unless the value only moved", () => {
		git("init", "-q");
		const name = path.join(work, "pkg/.cursor/mcp.json");
		write(name, server({ TOKEN: token(1), OTHER_TOKEN: token(2) }));
		git("add", "-A");
		git("commit", "-qm", "one");
		write(name, server({ RENAMED_TOKEN: token(1) }));
		git("commit", "-qam", "two");
		expect(told([write(name, server({ TOKEN: "keychain://a/TOKEN" }))])).toEqual(["info credential-in-git"]);
		const facts = gatherFacts([write(name, server({ RENAMED_TOKEN: token(1) }))], { home, env: process.env, history: true });
		expect(facts.get(name)?.git).toEqual({ tracked: true, history: { gone: 1 } });
	});

	test("history is left alone unless it is asked for, and a repository without a commit has none", () => {
		git("init", "-q");
		const file = write(path.join(work, ".cursor/mcp.json"), server({ TOKEN: "${env:TOKEN}" }));
		git("add", "-A");
		expect(told([file])).toEqual([]);
		expect(gatherFacts([file], { home, env: process.env, history: false }).get(file.path)?.git).toBeNull();
	});

	test("outside of a repository, and without git, nothing is known", () => {
		const file = write(path.join(work, ".cursor/mcp.json"), server({ TOKEN: token(1) }));
		expect(gatherFacts([file], { home, env: process.env, history: true }).get(file.path)?.git).toBeNull();
		git("init", "-q");
		git("add", "-A");
		expect(gatherFacts([file], { home, env: { PATH: "/nowhere" }, history: true }).get(file.path)?.git).toBeNull();
	});

	test("names with blanks, umlauts and quotes are found, and a secret is never among the words of git", () => {
		git("init", "-q");
		const names = ["a b", "ü", 'q"x'].map((folder) => path.join(work, folder, ".cursor/mcp.json"));
		const files = names.map((name, i) => write(name, server({ TOKEN: token(i + 1) })));
		git("add", "-A");
		git("commit", "-qm", "one");
		expect(told(files)).toEqual(names.map(() => "warning credential-in-git"));
	});
});

describe.skipIf(process.platform === "win32")("rights", () => {
	test("a file of the account that others can open is told, unless a folder on the way keeps them out", () => {
		const name = path.join(home, ".cursor/mcp.json");
		expect(told([write(name, server({ TOKEN: token(1) }), 0o644)])).toEqual(["warning readable-credential"]);
		expect(told([write(name, server({ TOKEN: token(1) }), 0o600)])).toEqual([]);
		fs.chmodSync(home, 0o700);
		expect(told([write(name, server({ TOKEN: token(1) }), 0o644)])).toEqual([]);
	});

	test("one without a secret is not, nor one of a workspace", () => {
		expect(told([write(path.join(home, ".cursor/mcp.json"), server({ LOG_LEVEL: "info" }), 0o644)])).toEqual([]);
		expect(told([write(path.join(work, ".cursor/mcp.json"), server({ TOKEN: token(1) }), 0o644)])).toEqual([]);
	});
});

describe("a file of variables", () => {
	const entry = (envFile: string): ReadFile => write(path.join(work, ".cursor/mcp.json"), server({}, { envFile }));

	test("is told when it is missing, committed, or open to others with a secret in it", () => {
		const file = entry("${workspaceFolder}/.env");
		expect(told([file])).toEqual(["info env-file"]);
		write(path.join(work, ".env"), `# mine\nLOG_LEVEL=info\nexport API_TOKEN="${token(1)}"\n`, 0o600);
		expect(told([file])).toEqual([]);
		git("init", "-q");
		git("add", "-f", ".env");
		expect(told([file])).toEqual(["warning env-file"]);
	});

	test.skipIf(process.platform === "win32")("that every account can open is told", () => {
		write(path.join(work, "open.env"), `API_TOKEN=${token(1)}\n`, 0o644);
		expect(told([entry("${workspaceFolder}/open.env")])).toEqual(["warning env-file"]);
	});

	test("without a secret in it is left alone, and so is one whose place cannot be told", () => {
		write(path.join(work, ".env"), "LOG_LEVEL=info\nAPI_TOKEN=your-token-here # fill in\n", 0o644);
		git("init", "-q");
		git("add", "-A");
		expect(told([entry("${workspaceFolder}/.env")])).toEqual([]);
		expect(told([entry("${env:NOT_SET_ANYWHERE}/.env")])).toEqual([]);
	});

	test.skipIf(process.platform === "win32")("that is a pipe or a device is not waited for", () => {
		execFileSync("mkfifo", [path.join(work, "pipe")]);
		expect(told([entry("${workspaceFolder}/pipe"), entry("/dev/zero")])).toEqual([]);
	});
});

test("files of one folder, and the account's own, are compared", () => {
	const files = [
		write(path.join(work, ".cursor/mcp.json"), { mcpServers: { notes: { command: "npx", args: ["-y", "notes@1.0.0"] } } }),
		write(path.join(work, ".vscode/mcp.json"), { servers: { notes: { command: "npx", args: ["-y", "notes@2.0.0"] } } }),
		write(path.join(home, ".cursor/mcp.json"), { mcpServers: { notes: { command: "npx", args: ["-y", "mine@1.0.0"] } } }, 0o600),
	];
	expect(told(files).toSorted()).toEqual(["info server-drift", "info server-drift", "warning shadowed-server"]);
});
