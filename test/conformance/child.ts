import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";

export type Json = Record<string, unknown>;

/** How a server is started: directly, or through the launcher. */
export interface Start {
	readonly command: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
}

/** A server on stdio, or what stands before one. Lines, as they are. */
export class Child {
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #said: string[] = [];

	/** `onLine`: what it prints, without the newline. */
	constructor({ command, args, cwd, env }: Start, onLine: (line: string) => void) {
		this.#child = spawn(command, [...args], { cwd, env, shell: false, stdio: "pipe" });
		let rest = "";
		this.#child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
			const lines = (rest + chunk).split("\n");
			rest = lines.pop() ?? "";
			for (const line of lines) onLine(line);
		});
		this.#child.stderr.setEncoding("utf8").on("data", (chunk: string) => this.#said.push(chunk));
		this.#child.stdin.on("error", () => {});
	}

	write(line: string): void {
		this.#child.stdin.write(`${line}\n`);
	}

	/** What it said on stderr so far. */
	get stderr(): string {
		return this.#said.join("");
	}

	/** Closes its input and waits until it has gone. */
	async end(): Promise<void> {
		if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
		this.#child.stdin.end();
		await once(this.#child, "close");
	}
}
