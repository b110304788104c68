import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import * as z from "zod/mini";
import { installedKeytar, takeKeychain } from "./keychain-child.ts";

/**
 * The OS keychain, reached through keytar in a process of its own. A keychain that waits for an answer blocks a thread
 * that nobody can stop, and a process with such a thread cannot even exit; a locked one can crash the library. A child can be killed.
 */
export class KeychainProcess {
	readonly #options: KeychainProcessOptions;
	#child: { readonly process: ChildProcess; readonly pending: Map<number, (answer: KeychainAnswer) => void> } | null = null;
	#last = 0;

	constructor(options: KeychainProcessOptions) {
		this.#options = options;
	}

	/** Never rejects and never takes longer than the timeout. */
	async ask(question: KeychainQuestion): Promise<KeychainAnswer> {
		const program = this.#options.keytar ?? installedKeytar();
		if (program === null) return { error: "library" };
		this.#child ??= this.#start(program);
		const { process: child, pending } = this.#child;
		const id = ++this.#last;
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				pending.delete(id);
				this.close();
				resolve({ error: "timeout" });
			}, this.#options.timeoutMs);
			child.ref();
			pending.set(id, (answer) => {
				clearTimeout(timer);
				if (pending.size === 0) child.unref();
				resolve(answer);
			});
			child.stdin?.write(`${JSON.stringify({ id, service: this.#options.service, ...question })}\n`);
		});
	}

	/** Idempotent; a later question starts anew. */
	close(): void {
		this.#child?.process.kill("SIGKILL");
		this.#child = null;
	}

	#start(program: string): { readonly process: ChildProcess; readonly pending: Map<number, (answer: KeychainAnswer) => void> } {
		const child = takeKeychain(program);
		const pending = new Map<number, (answer: KeychainAnswer) => void>();
		const end = (): void => {
			if (this.#child?.process === child) this.#child = null;
			for (const [id, answer] of [...pending]) {
				pending.delete(id);
				answer({ error: "died" });
			}
		};
		child.on("error", end);
		child.on("close", end);
		eachLine(child.stdout, (line) => {
			const answer = parseAnswer(line);
			const take = answer === null ? undefined : pending.get(answer.id);
			if (answer === null || take === undefined) return;
			pending.delete(answer.id);
			take(answer.error === undefined ? { value: answer.value } : { error: "refused", text: answer.error });
		});
		return { process: child, pending };
	}
}

export interface KeychainProcessOptions {
	readonly service: string;
	/** How long one question may take, prompts included. */
	readonly timeoutMs: number;
	/** The module to load instead of the installed keytar; for tests. */
	readonly keytar?: string;
}

export type KeychainQuestion =
	| { readonly op: "get" | "delete"; readonly account: string }
	| { readonly op: "set"; readonly account: string; readonly value: string }
	| { readonly op: "accounts" };

export type KeychainAnswer =
	| { readonly value: unknown; readonly error?: never }
	| { readonly error: "refused"; readonly text: string }
	| { readonly error: "library" | "timeout" | "died" };

const Answer = z.object({ id: z.number(), value: z.optional(z.unknown()), error: z.optional(z.string()) });

function parseAnswer(line: string): z.infer<typeof Answer> | null {
	try {
		return Answer.parse(JSON.parse(line));
	} catch {
		return null;
	}
}

function eachLine(stream: Readable | null, take: (line: string) => void): void {
	let waiting = "";
	stream?.setEncoding("utf8").on("data", (text: string) => {
		const lines = (waiting + text).split("\n");
		waiting = lines.pop() ?? "";
		for (const line of lines) take(line);
	});
}
