import { modernMeta } from "../core/protocol/peers.ts";
import { Child, type Json, type Start } from "./child.ts";
import { Dialogue, type Era } from "./dialogue.ts";

/** Requests that the parrot answers with what it heard. */
const ECHOED: ReadonlySet<string> = new Set([
	"ping",
	"logging/setLevel",
	"resources/read",
	"resources/subscribe",
	"resources/unsubscribe",
	"prompts/get",
	"completion/complete",
]);
/** Messages of a server that a call of the parrot's tool brings out of it, at most. */
const MOST_LINES = 5;

/** What a host says to the parrot, so that all that either of them says is in its answers. */
interface Script {
	/** To be answered first: a call before any list waits for the relay's own, and what comes after it does not. */
	readonly first: readonly string[];
	/** The last one has the id `last`. */
	readonly then: readonly string[];
}

export function script(seed: number, era: Era, requests: number): Script {
	const meta = era === "2026-07-28" ? modernMeta() : {};
	const list = JSON.stringify({ jsonrpc: "2.0", id: "list", method: "tools/list", params: meta });
	const lines: string[] = [];
	const dialogue = new Dialogue(seed, era);
	let waiting: string[] = [];
	while (lines.length < requests) {
		const { by, text, kind } = dialogue.next();
		if (kind !== null) continue;
		const { method } = JSON.parse(text) as { method?: string };
		if (by === "host" && method !== undefined && ECHOED.has(method)) lines.push(text);
		else if (by === "server" && method === "notifications/message") waiting.push(text);
		if (waiting.length < MOST_LINES) continue;
		lines.push(say(`say ${lines.length}`, waiting, meta));
		waiting = [];
	}
	// The parrot says again what it hears: what is made visible on the way back is not what is compared here.
	const then = [...lines, say("last", waiting, meta)].map((line) => line.replaceAll("\u200b", "\u3000"));
	return { first: [...(era === "2026-07-28" ? [] : greeting(era)), list], then };
}

function greeting(protocolVersion: string): string[] {
	const params = { protocolVersion, capabilities: {}, clientInfo: { name: "wire", version: "1" } };
	return [
		JSON.stringify({ jsonrpc: "2.0", id: "first", method: "initialize", params }),
		JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }),
	];
}

function say(id: string, lines: readonly string[], meta: Json): string {
	return JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "say", arguments: { lines }, ...meta } });
}

/** Says all of it, and gives what came back, up to the last answer. */
export async function heard(start: Start, { first, then }: Script): Promise<readonly string[]> {
	const got: string[] = [];
	const awaited = new Map<string, () => void>();
	const answered = (id: string): Promise<void> => new Promise((resolve) => awaited.set(`"id":"${id}"`, resolve));
	const child = new Child(start, (line) => {
		got.push(line);
		for (const [id, resolve] of awaited) if (line.includes(id)) resolve();
	});
	const [listed, ended] = [answered("list"), answered("last")];
	for (const line of first) child.write(line);
	await listed;
	for (const line of then) child.write(line);
	await ended;
	await child.end();
	return got;
}
