import * as vscode from "vscode";
import type { Configs } from "../configs/configs.ts";
import type { Live } from "../live/live.ts";
import type { Services } from "../services.ts";
import type { ConfigFile, Server } from "./model.ts";

/** The config files of this window and of this person, their servers, and what was granted to each. Looks at the disk from the first `load` on. */
export class Servers implements vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<void>();
	readonly onDidChange = this.#changed.event;

	constructor(_services: Services, _configs: Configs, _live: Live) {}

	/** Empty before `load`. */
	get files(): readonly ConfigFile[] {
		return [];
	}

	/** Reads everything once; from then on it is kept up to date. */
	async load(): Promise<readonly ConfigFile[]> {
		return this.files;
	}

	/** Reads everything again. */
	async refresh(): Promise<void> {}

	byId(_id: string): Server | null {
		return null;
	}

	/** The server whose entry has these keys in this file. */
	at(_uri: vscode.Uri, _keyPath: readonly string[]): Server | null {
		return null;
	}

	dispose(): void {
		this.#changed.dispose();
	}
}
