import type { Socket } from "node:net";
import { type Duplex, duplexPair } from "node:stream";
import { type EgressTarget, parseTarget } from "../../core/policy/egress.ts";
import { type FirstWords, firstWords, LONGEST_GREETING } from "./first-words.ts";
import { answer, type Gate, type TunnelEnd } from "./proxy-gate.ts";
import type { Route } from "./proxy-reach.ts";

/** How long a tunnel may carry nothing, as connections to databases do overnight; and one of which an end has said that it is done. */
const IDLE_MS = 12 * 60 * 60_000;
const HALF_CLOSED_MS = 60_000;

/** Where plain HTTP is spoken. */
const HTTP_PORT = 80;

/** A tunnel that a client has asked for, before anything is said in it. `accept` tells the client that it stands, `decline` that it does not. */
export async function openTunnel(
	client: Duplex,
	head: Buffer,
	{ target, route }: { readonly target: EgressTarget; readonly route: Route },
	{ accept, decline }: { readonly accept: () => void; readonly decline: () => void },
	gate: Gate,
): Promise<void> {
	// A company's proxy seldom lets tunnels through to port 80: what is spoken there is HTTP, and is asked for as HTTP.
	if (route.via !== null && target.port === HTTP_PORT) {
		accept();
		return hearFirst(client, head, target, gate, async (said) => {
			const upstream = await gate.reach.open(route, target);
			if (upstream === null) return void client.destroy();
			gate.keep(upstream);
			if (client.destroyed) return void upstream.destroy();
			join(client, upstream);
			upstream.write(said);
			client.pipe(upstream);
		});
	}
	const upstream = await gate.reach.open(route, target);
	if (upstream === null) return decline();
	gate.keep(upstream);
	if (client.destroyed) return void upstream.destroy();
	accept();
	// The other side may speak first.
	const parted = join(client, upstream);
	hearFirst(
		client,
		head,
		target,
		gate,
		(said) => {
			upstream.write(said);
			client.pipe(upstream);
		},
		() => {
			parted();
			upstream.destroy();
		},
	);
}

/** A line of which only the port is known: the client's first words have to say a name, and that one has to be granted. */
export function serveNamed(client: Socket, port: number, gate: Gate): void {
	hearFirst(client, Buffer.alloc(0), { host: null, port }, gate, async (said, words) => {
		const target = words.kind === "tls" && words.name !== null ? parseTarget(`${words.name}:${port}`) : null;
		const route = target === null ? null : await gate.reach.check(target, true, "tunnel");
		const upstream = target === null || route === null ? null : await gate.reach.open(route, target);
		if (upstream === null) return void client.destroy();
		gate.keep(upstream);
		if (client.destroyed) return void upstream.destroy();
		join(client, upstream);
		upstream.write(said);
		client.pipe(upstream);
	});
}

/** What comes from the other side goes to the client, and the end of one is the other's. Undone by what is given back. */
function join(client: Duplex, upstream: Socket): () => void {
	// What has been said before an end is still delivered.
	const onUpstream = () => (upstream.readableEnded ? endSoon(client) : client.destroy());
	const onClient = () => (client.readableEnded ? upstream.destroySoon() : upstream.destroy());
	const half = () => upstream.setTimeout(HALF_CLOSED_MS);
	upstream.setTimeout(IDLE_MS, () => {
		upstream.destroy();
		client.destroy();
	});
	upstream.once("close", onUpstream);
	upstream.once("end", half);
	client.once("end", half);
	client.once("close", onClient);
	upstream.pipe(client);
	return () => {
		upstream.off("close", onUpstream);
		client.off("close", onClient);
		upstream.unpipe(client);
	};
}

/** Delivers what was written, and waits a while for the client to say that it is done as well. */
function endSoon(client: Duplex): void {
	const late = setTimeout(() => client.destroy(), HALF_CLOSED_MS).unref();
	client.once("close", () => clearTimeout(late));
	client.end();
	// Whatever it still says goes nowhere; its end is not heard of unless somebody listens.
	client.resume();
}

/**
 * Listens until it is clear that the client says no other name than the granted one. HTTP goes on request by request, for each may name another
 * host; everything else is handed on with what was said so far.
 */
function hearFirst(
	client: Duplex,
	head: Buffer,
	end: TunnelEnd,
	gate: Gate,
	go: (said: Buffer, words: FirstWords) => void | Promise<void>,
	turn: () => void = () => {},
): void {
	let said = head;
	const hear = (part: Buffer) => {
		said = Buffer.concat([said, part]);
		judge();
	};
	// A client that has nothing to say, and only listens.
	const done = () => {
		client.off("data", hear);
		const { kind } = firstWords(said, true);
		if (end.host === null) client.destroy();
		else if (kind === "http" || kind === "unreadable") refuse(end.host);
		else void go(said, { kind: "unclear" });
	};
	const judge = () => {
		const words = firstWords(said);
		if (words.kind === "unclear" && said.length <= LONGEST_GREETING) return;
		client.off("data", hear);
		client.off("end", done);
		client.pause();
		if (words.kind === "http") {
			turn();
			// Each request may name another host, so each is looked at, on a connection of its own.
			const [outer, inner] = duplexPair();
			gate.keep(outer);
			gate.keep(inner);
			gate.targets.set(inner, end);
			outer.write(said);
			client.pipe(outer).pipe(client);
			client.once("close", () => outer.destroy());
			outer.once("close", () => client.destroy());
			gate.inside.emit("connection", inner);
		} else if (isFor(end, words)) void Promise.resolve(go(said, words)).catch(() => client.destroy());
		else refuse(end.host);
	};
	const refuse = (host: string | null) => {
		if (host !== null) gate.reach.refused({ host, port: end.port }, "host-header");
		client.destroy();
	};
	client.on("data", hear);
	client.once("end", done);
	if (said.length > 0) judge();
}

/** Where no name is granted that the words could be compared with, they have to say one. */
function isFor({ host, port }: TunnelEnd, words: FirstWords): boolean {
	if (words.kind === "tls")
		return words.name === null ? host !== null : host === null || parseTarget(`${words.name}:${port}`)?.host === host;
	return words.kind === "other" && host !== null;
}

/** Tells the client of a CONNECT. */
export function connectAnswers(client: Duplex): { readonly accept: () => void; readonly decline: () => void } {
	return {
		accept: () => void client.write("HTTP/1.1 200 Connection established\r\n\r\n"),
		decline: () => answer(client, 502),
	};
}
