import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** How a server is started. */
export interface Way {
	readonly name: string;
	readonly command: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	readonly cwd: string;
}

/** Milliseconds after which a server that does not answer is given up. */
const PATIENCE_MS = 60_000;

const line = (message: object): string => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;

/** A host as small as it can be: it writes lines, and knows an answer by its end and its id. */
export class Host {
	readonly child: ChildProcess;
	readonly #waiting = new Map<number, (line: Buffer) => void>();
	readonly #ended: Promise<never>;
	readonly #started = performance.now();
	#parts: Buffer[] = [];
	#id = 0;

	constructor({ name, command: [program = "", ...args], env, cwd }: Way) {
		this.child = spawn(program, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"], shell: false });
		let said = "";
		this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			said = (said + text).slice(-2_000);
		});
		this.#ended = new Promise((_, reject) => {
			this.child.once("error", reject);
			this.child.once("exit", (code) => reject(new Error(`${name} ended with ${code} before it answered. ${said}`)));
			setTimeout(() => reject(new Error(`${name} does not answer. ${said}`)), PATIENCE_MS).unref();
		});
		this.#ended.catch(() => {});
		this.child.stdin?.on("error", () => {});
		this.child.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
	}

	/** Milliseconds from the start to the first answer. */
	async initialize(): Promise<number> {
		const clientInfo = { name: "bench", version: "1" };
		await this.request("initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo });
		const first = performance.now() - this.#started;
		this.child.stdin?.write(line({ method: "notifications/initialized" }));
		return first;
	}

	/** The answer's line; an error is thrown. */
	async request(method: string, params: object): Promise<Buffer> {
		const id = ++this.#id;
		const answer = new Promise<Buffer>((resolve) => this.#waiting.set(id, resolve));
		this.child.stdin?.write(line({ id, method, params }));
		const said = await Promise.race([answer, this.#ended]);
		if (said.subarray(0, 200).includes('"error"')) throw new Error(`${method} was answered with an error: ${said.subarray(0, 200)}`);
		return said;
	}

	call(name: string, args: object): Promise<Buffer> {
		return this.request("tools/call", { name, arguments: args });
	}

	/** Resolves when nothing of the server can still be running. */
	async close(): Promise<void> {
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const gone = once(this.child, "exit");
		this.child.stdin?.end();
		const killer = setTimeout(() => this.child.kill("SIGKILL"), 5_000);
		await gone;
		clearTimeout(killer);
	}

	#read(chunk: Buffer): void {
		let at = 0;
		for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, at)) {
			this.#parts.push(chunk.subarray(at, end));
			this.#answer(this.#parts.length === 1 ? (this.#parts[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#parts));
			this.#parts = [];
			at = end + 1;
		}
		if (at < chunk.length) this.#parts.push(chunk.subarray(at));
	}

	#answer(said: Buffer): void {
		const ends = [said.subarray(0, 120), said.subarray(-40)].map(String).join(" ");
		const id = Number(/"id":(\d+)/.exec(ends)?.[1] ?? Number.NaN);
		this.#waiting.get(id)?.(said);
		this.#waiting.delete(id);
	}
}
