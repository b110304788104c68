import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

const ROOT = path.resolve(import.meta.dirname, "..", "..");

/** The program under test, as it is built. */
export const SALLYPORT = path.join(ROOT, "dist", "sallyport.cjs");

/** How the question for what widens ends. */
const QUESTION = "anything else to leave it: ";

export interface Outcome {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions {
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly cwd?: string;
	readonly input?: string;
}

/** A person's machine in a temporary folder: a home, Sallyport's throw-away home in it, a workspace, and a server to start. */
export class World {
	readonly folder: string;
	readonly home: string;
	readonly workspace: string;
	readonly sallyportHome: string;
	/** The entry script of a small server, outside the workspace. */
	readonly server: string;

	constructor() {
		this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-test-")));
		this.home = path.join(this.folder, "home");
		this.workspace = path.join(this.folder, "workspace");
		this.sallyportHome = path.join(this.home, ".sallyport");
		this.server = path.join(this.folder, "server", "mini.mjs");
		for (const folder of [this.home, this.workspace, path.dirname(this.server)]) fs.mkdirSync(folder);
		fs.copyFileSync(path.join(ROOT, "test", "fixtures", "servers", "mini.mjs"), this.server);
	}

	/** The environment of a terminal; the keychain's address stays. */
	env(more: RunOptions["env"] = {}): Record<string, string> {
		const env: Record<string, string> = {};
		for (const [name, value] of Object.entries({
			...process.env,
			HOME: this.home,
			SALLYPORT_HOME: undefined,
			NODE_OPTIONS: undefined,
			...more,
		}))
			if (value !== undefined && !name.startsWith("npm_") && !name.startsWith("VITEST")) env[name] = value;
		return env;
	}

	sallyport(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
		return this.run(process.execPath, [SALLYPORT, ...args], options);
	}

	/**
	 * @param options.answers typed one by one, each once what the program has said ends with one more question; empty: `input` is handed in whole
	 */
	async run(
		command: string,
		args: readonly string[],
		options: RunOptions & { readonly answers?: readonly string[] } = {},
	): Promise<Outcome> {
		const child = spawn(command, [...args], {
			cwd: options.cwd ?? this.workspace,
			env: this.env(options.env),
			shell: false,
			stdio: "pipe",
		});
		let stdout = "";
		let stderr = "";
		const answers = options.answers ?? [];
		const left = [...answers];
		child.stdout.setEncoding("utf8").on("data", (text: string) => {
			stdout += text;
			while (left.length > 0 && stdout.split(QUESTION).length - 1 > answers.length - left.length) child.stdin.write(left.shift() ?? "");
			if (left.length === 0 && answers.length > 0) child.stdin.end();
		});
		child.stderr.setEncoding("utf8").on("data", (text: string) => {
			stderr += text;
		});
		child.stdin.on("error", () => {});
		if (answers.length === 0) child.stdin.end(options.input ?? "");
		const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
		return { code, signal, stdout, stderr };
	}

	/** Runs the command on a terminal of its own, and types; several lines each when it is asked for. */
	onTerminal(args: readonly string[], typed: string | readonly string[]): Promise<Outcome> {
		const program = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
		return this.run(
			"/usr/bin/python3",
			["-c", program, process.execPath, SALLYPORT, ...args],
			typeof typed === "string" ? { input: typed } : { answers: typed },
		);
	}

	/** Writes a workspace file and returns its path. */
	write(relative: string, content: string | object): string {
		const file = path.join(this.workspace, relative);
		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, typeof content === "string" ? content : `${JSON.stringify(content, null, 2)}\n`);
		return file;
	}

	/** A `.mcp.json` with one server that runs the small server. */
	entry(name: string, args: readonly string[] = [], more: object = {}): string {
		return this.write(".mcp.json", { mcpServers: { [name]: { command: process.execPath, args: [this.server, ...args], ...more } } });
	}

	async init(): Promise<void> {
		const outcome = await this.sallyport(["init", "--unattended"]);
		if (outcome.code !== 0) throw new Error(`init failed: ${outcome.stderr}`);
	}

	/** A new home, the small server as `mini` in a config file, and these tools of it granted. */
	async grantMini(...tools: string[]): Promise<void> {
		await this.init();
		this.entry("mini");
		await this.allowTools("mini", ...tools);
	}

	/** Where the logs of this home are. */
	get audit(): string {
		return path.join(this.sallyportHome, "state", "audit");
	}

	/** How often calls of this text are in the log. */
	async recorded(text: string): Promise<number> {
		const { stdout } = await this.sallyport(["audit", "search", "--json", "--limit", "all", "--text", text]);
		return stdout.split("\n").filter((line) => line !== "").length;
	}

	/** Grants tools as a person would, and says what went wrong if it did. */
	async allowTools(name: string, ...tools: string[]): Promise<void> {
		const outcome = await this.sallyport(["tools", "allow", name, ...tools, "--yes"]);
		if (outcome.code !== 0) throw new Error(`tools allow failed: ${outcome.stderr}${outcome.stdout}`);
	}

	runArgs(name: string, args: readonly string[] = []): string[] {
		return ["run", "--name", name, "--", process.execPath, this.server, ...args];
	}

	/** Connects as a host would, through the launcher. */
	async connect(
		name: string,
		args: readonly string[] = [],
		options: RunOptions & { readonly launcher?: readonly string[]; readonly line?: readonly string[] } = {},
	): Promise<Connection> {
		const [command, ...before] = options.launcher ?? [process.execPath, SALLYPORT];
		const transport = new StdioClientTransport({
			command: command ?? process.execPath,
			args: [...before, ...(options.line === undefined ? this.runArgs(name, args) : ["run", "--name", name, "--", ...options.line])],
			env: this.env(options.env),
			cwd: options.cwd ?? this.workspace,
			stderr: "pipe",
		});
		const said: string[] = [];
		transport.stderr?.on("data", (chunk: Buffer) => said.push(chunk.toString()));
		const client = new Client({ name: "test-host", version: "1.0.0" });
		try {
			await client.connect(transport);
		} catch (error) {
			throw new Error(`${error instanceof Error ? error.message : String(error)}; the launcher said: ${said.join("")}`);
		}
		return { client, pid: transport.pid, stderr: () => said.join("") };
	}

	/** The launcher's answer to one initialize request, and how it ended. */
	launch(name: string, args: readonly string[] = [], options: RunOptions & { readonly before?: readonly string[] } = {}): Promise<Outcome> {
		const [, ...rest] = this.runArgs(name, args);
		return this.sallyport(["run", ...(options.before ?? []), ...rest], { ...options, input: options.input ?? INITIALIZE });
	}

	remove(): void {
		const open = (folder: string): void => {
			fs.chmodSync(folder, 0o700);
			for (const entry of fs.readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) open(path.join(folder, entry.name));
		};
		open(this.folder);
		fs.rmSync(this.folder, { recursive: true, force: true });
	}
}

export interface Connection {
	readonly client: Client;
	readonly pid: number | null;
	readonly stderr: () => string;
}

export const INITIALIZE = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } } })}\n`;

/** The text of a tool's result, or of the error instead. */
export async function callTool(
	client: Client,
	name: string,
	args: Record<string, unknown> = {},
): Promise<{ readonly ok: boolean; readonly text: string }> {
	try {
		const result = (await client.callTool({ name, arguments: args })) as { isError?: boolean; content: { text?: string }[] };
		return { ok: result.isError !== true, text: result.content.map((part) => part.text ?? "").join("") };
	} catch (error) {
		return { ok: false, text: error instanceof Error ? error.message : String(error) };
	}
}
