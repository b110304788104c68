import { spawn } from "node:child_process";
import { once } from "node:events";
import * as readline from "node:readline";
import { INITIALIZE, SALLYPORT, type World } from "./world.ts";

interface Answer {
	readonly id?: unknown;
	readonly result?: { readonly content?: readonly { readonly text?: string }[] };
	readonly error?: { readonly message?: string };
}

/** A host that decides itself which messages leave in one write. */
export class RawHost {
	readonly #child;
	readonly #answers = new Map<unknown, Answer>();

	constructor(world: World, name: string) {
		this.#child = spawn(process.execPath, [SALLYPORT, ...world.runArgs(name)], {
			cwd: world.workspace,
			env: world.env(),
			stdio: ["pipe", "pipe", "ignore"],
		});
		readline.createInterface({ input: this.#child.stdout }).on("line", (line) => {
			const answer: Answer = JSON.parse(line);
			this.#answers.set(answer.id, answer);
		});
	}

	/** Up to the first call; the tools are not listed. */
	async open(): Promise<void> {
		this.#child.stdin.write(INITIALIZE);
		while (!this.#answers.has(1)) await once(this.#child.stdout, "data");
		this.send({ method: "notifications/initialized" });
	}

	/** In one write. */
	send(...messages: readonly object[]): void {
		this.#child.stdin.write(messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join(""));
	}

	/** The text of a result, or of the error instead; null: there is no answer yet. */
	said(id: number): string | null {
		const answer = this.#answers.get(id);
		return answer === undefined ? null : (answer.error?.message ?? answer.result?.content?.[0]?.text ?? "");
	}

	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** Calling it again changes nothing. */
	async close(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
		const closed = once(this.#child, "close");
		this.#child.stdin.end();
		await closed;
	}
}
