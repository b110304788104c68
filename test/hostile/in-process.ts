import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Era, Play } from "./attack.ts";
import type { Seen } from "./seen.ts";
import { LAST, stepsOf, written } from "./steps.ts";

/** How a host starts the server, or what stands before it. */
export interface Start {
	readonly command: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	readonly cwd: string;
	/** Milliseconds that a host waits for an answer before it goes on, for some attacks are that there is none; and for the first and the last one. */
	readonly patienceMs: number;
	readonly lastMs: number;
	/** It answers in order: the answer to the last call of all says that nothing else is to come. */
	readonly isOrdered: boolean;
	/** Milliseconds that it has to end, once its host has closed its end. */
	readonly endMs: number;
}

export interface ProcessRun extends Seen {
	/** The honest call after the attack was answered, or refused. */
	readonly answered: boolean;
	/** The first request was answered: it was there in time. */
	readonly began: boolean;
	readonly code: number | null;
}

/** Plays one attack on real processes. `folder`: the server's. */
export async function playInProcess(play: Play, era: Era, start: Start, folder: string, docs: string): Promise<ProcessRun> {
	const received = path.join(folder, "got.txt");
	fs.rmSync(received, { force: true });
	fs.writeFileSync(path.join(folder, "script.json"), JSON.stringify(play.server ?? {}));
	const [command = "", ...args] = start.command;
	const child = spawn(command, args, { cwd: start.cwd, env: start.env, stdio: ["pipe", "pipe", "pipe"], shell: false });
	const host = new Heard(child);
	let stderr = "";
	child.stderr.on("data", (chunk: Buffer) => {
		stderr += String(chunk);
	});
	child.stdin.on("error", () => {});
	const closed = once(child, "close");
	let isOver = false;
	void closed.then(() => {
		isOver = true;
		host.end();
	});
	let isFirst = true;
	let began = false;
	const steps = stepsOf(play, era);
	for (const [at, step] of steps.entries()) {
		const { bytes, id } = written(step, docs);
		child.stdin.write(bytes);
		if (start.isOrdered && at >= steps.length - 2) continue;
		// The first answer also waits for the start.
		if (id !== null) {
			const came = await host.answer(id, isFirst ? start.lastMs : start.patienceMs);
			began ||= came;
		}
		isFirst &&= id === null;
	}
	const answered = await host.answer(LAST, start.lastMs);
	child.stdin.end();
	const killer = setTimeout(() => child.kill("SIGKILL"), start.endMs);
	if (!isOver) await closed;
	clearTimeout(killer);
	const server = fs.existsSync(received) ? fs.readFileSync(received, "utf8") : "";
	return { host: host.text(), server, stderr, answered, began, code: child.exitCode };
}

/** What a host hears, and for which ids it was answered. */
class Heard {
	readonly #chunks: Buffer[] = [];
	readonly #answered = new Set<string>();
	readonly #waiting = new Map<string, () => void>();
	#isOver = false;
	#rest = "";

	constructor(child: ChildProcess) {
		child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk));
	}

	text(): string {
		return Buffer.concat(this.#chunks).toString("utf8");
	}

	end(): void {
		this.#isOver = true;
		for (const done of this.#waiting.values()) done();
	}

	/** False: it did not come in time. */
	async answer(id: string | number, patience: number): Promise<boolean> {
		const key = JSON.stringify(id);
		if (!this.#answered.has(key) && !this.#isOver)
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, patience);
				this.#waiting.set(key, () => {
					clearTimeout(timer);
					resolve();
				});
			});
		this.#waiting.delete(key);
		return this.#answered.has(key);
	}

	#take(chunk: Buffer): void {
		this.#chunks.push(chunk);
		const lines = (this.#rest + chunk.toString("latin1")).split("\n");
		this.#rest = (lines.pop() ?? "").slice(-1_000_000);
		for (const line of lines) {
			// An id at the top, by which a host knows its answer; and the answer to what had none that could be told.
			const [, id] = /"id": ?("[^"]{0,600}"|-?\d{1,20}|null)/.exec(line) ?? [];
			if (id === undefined) continue;
			this.#answered.add(id);
			this.#waiting.get(id)?.();
			if (id === "null") for (const [waited, done] of this.#waiting) if (waited !== JSON.stringify(LAST)) done();
		}
	}
}
