import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Readable, Writable } from "node:stream";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExitCode, Io } from "../../src/cli/io.ts";
import { registerScan } from "../../src/cli/scan.ts";
import { isKernelFolder } from "../../src/platform/discover.ts";
import { Dice, githubToken, WORD } from "../core/secrets/samples.ts";

let root: string;

beforeEach(() => {
	root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "scan-"));
});

afterEach(() => {
	fs.rmSync(root, { recursive: true, force: true });
});

const token = githubToken(new Dice(3), "ghp");

function write(file: string, content: unknown): void {
	const full = path.join(root, file);
	fs.mkdirSync(path.dirname(full), { recursive: true });
	fs.writeFileSync(full, typeof content === "string" ? content : JSON.stringify(content, null, 2));
}

interface Outcome {
	readonly code: ExitCode | null;
	readonly out: string;
	readonly err: string;
}

async function scan(
	args: readonly string[],
	options: { cwd?: string; env?: Record<string, string>; tty?: boolean } = {},
): Promise<Outcome> {
	let code: ExitCode | null = null;
	const out: string[] = [];
	const err: string[] = [];
	const sink = (chunks: string[]): Writable & { isTTY?: boolean } =>
		new Writable({
			write(chunk: Buffer, _encoding, done) {
				chunks.push(chunk.toString());
				done();
			},
		});
	const io: Io = {
		cwd: options.cwd ?? root,
		env: { HOME: path.join(root, "home"), ...options.env },
		stdin: Readable.from([]),
		stdout: Object.assign(sink(out), options.tty === true ? { isTTY: true } : {}),
		stderr: sink(err),
	};
	const program = new Command("sallyport")
		.exitOverride()
		.configureOutput({ writeErr: (text) => err.push(text), writeOut: (text) => out.push(text) });
	registerScan(program, io, (given) => {
		code = given;
	});
	for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: (text) => err.push(text) });
	await program.parseAsync(["scan", ...args], { from: "user" });
	return { code, out: out.join(""), err: err.join("") };
}

const json = async (args: readonly string[], options?: Parameters<typeof scan>[1]) => {
	const outcome = await scan(["--format", "json", ...args], options);
	return { ...outcome, report: JSON.parse(outcome.out) };
};

const unsafe = { mcpServers: { github: { command: "npx", args: ["-y", "server@1.0.0"], env: { GITHUB_TOKEN: token } } } };

test("the JSON report has the agreed shape, and points at the credential alone", async () => {
	write("app/.cursor/mcp.json", `\uFEFF${JSON.stringify(unsafe).replace('{"github"', '\r\n{"github"')}`);
	const { code, report, out } = await json([]);
	expect(code).toBe(1);
	expect(Object.keys(report)).toEqual(["version", "files", "findings", "silenced"]);
	expect([report.version, report.files]).toEqual([1, 1]);
	const finding = report.findings.find((each: { ruleId: string }) => each.ruleId === "secret-in-env");
	expect(Object.keys(finding)).toEqual([
		"ruleId",
		"severity",
		"file",
		"server",
		"offset",
		"length",
		"line",
		"column",
		"message",
		"fingerprint",
		"fixable",
	]);
	const text = fs.readFileSync(path.join(root, "app/.cursor/mcp.json"), "utf8").slice(1);
	expect(text.slice(finding.offset, finding.offset + finding.length)).toBe(token);
	expect(text.split("\r\n")[finding.line - 1]?.slice(finding.column - 1)).toMatch(new RegExp(`^${token}`));
	expect(finding).toMatchObject({ severity: "warning", file: "app/.cursor/mcp.json", server: "github", fixable: true });
	expect(finding.fingerprint).toMatch(/^[0-9a-f]{64}$/);
	expect(out).not.toContain(token);
	expect((await scan(["--json"])).out).toBe(out);
});

test("a fingerprint is the place's, not the value's", async () => {
	write(".mcp.json", unsafe);
	const prints = async () => (await json([])).report.findings.map((each: { fingerprint: string }) => each.fingerprint);
	const before = await prints();
	write(".mcp.json", `\n\n${JSON.stringify(unsafe).replace(token, githubToken(new Dice(4), "ghp"))}`);
	expect(await prints()).toEqual(before);
	write("other/.mcp.json", unsafe);
	expect(new Set(await prints()).size).toBe(before.length * 2);
});

test("folders are walked at all depths, without .git, node_modules and links", async () => {
	for (const folder of [".", "a/b/c/d", ".git", "x/node_modules/y", "locales/de"]) write(`${folder}/.mcp.json`, unsafe);
	write("locales/de/mcp.json", unsafe);
	write("dotfiles/.claude.json", unsafe);
	write("dotfiles/claude_desktop_config.json", unsafe);
	fs.symlinkSync(path.join(root, "a"), path.join(root, "link"));
	fs.symlinkSync(root, path.join(root, "a/loop"));
	const { report } = await json([]);
	const files = [...new Set(report.findings.map((each: { file: string }) => each.file))];
	expect(files).toEqual([
		".mcp.json",
		"a/b/c/d/.mcp.json",
		"dotfiles/.claude.json",
		"dotfiles/claude_desktop_config.json",
		"locales/de/.mcp.json",
	]);
	expect(report.files).toBe(5);
	const keys = report.findings.map((each: { file: string; offset: number }) => [each.file, each.offset]);
	expect(keys).toEqual([...keys].sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j)));
});

test("a file outside the current folder has its absolute path", async () => {
	write("one/.mcp.json", unsafe);
	fs.mkdirSync(path.join(root, "two"));
	const { report } = await json(["../one"], { cwd: path.join(root, "two") });
	expect(report.findings[0].file).toBe(`${root}/one/.mcp.json`);
});

test("a file with a name of its own is known by its content", async () => {
	write("servers.json", unsafe);
	write("list.txt", "hello");
	write("odd.json", '{"mcpServers": {');
	expect((await json(["servers.json"])).report.files).toBe(1);
	const { code, err } = await scan(["list.txt"]);
	expect([code, err]).toEqual([0, expect.stringContaining("holds no MCP servers")]);
	expect((await scan(["odd.json"])).out).toContain("invalid-config");
});

test("--user adds the per-user files of every host", async () => {
	write("home/.claude.json", unsafe);
	write("home/.cursor/mcp.json", unsafe);
	write("xdg/Claude/claude_desktop_config.json", unsafe);
	write("xdg/Code/User/profiles/p1/mcp.json", { servers: unsafe.mcpServers });
	fs.mkdirSync(path.join(root, "empty"));
	const options = { cwd: path.join(root, "empty"), env: { XDG_CONFIG_HOME: path.join(root, "xdg") } };
	expect((await json([], options)).report.files).toBe(0);
	if (process.platform === "linux") expect((await json(["--user"], options)).report.files).toBe(4);
	else expect((await json(["--user"], options)).report.files).toBeGreaterThanOrEqual(2);
});

describe("exit", () => {
	const wrapped = { mcpServers: { a: { command: "sallyport", args: ["run", "--name", "a", "--", "node", "a.js"] } } };
	const unwrapped = { mcpServers: { a: { command: "node", args: ["a.js"] } } };
	const moved = { mcpServers: { a: { ...wrapped.mcpServers.a, env: { SALLYPORT_HOME: "/tmp" } } } };

	test.each([
		["nothing", wrapped, [], 0],
		["nothing", wrapped, ["--fail-on", "info"], 0],
		["an info", unwrapped, [], 0],
		["an info", unwrapped, ["--fail-on", "info"], 1],
		["a warning", unsafe, [], 1],
		["a warning", unsafe, ["--fail-on", "error"], 0],
		["an error", moved, ["--fail-on", "error"], 1],
		["an error", moved, ["--fail-on", "never"], 0],
	])("with %s in %j and %j: the right code", async (_, config, args, code) => {
		write(".mcp.json", config);
		expect((await scan(args)).code).toBe(code);
	});

	test("a broken file is a finding, not a failure", async () => {
		write(".mcp.json", '{"mcpServers": {"a": ');
		expect((await scan([])).code).toBe(1);
		write(".mcp.json", " ".repeat(6 * 1024 * 1024));
		expect((await scan([])).out).toContain("larger than 5 MB");
	});

	test("a path that is not there: 2, and what to do", async () => {
		const { code, out, err } = await scan(["missing\u001b[31m"]);
		expect([code, out]).toEqual([2, ""]);
		expect(err).toMatch(/^sallyport: There is nothing at .*\n {2}Name a folder/);
		expect(err).not.toContain("\u001b");
	});

	test("an unknown format or severity is refused", async () => {
		await expect(scan(["--format", "xml"])).rejects.toThrow(/xml/);
		await expect(scan(["--fail-on", "hint"])).rejects.toThrow(/hint/);
	});

	test("a folder that cannot be read is told, and the rest is scanned", async (context) => {
		write("open/.mcp.json", unsafe);
		write("shut/.mcp.json", unsafe);
		fs.chmodSync(path.join(root, "shut"), 0);
		const readable = isReadable(path.join(root, "shut"));
		const { code, report, err } = await json([]);
		fs.chmodSync(path.join(root, "shut"), 0o700);
		// Permissions do not bind the administrator.
		if (readable) expect(report.files).toBe(2);
		else {
			expect([report.files, code]).toEqual([1, 2]);
			expect(err).toContain("shut could not be read");
		}
		expect(context.task.result?.state).not.toBe("skip");
	});
});

function isReadable(folder: string): boolean {
	try {
		fs.readdirSync(folder);
		return true;
	} catch {
		return false;
	}
}

test("text is coloured at a terminal alone, and not against NO_COLOR", async () => {
	write(".mcp.json", unsafe);
	expect((await scan([])).out).not.toContain("\u001b");
	expect((await scan([], { tty: true })).out).toContain("\u001b[33m");
	expect((await scan([], { tty: true, env: { NO_COLOR: "1" } })).out).not.toContain("\u001b");
	expect((await scan([])).out).not.toContain(token.slice(4));
	expect((await scan([])).out).toContain("sallyport fix");
});

test("FORCE_COLOR colours anywhere, and is asked before NO_COLOR, as everywhere in Node", async () => {
	write(".mcp.json", unsafe);
	expect((await scan([], { env: { FORCE_COLOR: "1" } })).out).toContain("\u001b[33m");
	expect((await scan([], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).out).toContain("\u001b[33m");
	expect((await scan([], { tty: true, env: { FORCE_COLOR: "0" } })).out).not.toContain("\u001b");
	expect((await scan(["--json"], { env: { FORCE_COLOR: "1" } })).out).not.toContain("\u001b");
});

test("--quiet prints a line a finding, and nothing where nothing is found", async () => {
	write(".mcp.json", unsafe);
	expect((await scan(["--quiet"])).out).toMatch(
		/^\.mcp\.json:4:\d+ info not-launched.*\n\.mcp\.json:\d+:\d+ warning secret-in-env github: GITHUB_TOKEN holds .*\n$/,
	);
	write(".mcp.json", { mcpServers: { a: { type: "http", url: "https://mcp.example.com/mcp" } } });
	expect(await scan(["--quiet"])).toEqual({ code: 0, out: "", err: "" });
});

test("SARIF and annotations name files from the repository's root, wherever one is", async () => {
	write(".git/HEAD", "ref: refs/heads/main\n");
	write("app/.mcp.json", unsafe);
	const options = { cwd: path.join(root, "app") };
	expect((await scan(["--format", "github"], options)).out).toContain("file=app/.mcp.json,");
	const sarif = JSON.parse((await scan(["--format", "sarif"], options)).out);
	expect(sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe("app/.mcp.json");
	expect((await json([], options)).report.findings[0].file).toBe(".mcp.json");
	fs.rmSync(path.join(root, ".git"), { recursive: true });
	expect((await scan(["--format", "github"], { ...options, env: { GITHUB_WORKSPACE: root } })).out).toContain("file=app/.mcp.json,");
	expect((await scan(["--format", "github"], options)).out).toContain("file=.mcp.json,");
});

test("an empty folder, and one with nothing unsafe, are told apart", async () => {
	expect((await scan([])).out).toBe("No MCP config files here.\n");
	write(".mcp.json", { mcpServers: { a: { type: "http", url: "https://mcp.example.com/mcp" } } });
	expect(await scan([])).toMatchObject({ code: 0, out: "Nothing found in 1 file.\n" });
});

test("thousands of servers take no time", async () => {
	const servers = Object.fromEntries(
		Array.from({ length: 5000 }, (_, i) => [
			`s${i}`,
			{ command: "node", args: ["x.js"], env: { API_TOKEN: new Dice(i + 1).text(32, WORD) } },
		]),
	);
	// On one line, where every frame could cost the whole file.
	write(".mcp.json", JSON.stringify({ mcpServers: servers }));
	expect((await json([])).report.findings).toHaveLength(10_000);
	expect((await scan([])).out).toContain("5000 warnings, 5000 info in 1 file.");
});

describe("what could not be looked at is never called clean", () => {
	/** A folder in the place of a file: nobody can read it as one, root neither. */
	const unreadable = (file: string): void => {
		fs.mkdirSync(path.join(root, file), { recursive: true });
	};

	test("a file that cannot be read: 2, and it is counted", async () => {
		unreadable(".mcp.json");
		expect(await scan([])).toEqual({
			code: 2,
			out: "Not looked at: 1 file that could not be read.\n",
			err: expect.stringMatching(/^sallyport: \S*\.mcp\.json is not a plain file\.\s+It was not looked at\.\n$/),
		});
		write("app/.mcp.json", { mcpServers: {} });
		expect(await scan(["--fail-on", "never"])).toMatchObject({
			code: 2,
			out: "Nothing found in 1 file.\nNot looked at: 1 file that could not be read.\n",
		});
	});

	test("a folder in a file's place, among the per-user files too", async () => {
		fs.mkdirSync(path.join(root, "app/.mcp.json"), { recursive: true });
		fs.mkdirSync(path.join(root, "home/.cursor/mcp.json"), { recursive: true });
		fs.symlinkSync("nowhere", path.join(root, "home/.claude.json"));
		expect(await scan(["app"])).toMatchObject({ code: 2, err: expect.stringContaining("is not a plain file") });
		fs.rmdirSync(path.join(root, "app/.mcp.json"));
		expect(await scan(["app", "--user"])).toMatchObject({ code: 2, out: "Not looked at: 2 files that could not be read.\n" });
	});

	test("a link in the place of a host's file is followed, as the host does, and what is found elsewhere is told there", async () => {
		write("app/shared/servers.json", unsafe);
		write("app/tools/vs/mcp.json", { servers: unsafe.mcpServers });
		write("app/.gemini/settings.json", unsafe);
		fs.symlinkSync("shared/servers.json", path.join(root, "app/.mcp.json"));
		fs.symlinkSync("tools/vs", path.join(root, "app/.vscode"));
		fs.symlinkSync(".gemini/settings.json", path.join(root, "app/opencode.json"));
		fs.symlinkSync(".mcp.json", path.join(root, "app/.cursor"));
		fs.symlinkSync("nowhere", path.join(root, "app/.junie"));
		const { code, report } = await json(["app"]);
		expect([code, report.files]).toEqual([1, 3]);
		expect([...new Set(report.findings.map((each: { file: string }) => each.file))]).toEqual([
			"app/.gemini/settings.json",
			"app/.mcp.json",
			"app/.vscode/mcp.json",
		]);
	});

	test("what is told of it is no command to a build server", async () => {
		fs.mkdirSync(path.join(root, "x##[stop-commands]tok/.mcp.json"), { recursive: true });
		const { err } = await scan([]);
		expect(err).toContain("stop-commands");
		expect(err).not.toContain("##[");
	});

	test("many of one kind take one line", async () => {
		for (let i = 0; i < 7; i++) unreadable(`app${i}/.mcp.json`);
		const { code, out, err } = await scan([]);
		expect([code, out]).toEqual([2, "Not looked at: 7 files that could not be read.\n"]);
		expect(err).toMatch(/^sallyport: 7 files were not looked at\. The first of them: \S*app0\/\.mcp\.json is not a plain file\.\n$/);
	});
});

test("the kernel's own file systems are not walked, a folder that is called like one is", async () => {
	write("proc/.mcp.json", unsafe);
	write("dev/.mcp.json", unsafe);
	expect((await json([])).report.files).toBe(2);
	const told = ["/proc", "/sys", "/dev"].map(isKernelFolder);
	expect(told).toEqual(process.platform === "linux" ? [true, true, true] : [false, false, false]);
});

test("the commands that it names mean the same files when they are pasted", async () => {
	write("it's here/.mcp.json", unsafe);
	write("-x/.mcp.json", unsafe);
	expect((await scan([])).out).toMatch(/: sallyport fix\nTo confine 2 servers: sallyport wrap --all\n$/);
	const { out } = await scan(["it's here", "--user", "--", "-x"]);
	expect(out).toContain(`: sallyport fix 'it'\\''s here' ./-x --user\n`);
	expect(out).toContain(`: sallyport wrap --all 'it'\\''s here' ./-x --user\n`);
	expect(out).toContain("Launch it through Sallyport.\n");
});

test("what the launcher cannot start yet is not said to be confined by wrap", async () => {
	write(".mcp.json", {
		mcpServers: { a: { command: "docker", args: ["run", "x"], env: { GITHUB_TOKEN: token } }, b: { command: "sh", args: ["-c", "x"] } },
	});
	const { out } = await scan([]);
	expect(out).toContain("cannot be confined yet: docker runs a container");
	expect(out).not.toMatch(/sallyport (?:wrap|fix)/);
	expect((await json([])).report.findings.filter(({ fixable }: { fixable: boolean }) => fixable)).toEqual([]);
});
