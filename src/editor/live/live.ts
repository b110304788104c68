import * as vscode from "vscode";
import type { Services } from "../services.ts";

/** Which entry a running launcher serves. */
export interface ServerKey {
	readonly name: string;
	/** Real path. */
	readonly config: string;
	readonly workspace: string | null;
}

/** What running launchers tell. Connects to nothing before `start`. */
export class Live implements vscode.Disposable {
	readonly #changed = new vscode.EventEmitter<void>();
	/** Something of what the methods below tell has changed. */
	readonly onDidChange = this.#changed.event;

	constructor(_services: Services) {}

	/** Connects to the launchers that run, and to those to come. Idempotent; does nothing where there is no home yet. */
	start(): void {}

	/** How many launchers of this server run now. */
	running(_server: ServerKey): number {
		return 0;
	}

	/** Tool → the pin that a running server lists now instead of the approved one; null: it cannot be pinned. */
	drift(_server: ServerKey): ReadonlyMap<string, string | null> {
		return new Map();
	}

	dispose(): void {
		this.#changed.dispose();
	}
}
