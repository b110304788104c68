import { once } from "node:events";
import * as net from "node:net";
import * as readline from "node:readline";
import * as z from "zod/mini";
import { ANSWERS, type Answer, type Question } from "./protocol.ts";

/** How long an extension host may take to start, and how long an answer to come. */
const PATIENCE_MS = 60_000;

/** The meter inside one extension host. */
export interface Meter {
	ask<Q extends Question>(question: Q, argument?: string): Promise<Answer<Q>>;
}

/** Where the meters of an editor call: each extension host that it starts has a new one. */
export interface MeterLink {
	/** The meter of the host that starts next. Ask for it before the host is started. */
	next(): Promise<Meter>;
	close(): void;
}

const Reply = z.union([z.object({ id: z.number(), value: z.unknown() }), z.object({ id: z.number(), error: z.string() })]);

/** Listens at this path. */
export async function listenForMeters(socketPath: string): Promise<MeterLink> {
	const server = net.createServer().listen(socketPath);
	await once(server, "listening");
	return {
		async next() {
			const [socket] = (await once(server, "connection", { signal: AbortSignal.timeout(PATIENCE_MS) })) as [net.Socket];
			return meterOn(socket);
		},
		close() {
			server.close();
		},
	};
}

function meterOn(socket: net.Socket): Meter {
	const waiting = new Map<number, (reply: z.infer<typeof Reply>) => void>();
	let last = 0;
	socket.on("error", () => {});
	readline.createInterface({ input: socket }).on("line", (line) => {
		const reply = Reply.parse(JSON.parse(line));
		waiting.get(reply.id)?.(reply);
		waiting.delete(reply.id);
	});
	return {
		ask(question, argument = "") {
			return new Promise((resolve, reject) => {
				const id = ++last;
				const timer = setTimeout(() => reject(new Error(`The meter did not answer: ${question} ${argument}`)), PATIENCE_MS);
				waiting.set(id, (reply) => {
					clearTimeout(timer);
					if ("error" in reply) reject(new Error(`The meter: ${reply.error}`));
					else resolve(z.parse(ANSWERS[question], reply.value) as Answer<typeof question>);
				});
				socket.write(`${JSON.stringify({ id, question, argument })}\n`);
			});
		},
	};
}
