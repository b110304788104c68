import { type LiveHello, type LiveMessage, messageName } from "../../core/live/message.ts";
import type { Pin } from "../../core/tools/pin.ts";
import type { ServerKey } from "./refusal.ts";

/** Drifted tools that are kept of one launcher. */
const MOST_DRIFTS = 500;

interface Drift {
	readonly at: string;
	readonly approved: string;
	readonly current: string | null;
}

/** One launcher that runs, as far as it has told. */
export class RunningLauncher {
	hello: LiveHello;
	/** False while its connection is gone: what it told still counts when it is back. */
	connected = true;
	/** It has said its last word. */
	ended = false;
	readonly #drifts = new Map<string, Drift>();
	#toolsAt = "";

	constructor(hello: LiveHello) {
		this.hello = hello;
	}

	serves({ name, config, workspace }: ServerKey): boolean {
		return this.hello.server === messageName(name) && this.hello.config === config && this.hello.workspace === workspace;
	}

	/** Tool → what is listed now instead of the approved definition; null: nothing that can be pinned. */
	get drift(): ReadonlyMap<string, string | null> {
		return new Map([...this.#drifts].map(([tool, { current }]) => [tool, current]));
	}

	/** What concerns it alone; the rest is left to others. `kept` gives the list that is kept of it now. */
	hear(message: LiveMessage, kept: () => ReadonlyMap<string, Pin | null>): void {
		switch (message.kind) {
			case "drift":
				// Told before the tools that count now were: they may have been approved since.
				if (message.at >= this.#toolsAt && (this.#drifts.has(message.tool) || this.#drifts.size < MOST_DRIFTS))
					this.#drifts.set(message.tool, message);
				break;
			case "tools":
				// What still differs from the new grants is told again.
				this.#toolsAt = message.at;
				for (const [tool, { at }] of this.#drifts) if (at < message.at) this.#drifts.delete(tool);
				break;
			case "listed":
				this.#forgetMended(kept());
				break;
			case "ended":
				this.ended = true;
		}
	}

	/** A server may go back to what was approved, and nobody says so in as many words. */
	#forgetMended(listed: ReadonlyMap<string, Pin | null>): void {
		for (const [tool, { approved }] of this.#drifts) if (listed.get(tool) === approved) this.#drifts.delete(tool);
	}
}
