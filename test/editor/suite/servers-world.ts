import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Grant } from "../../../src/core/policy/layers.ts";
import { grantsOf } from "../../../src/core/policy/layers.ts";
import { Configs } from "../../../src/editor/configs/configs.ts";
import { Live } from "../../../src/editor/live/live.ts";
import { Approvals } from "../../../src/editor/servers/approvals.ts";
import type { Server, Tool } from "../../../src/editor/servers/model.ts";
import { Servers } from "../../../src/editor/servers/servers.ts";
import { Services } from "../../../src/editor/services.ts";
import { type Home, openHome } from "../../../src/platform/home.ts";
import { readLayers } from "../../../src/platform/policy-files.ts";
import { World } from "../../harness/world.ts";

/** The parts of the extension that know servers, in a home and a workspace of their own; the window's folder is there too. */
export class ServersWorld {
	readonly world = new World();
	readonly services: Services;
	readonly servers: Servers;
	readonly approvals: Approvals;
	readonly #live: Live;

	constructor() {
		const { world } = this;
		const extension = vscode.extensions.getExtension("sallyport.sallyport");
		assert.ok(extension);
		const storage = vscode.Uri.file(path.join(world.home, ".config", "Editor", "User", "globalStorage", "sallyport.sallyport"));
		const kept = new Map<string, unknown>();
		const globalState = { get: (key: string) => kept.get(key), update: async (key: string, value: unknown) => void kept.set(key, value) };
		const context = { extension, extensionPath: extension.extensionPath, globalStorageUri: storage, globalState };
		this.services = new (class extends Services {
			override readonly env = world.env();
			override get workspaceFolders(): readonly string[] {
				return [world.workspace, ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)];
			}
		})(context as unknown as vscode.ExtensionContext);
		const configs = new Configs(this.services);
		this.#live = new Live(this.services);
		this.servers = new Servers(this.services, configs, this.#live);
		this.approvals = new Approvals(this.services, this.servers);
	}

	/** The entry that a host starts the small server with, through the launcher. */
	wrapped(name: string, args: readonly string[] = [], more: object = {}): object {
		const launcher = path.join(this.world.sallyportHome, "bin", "sallyport");
		return { command: launcher, args: ["run", "--name", name, "--", process.execPath, this.world.server, ...args], ...more };
	}

	home(): Home {
		const home = openHome(this.world.sallyportHome);
		assert.ok(home.ok);
		return home.value;
	}

	grants(): readonly Grant[] {
		const layers = readLayers(this.home(), { workspace: null, narrowing: [] });
		assert.ok(layers.ok);
		return grantsOf(layers.value);
	}

	server(name: string): Server {
		const server = this.servers.files.flatMap((file) => file.servers).find((each) => each.name === name);
		assert.ok(server, `${name} is among the servers`);
		return server;
	}

	tool(server: string, name: string): Tool {
		const tool = this.server(server).tools?.find((each) => each.name === name);
		assert.ok(tool, `${name} is among the tools`);
		return tool;
	}

	remove(): void {
		this.servers.dispose();
		this.#live.dispose();
		// The services stay: their log is one channel for all the worlds of a window.
		if (fs.existsSync(this.world.folder)) this.world.remove();
	}
}
