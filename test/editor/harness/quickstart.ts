import * as fs from "node:fs";
import * as path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type HostId, matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { expandHostVariables } from "../../../src/core/config/variables.ts";
import { type AuditEntries, readAuditLogs } from "../../../src/platform/audit/reader.ts";
import { copyExample } from "../../../src/platform/example.ts";
import { openHome } from "../../../src/platform/home.ts";
import { openVault } from "../../../src/platform/vault/index.ts";
import { findEditorHost } from "../../../src/setup/editor-host.mjs";
import { World } from "../../harness/world.ts";
import { startRegistry, type TestRegistry } from "../../platform/packages/registry.ts";
import { Caller } from "./caller.ts";
import { type Editor, type EditorOptions, ROOT, startEditor } from "./editor-host.ts";
import { Workbench, type WorkbenchOptions } from "./workbench.ts";

const SERVERS = path.join(ROOT, "test", "fixtures", "servers");
/** A small server, and the definitions of its tools. */
const SERVER = ["issues.mjs", "issues.json"] as const;

/** Under these names the registry of a walk has the small server of the fixtures. */
const PACKAGES = ["@modelcontextprotocol/server-everything", "@modelcontextprotocol/server-github"];

export interface QuickstartOptions extends Omit<EditorOptions, "env" | "companion">, WorkbenchOptions {
	/** Whether tools can be called as a model calls them. Default: no. */
	readonly callable?: boolean;
	/** Changes the copy before the editor opens it. */
	readonly prepare?: (world: World) => void;
}

/**
 * A window of a real VS Code on a copy of the quickstart workspace: a throw-away home that Sallyport was never in, the tests' own keychain, and
 * an npm registry on the loopback, so that nothing leaves the machine.
 */
export class Quickstart {
	readonly world: World;
	/** The made-up token in `.vscode/mcp.json`. */
	readonly token: string;
	readonly editor: Editor;
	readonly workbench: Workbench;
	/** Null: not asked for. */
	readonly caller: Caller | null;
	readonly #registry: TestRegistry;
	readonly #clients: Client[] = [];

	private constructor(world: World, token: string, editor: Editor, workbench: Workbench, caller: Caller | null, registry: TestRegistry) {
		this.world = world;
		this.token = token;
		this.editor = editor;
		this.workbench = workbench;
		this.caller = caller;
		this.#registry = registry;
	}

	static async open({ prepare, viewport, scale, callable = false, ...options }: QuickstartOptions = {}): Promise<Quickstart> {
		const world = new World();
		const registry = await startRegistry(PACKAGES.map(packageNamed));
		let editor: Editor | undefined;
		try {
			const copied = copyExample(path.join(ROOT, "examples", "quickstart"), world.workspace);
			if (!copied.ok) throw new Error(copied.problem.message);
			fs.writeFileSync(path.join(world.home, ".npmrc"), `registry=${registry.url}\n`);
			prepare?.(world);
			const caller = callable ? new Caller(world.folder) : null;
			const companion = caller === null ? {} : { companion: caller.vsix };
			editor = await startEditor({ ...options, ...companion, env: world.env(caller?.env) });
			const workbench = await Workbench.open(editor, world.workspace, { viewport, scale });
			return new Quickstart(world, copied.value.token, editor, workbench, caller, registry);
		} catch (error) {
			await editor?.stop();
			await registry.close();
			world.remove();
			throw error;
		}
	}

	async close(): Promise<void> {
		for (const client of this.#clients) await client.close();
		await this.workbench.close();
		await this.editor.stop();
		await this.#registry.close();
		this.world.remove();
	}

	file(relative: string): string {
		return path.join(this.world.workspace, relative);
	}

	text(relative: string): string {
		return fs.readFileSync(this.file(relative), "utf8");
	}

	/** What the keychain has under this path in the person's own namespace; null: nothing. */
	async secret(reference: string): Promise<string | null> {
		const home = openHome(this.world.sallyportHome);
		if (!home.ok) throw new Error(home.problem.message);
		const vault = openVault("keychain", home.value);
		const value = await vault.read(reference);
		if (!value.ok) throw new Error(value.problem.message);
		return value.value;
	}

	/** The names of the policy files: one a grant. Empty: nothing was ever granted. */
	policies(): readonly string[] {
		const folder = path.join(this.world.sallyportHome, "policy");
		return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(".jsonc")) : [];
	}

	policyText(): string {
		return this.policies()
			.map((name) => fs.readFileSync(path.join(this.world.sallyportHome, "policy", name), "utf8"))
			.join("\n");
	}

	/** What the audit log has of a server. */
	audited(server: string): AuditEntries["entries"] {
		const home = openHome(this.world.sallyportHome);
		if (!home.ok) throw new Error(home.problem.message);
		const log = readAuditLogs(home.value, { server, limit: 1000 });
		if (!log.ok) throw new Error(log.problem.message);
		return log.value.entries;
	}

	/** Starts an entry as its host would: the host's variables expanded, its environment added, in the workspace. */
	async start(relative: string, name: string): Promise<Client> {
		const config = this.file(relative);
		const host: HostId = matchHost(config) ?? "mcp-json";
		const server = parseConfig(this.text(relative), host, config).servers.find((each) => each.name.value === name);
		if (server?.kind !== "stdio") throw new Error(`${relative} has no local server ${name}`);
		const expand = (text: string): string => {
			const expansion = expandHostVariables(host, text, { home: this.world.home, workspace: this.world.workspace, env: this.world.env() });
			if (!("text" in expansion)) throw new Error(`a host could not expand ${expansion.unresolved.join(", ")}`);
			return expansion.text;
		};
		const client = new Client({ name: "test-host", version: "1.0.0" });
		await client.connect(
			new StdioClientTransport({
				command: expand(server.command.value),
				args: server.args.map(({ value }) => expand(value)),
				env: { ...this.world.env(), ...Object.fromEntries(server.env.map((each) => [each.name.value, expand(each.value.value)])) },
				cwd: this.world.workspace,
				stderr: "ignore",
			}),
		);
		this.#clients.push(client);
		return client;
	}
}

/** Puts the small server's files into a new folder, where its `issues.json` may then be changed. The path of its script. */
export function placeServer(folder: string): string {
	fs.mkdirSync(folder);
	for (const file of SERVER) fs.copyFileSync(path.join(SERVERS, file), path.join(folder, file));
	return path.join(folder, SERVER[0]);
}

function packageNamed(name: string): Parameters<typeof startRegistry>[0][number] {
	const bin = { [name.replace(/^.*\//, "mcp-")]: SERVER[0] };
	const files = Object.fromEntries(SERVER.map((file) => [file, fs.readFileSync(path.join(SERVERS, file), "utf8")]));
	return { manifest: { name, version: "2026.8.31", type: "module", bin }, files };
}

/** Whether the editor writes its output channels: it needs parts that only a machine with a compiler gets. */
export function outputIsShown(): boolean {
	const host = findEditorHost(ROOT);
	const native = path.join("node_modules", "@vscode", "spdlog", "build", "Release");
	return host !== null && fs.existsSync(path.join(path.dirname(host.entry), "..", "..", "lib", "vscode", native));
}
