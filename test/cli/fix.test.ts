import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { registerFix } from "../../src/cli/fix.ts";
import { createHome, homePath } from "../../src/platform/home.ts";
import { Vaults } from "../../src/platform/vault/index.ts";
import { fakeToken } from "../platform/fix-support.ts";
import { temporaryFolder } from "../platform/vault/home.ts";
import { type Run, type RunOptions, runCommand } from "./run-command.ts";

let person: string;
let workspace: string;
let env: Record<string, string>;
let token: string;
beforeEach(() => {
	person = temporaryFolder();
	workspace = path.join(person, "project");
	fs.mkdirSync(path.join(workspace, ".vscode"), { recursive: true });
	env = { HOME: person };
	token = fakeToken();
});

const fix = (args: readonly string[] = [], options: Partial<RunOptions> = {}): Promise<Run> =>
	runCommand(registerFix, ["fix", ...args], { cwd: workspace, env, ...options });
const write = (file: string, text: string): string => {
	fs.mkdirSync(path.dirname(path.join(person, file)), { recursive: true });
	fs.writeFileSync(path.join(person, file), text);
	return path.join(person, file);
};
const vscode = (value: string): string =>
	`{\n\t"servers": {\n\t\t"gh": {\n\t\t\t"command": "srv",\n\t\t\t"env": { "GITHUB_TOKEN": "${value}" }\n\t\t}\n\t}\n}\n`;

async function stored(reference: { scheme: "keychain" | "sealed"; path: string }): Promise<string | null> {
	const home = createHome(homePath(env), { unattended: false });
	if (!home.ok) throw new Error(home.problem.message);
	const vaults = new Vaults(home.value);
	const value = await vaults.resolve(reference);
	await vaults.get(reference.scheme).delete(reference.path);
	vaults.close();
	return value.ok ? value.value : null;
}

async function withoutKeychain<T>(act: () => Promise<T>): Promise<T> {
	const bus = process.env.DBUS_SESSION_BUS_ADDRESS;
	process.env.DBUS_SESSION_BUS_ADDRESS = "unix:path=/nonexistent/bus";
	try {
		return await act();
	} finally {
		process.env.DBUS_SESSION_BUS_ADDRESS = bus;
	}
}

describe("sallyport fix", () => {
	it("moves a secret into the keychain, shows the diff without it, and says to rotate it", async () => {
		const file = write("project/.vscode/mcp.json", vscode(token));
		const run = await fix();
		expect([run.code, run.err]).toEqual([0, ""]);
		expect(run.out).toContain("keychain://gh/GITHUB_TOKEN");
		expect(run.out).toContain('-            "env": { "GITHUB_TOKEN": "••••••••" }');
		expect(run.out).toContain('+            "env": { "GITHUB_TOKEN": "keychain://gh/GITHUB_TOKEN" }');
		expect(run.out).toMatch(/secrets rotate keychain:\/\/gh\/GITHUB_TOKEN.*GitHub/);
		expect(run.out).not.toContain(token);
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		expect(fs.readFileSync(file, "utf8")).toContain('"command": "${userHome}/.sallyport/bin/sallyport"');
		expect(await stored({ scheme: "keychain", path: "gh/GITHUB_TOKEN" })).toBe(token);
		expect(run.out).toContain("sallyport allow gh --secret env:GITHUB_TOKEN=keychain://gh/GITHUB_TOKEN\n");
		expect(run.out).toContain("restart it in VS Code.");
		expect(run.out).toContain("sallyport init");
		expect(await fix()).toMatchObject({ code: 0, out: expect.stringContaining("No plaintext secret") });
	});

	it("refuses without a keychain, leaves the file as it is, and names the sealed file", async () => {
		const file = write("project/.vscode/mcp.json", vscode(token));
		const run = await withoutKeychain(() => fix());
		expect(run.code).toBe(2);
		expect(run.err).toContain("--vault sealed");
		expect(run.err.trimEnd().split("\n")).toHaveLength(2);
		expect(run.out).toBe("");
		expect(fs.readFileSync(file, "utf8")).toBe(vscode(token));
		expect(await fix(["--vault", "sealed"])).toMatchObject({ code: 0, err: "" });
		expect(await stored({ scheme: "sealed", path: "gh/GITHUB_TOKEN" })).toBe(token);
	});

	it("without a keychain goes on using the encrypted file that was chosen once, and says so", async () => {
		write("project/.vscode/mcp.json", vscode(token));
		expect(await withoutKeychain(() => fix(["--vault", "sealed"]))).toMatchObject({ code: 0 });
		const second = fakeToken();
		write("project/.cursor/mcp.json", `{ "mcpServers": { "two": { "command": "srv", "env": { "GITHUB_TOKEN": "${second}" } } } }\n`);
		expect(await withoutKeychain(() => fix())).toMatchObject({
			code: 0,
			err: "",
			out: expect.stringContaining("moved to sealed://two/GITHUB_TOKEN"),
		});
		expect(await stored({ scheme: "sealed", path: "two/GITHUB_TOKEN" })).toBe(second);
	});

	it("takes the keychain where there is one, though the encrypted file is in use", async () => {
		write("project/.vscode/mcp.json", vscode(token));
		expect(await fix(["--vault", "sealed"])).toMatchObject({ code: 0 });
		const second = fakeToken();
		write("project/.cursor/mcp.json", `{ "mcpServers": { "two": { "command": "srv", "env": { "GITHUB_TOKEN": "${second}" } } } }\n`);
		expect(await fix()).toMatchObject({ code: 0, out: expect.stringContaining("moved to keychain://two/GITHUB_TOKEN") });
		expect(await stored({ scheme: "keychain", path: "two/GITHUB_TOKEN" })).toBe(second);
	});

	it("changes nothing in a dry run, not even a home", async () => {
		const file = write("project/.vscode/mcp.json", vscode(token));
		const run = await fix(["--dry-run"]);
		expect(run).toMatchObject({ code: 1, err: "" });
		expect(run.out).toContain("would move to keychain://gh/GITHUB_TOKEN");
		expect(run.out).not.toContain(token);
		expect(fs.readFileSync(file, "utf8")).toBe(vscode(token));
		expect(fs.existsSync(path.join(person, ".sallyport"))).toBe(false);
	});

	it("names what it cannot move, and what to do by hand", async () => {
		write("project/.vscode/mcp.json", `{ "servers": { "gh": { "command": "srv", "args": ["--token", "${token}"] } } }`);
		const run = await fix(["--vault", "sealed"]);
		expect(run.code).toBe(1);
		expect(run.out).toMatch(/left at 1:\d+/);
		expect(run.out).toContain("environment variable");
		expect(run.out).not.toContain(token);
	});

	it("answers a program in JSON", async () => {
		write("project/.vscode/mcp.json", vscode(token));
		const run = await fix(["--vault", "sealed", "--json"]);
		expect(run.out).not.toContain(token);
		expect(JSON.parse(run.out)).toMatchObject({
			version: 1,
			files: [
				{
					file: ".vscode/mcp.json",
					changed: true,
					moved: [{ server: "gh", slot: "env:GITHUB_TOKEN", reference: "sealed://gh/GITHUB_TOKEN", stored: "created" }],
					wrapped: ["gh"],
					remaining: [],
				},
			],
		});
	});

	it("moves the same secret of two hosts' files once", async () => {
		write("project/.vscode/mcp.json", vscode(token));
		write("project/.cursor/mcp.json", vscode(token).replace('"servers"', '"mcpServers"'));
		const run = await fix(["--vault", "sealed", "--json"]);
		const outcomes: string[] = JSON.parse(run.out).files.map(
			(file: { moved: { reference: string; stored: string }[] }) => `${file.moved[0]?.reference} ${file.moved[0]?.stored}`,
		);
		expect(outcomes.sort()).toEqual(["sealed://gh/GITHUB_TOKEN created", "sealed://gh/GITHUB_TOKEN equal"]);
	});

	it("takes per-user files when asked to, and names the launcher by its absolute path there", async () => {
		const file = write(
			".claude.json",
			JSON.stringify({ numStartups: 3, mcpServers: { gh: { command: "srv", env: { GITHUB_TOKEN: token } } } }),
		);
		expect(await fix(["--vault", "sealed"])).toMatchObject({ code: 0 });
		expect(fs.readFileSync(file, "utf8")).toContain(token);
		const run = await fix(["--vault", "sealed", "--user"]);
		expect(run.code).toBe(0);
		expect(JSON.parse(fs.readFileSync(file, "utf8"))).toEqual({
			numStartups: 3,
			mcpServers: {
				gh: {
					command: path.join(person, ".sallyport/bin/sallyport"),
					env: { GITHUB_TOKEN: "sealed://gh/GITHUB_TOKEN" },
					args: ["run", "--name", "gh", "--", "srv"],
				},
			},
		});
		expect(run.out).toContain("Claude Code keeps copies");
	});

	it.each([
		["a path that is not there", ["nowhere.json"], 2],
		["a server that no file has", ["--server", "nobody"], 2],
		["a half-typed file", ["broken.mcp/.mcp.json"], 1],
	])("says clearly what is wrong with %s", async (_, args, code) => {
		write("project/.vscode/mcp.json", vscode("plain"));
		const broken = write("project/broken.mcp/.mcp.json", vscode(token).replace('"servers"', '"mcpServers"').slice(0, -4));
		const text = fs.readFileSync(broken, "utf8");
		const run = await fix(args);
		expect(run.code).toBe(code);
		expect(run.out + run.err).not.toContain(token);
		expect((run.err || run.out).length).toBeGreaterThan(20);
		expect(fs.readFileSync(broken, "utf8")).toBe(text);
	});

	it("leaves the secret of a server that the launcher cannot start where it is, and says why", async () => {
		const text = vscode(token).replace('"srv"', '"docker", "args": ["run", "image"]');
		const file = write("project/.vscode/mcp.json", text);
		const run = await fix(["--vault", "sealed"]);
		expect(run).toMatchObject({ code: 1, err: "" });
		expect(run.out).toContain("cannot start through Sallyport yet");
		expect(run.out).toContain("docker runs a container");
		expect(fs.readFileSync(file, "utf8")).toBe(text);
		// Nor where somebody put the launcher in front of it by hand.
		fs.writeFileSync(file, vscode(token).replace('"srv"', '"sallyport", "args": ["run", "--name", "gh", "--", "poetry", "run", "x"]'));
		expect(await fix(["--vault", "sealed"])).toMatchObject({ code: 1, out: expect.stringContaining("poetry fetches") });
		expect(await stored({ scheme: "sealed", path: "gh/GITHUB_TOKEN" })).toBeNull();
	});

	it("refuses a file that it may not change before anything is stored", async () => {
		const file = write("project/.vscode/mcp.json", vscode(token));
		fs.chmodSync(file, 0o444);
		expect(await fix(["--vault", "sealed"])).toMatchObject({ code: 2, err: expect.stringContaining("is read-only") });
		expect(await stored({ scheme: "sealed", path: "gh/GITHUB_TOKEN" })).toBeNull();
		fs.chmodSync(file, 0o644);
		fs.chmodSync(path.dirname(file), 0o500);
		const run = await fix(["--vault", "sealed"]);
		fs.chmodSync(path.dirname(file), 0o700);
		// Permissions do not bind the administrator.
		const bound = process.getuid?.() !== 0;
		expect(run.code).toBe(bound ? 2 : 0);
		expect(await stored({ scheme: "sealed", path: "gh/GITHUB_TOKEN" })).toBe(bound ? null : token);
	});

	it("says that a file does not parse, even when it finds no secret in it", async () => {
		write("project/.vscode/mcp.json", '{ "servers": { "a": ');
		const run = await fix(["--vault", "sealed"]);
		expect(run).toMatchObject({ code: 1, out: expect.stringContaining("does not parse, and was left alone") });
		expect(run.out).not.toContain("No plaintext secret");
		expect(JSON.parse((await fix(["--vault", "sealed", "--json"])).out)).toMatchObject({ files: [{ unparsed: true, changed: false }] });
	});

	it("calls nothing clean that it could not read", async () => {
		fs.mkdirSync(path.join(workspace, ".vscode/mcp.json"));
		expect(await fix(["--vault", "sealed"])).toMatchObject({
			code: 2,
			out: "Not looked at: 1 file that could not be read.\n",
			err: expect.stringContaining("is not a plain file"),
		});
		expect(JSON.parse((await fix(["--json"])).out)).toMatchObject({ files: [], unread: { files: 1, folders: 0 } });
		fs.rmdirSync(path.join(workspace, ".vscode/mcp.json"));
		expect(await fix()).toMatchObject({ code: 0, out: "No MCP config files here.\n" });
	});

	it("gives one advice once, whatever it is for", async () => {
		write(
			"project/.vscode/mcp.json",
			JSON.stringify({ servers: { gh: { command: "srv", args: ["--token", token, "--api-key", fakeToken()] } } }, null, 2),
		);
		const { out } = await fix(["--vault", "sealed"]);
		expect(out.match(/left at/g)).toHaveLength(2);
		expect(out.match(/Every pro/g)).toHaveLength(1);
	});

	it("never shows a token that stands in the place of a name", async () => {
		const [server, variable] = [fakeToken(), fakeToken()];
		write(
			"project/.vscode/mcp.json",
			JSON.stringify({ servers: { [server]: { command: "srv", env: { [variable]: token, GITHUB_TOKEN: token } } } }, null, 2),
		);
		const runs = [await fix(["--dry-run"]), await fix(["--dry-run", "--json"]), await fix(["--vault", "sealed"])];
		expect(runs[2]?.out).toContain("sealed://server/GITHUB_TOKEN");
		for (const run of runs) for (const secret of [server, variable, token]) expect(run.out + run.err).not.toContain(secret.slice(8));
		await stored({ scheme: "sealed", path: "server/SECRET" });
		await stored({ scheme: "sealed", path: "server/GITHUB_TOKEN" });
	});

	it("refuses a server without a name", async () => {
		write("project/.vscode/mcp.json", vscode(token).replace('"gh"', '""'));
		expect(await fix(["--vault", "sealed"])).toMatchObject({ code: 1, out: expect.stringContaining("Give the server a name") });
	});
});
