import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { registerUnwrap } from "../../src/cli/unwrap.ts";
import { registerWrap } from "../../src/cli/wrap.ts";
import { fakeToken } from "../platform/fix-support.ts";
import { temporaryFolder } from "../platform/vault/home.ts";
import { type Run, runCommand } from "./run-command.ts";

let person: string;
let workspace: string;
let file: string;
const TEXT =
	'{\r\n  "mcpServers": {\r\n    "a": { "command": "npx", "args": ["-y", "x@1.0.0"] }, // first\r\n    "b": { "command": "srv" },\r\n    "r": { "url": "https://example.com" },\r\n  },\r\n}';
beforeEach(() => {
	person = temporaryFolder();
	workspace = path.join(person, "project");
	file = path.join(workspace, ".cursor", "mcp.json");
	fs.mkdirSync(path.dirname(file), { recursive: true });
	fs.writeFileSync(file, TEXT);
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> =>
	runCommand(
		(program, io, exit) => {
			registerWrap(program, io, exit);
			registerUnwrap(program, io, exit);
		},
		args,
		{ cwd: workspace, env: { HOME: person, ...env } },
	);
const text = (): string => fs.readFileSync(file, "utf8");

describe("sallyport wrap and unwrap", () => {
	it("put the launcher in front of every local server, and take it away again to the byte", async () => {
		const wrapped = await run(["wrap", "--all"]);
		expect([wrapped.code, wrapped.err]).toEqual([0, ""]);
		expect(wrapped.out).toContain("a starts through Sallyport");
		expect(wrapped.out).toContain("sallyport init");
		expect(text()).toContain(
			// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variables
			'"a": { "command": "${userHome}/.sallyport/bin/sallyport", "args": ["run", "--name", "a", "--workspace", "${workspaceFolder}", "--", "npx", "-y", "x@1.0.0"] }, // first',
		);
		expect(await run(["wrap", "--all"])).toMatchObject({ code: 0, out: "Nothing to do.\n" });
		expect(await run(["unwrap", "--all"])).toMatchObject({ code: 0, err: "" });
		expect(text()).toBe(TEXT);
	});

	it("touch the named server alone", async () => {
		const wrapped = await run(["wrap", "--server", "b", "--json"]);
		expect(JSON.parse(wrapped.out)).toMatchObject({
			version: 1,
			files: [{ file: ".cursor/mcp.json", changed: true, rewritten: ["b"], refused: [] }],
		});
		expect(text()).toContain('"a": { "command": "npx"');
	});

	it("name the launcher by its absolute path when the home is another than usual", async () => {
		await run(["wrap", "--server", "b"], { SALLYPORT_HOME: path.join(person, "other") });
		expect(text()).toContain(JSON.stringify(path.join(person, "other", "bin", "sallyport")));
	});

	it("change nothing in a dry run", async () => {
		const dry = await run(["wrap", "--all", "--dry-run"]);
		expect(dry.code).toBe(0);
		expect(dry.out).toContain("would start through Sallyport");
		expect(text()).toBe(TEXT);
		expect(fs.existsSync(path.join(person, ".sallyport"))).toBe(false);
	});

	it("say which servers they need, and what they cannot do", async () => {
		expect(await run(["wrap"])).toMatchObject({ code: 2, err: expect.stringContaining("--server NAME") });
		expect(await run(["wrap", "--server", "r"])).toMatchObject({ code: 1, err: expect.stringContaining("remote server") });
		expect(await run(["wrap", "--server", "nobody"])).toMatchObject({ code: 2, err: expect.stringContaining('"nobody"') });
		expect(text()).toBe(TEXT);
	});

	it("leave secret references under the launcher, unless told otherwise", async () => {
		fs.writeFileSync(
			file,
			'{ "mcpServers": { "a": { "command": "sallyport", "args": ["run", "--name", "a", "--", "s"], "env": { "T": "keychain://a/T" } } } }',
		);
		const before = text();
		expect(await run(["unwrap", "--all"])).toMatchObject({ code: 1, err: expect.stringContaining("--keep-references") });
		expect(text()).toBe(before);
		expect(await run(["unwrap", "--all", "--keep-references"])).toMatchObject({ code: 0 });
		expect(text()).toContain('"command": "s"');
	});

	it("leave alone what the launcher could never start, with the reason, and wrap the rest", async () => {
		const entries = [
			'"d": { "command": "docker", "args": ["run", "x"] }',
			'"u": { "command": "uv", "args": ["run", "x"] }',
			'"b": { "command": "bun", "args": ["run", "dev"] }',
			'"p": { "command": "pnpm", "args": ["start"] }',
			'"r": { "command": "deno", "args": ["run", "jsr:@a/b"] }',
			'"s": { "command": "sh", "args": ["-c", "npx x --token hunter2Zq"] }',
			'"": { "command": "srv" }',
		];
		const lines = [
			`npx -y x \${HOME}`,
			"uvx x",
			"pipx run x",
			"bunx x",
			"bun x x",
			"pnpm dlx x",
			"yarn dlx x",
			"npm exec x",
			"deno run x.ts",
		];
		const runners = lines.map((line, i) => {
			const [command, ...args] = line.split(" ");
			return `"ok${i}": ${JSON.stringify({ command, args })}`;
		});
		fs.writeFileSync(file, `{ "mcpServers": {\n${entries.join(",\n")},\n${runners.join(",\n")} } }`);
		const wrapped = await run(["wrap", "--all"]);
		expect(wrapped.code).toBe(1);
		for (const entry of entries) expect(text()).toContain(entry);
		for (let i = 0; i < runners.length; i++) expect(text()).toContain(`"--name", "ok${i}"`);
		expect(wrapped.err).toContain('Server "d" cannot start through Sallyport yet: docker runs a container');
		expect(wrapped.err).toContain("Give the server a name");
		expect(wrapped.err.match(/cannot start through Sallyport yet/g)).toHaveLength(entries.length);
		expect(wrapped.out).toContain("--token ••••");
		expect(wrapped.out + wrapped.err).not.toContain("hunter2Zq");
		expect(await run(["wrap", "--server", "u"])).toMatchObject({
			code: 1,
			err: expect.stringContaining("cannot start through Sallyport yet: uv "),
		});
	});

	it("leave an entry with an envFile, which the launcher would refuse", async () => {
		const text = '{ "mcpServers": { "local": { "command": "srv", "envFile": ".env" } } }';
		fs.writeFileSync(file, text);
		expect(await run(["wrap", "--all"])).toMatchObject({ code: 1, err: expect.stringContaining("reads an envFile") });
		expect(fs.readFileSync(file, "utf8")).toBe(text);
	});

	it("say what is left to do, and when the file names a launcher that is not everybody's", async () => {
		const codex = path.join(workspace, ".codex/config.toml");
		fs.mkdirSync(path.dirname(codex));
		fs.mkdirSync(path.join(workspace, ".git"));
		fs.writeFileSync(codex, '[mcp_servers.notes]\ncommand = "srv"\n');
		const wrapped = await run(["wrap", "--all"]);
		expect(wrapped.out).toContain("  sallyport tools list notes\n");
		expect(wrapped.out).toMatch(/config\.toml names the launcher by its path .*, for Codex .*expands no variable there: in another clone/);
		expect((await run(["unwrap", "--all"])).out).toMatch(/Restart the servers in .*Codex/);
		// This host does; but no variable leads to such a home.
		fs.writeFileSync(file, '{ "mcpServers": { "notes": { "command": "srv" } } }');
		const elsewhere = await run(["wrap", "--all"], { SALLYPORT_HOME: path.join(person, "other") });
		expect(elsewhere.out).toMatch(/mcp\.json names the launcher by its path on this machine, for Sallyport's home is not ~\/\.sallyport:/);
	});

	it("never show a token that stands in the place of a name", async () => {
		const [server, variable] = [fakeToken(), fakeToken()];
		fs.writeFileSync(
			file,
			JSON.stringify({ mcpServers: { [server]: { command: "srv", env: { [variable]: "x" } } } }).replace("ghp", "\\u0067hp"),
		);
		const runs = [
			await run(["wrap", "--all", "--dry-run", "--json"]),
			await run(["wrap", "--all"]),
			await run(["unwrap", "--all", "--json"]),
		];
		expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
		for (const { out, err } of runs) for (const secret of [server, variable]) expect(out + err).not.toContain(secret.slice(8));
	});

	it("say that a file does not parse, or cannot be read", async () => {
		fs.writeFileSync(file, '{ "mcpServers": { "a": ');
		expect(await run(["wrap", "--all"])).toMatchObject({
			code: 1,
			out: "",
			err: expect.stringContaining("does not parse, and was left alone"),
		});
		fs.rmSync(file);
		fs.mkdirSync(file);
		expect(await run(["wrap", "--all"])).toMatchObject({ code: 2, out: "Not looked at: 1 file that could not be read.\n" });
		fs.rmdirSync(file);
		expect(await run(["wrap", "--all"])).toMatchObject({ code: 0, out: "No MCP config files here.\n" });
	});

	it("each explain what --all means", async () => {
		const help = async (verb: string): Promise<string> => {
			let shown = "";
			await runCommand(
				(program, io, exit) => {
					registerWrap(program, io, exit);
					registerUnwrap(program, io, exit);
					for (const command of program.commands) if (command.name() === verb) shown = command.helpInformation();
				},
				["wrap"],
				{ cwd: workspace, env: { HOME: person } },
			);
			return shown;
		};
		expect(await help("wrap")).toContain("every server that a command starts");
		expect(await help("unwrap")).toContain("every server that starts through Sallyport");
	});

	it("names the file of each server whose name stands in two of them", async () => {
		fs.writeFileSync(path.join(workspace, ".mcp.json"), '{ "mcpServers": { "a": { "command": "npx", "args": ["-y", "x@1.0.0"] } } }');
		const wrapped = await run(["wrap", "--all"]);
		expect(wrapped.out).toContain("  sallyport tools list a --file .mcp.json\n");
		expect(wrapped.out).toContain("  sallyport tools list a --file .cursor/mcp.json\n");
		expect(wrapped.out).toContain("  sallyport tools list b\n");
	});
});
