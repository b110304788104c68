import type { AuditEvent } from "../../../src/core/audit/event.ts";
import type { LineEvent } from "../../../src/core/protocol/frame.ts";
import { type Action, Relay, type RelayLimits, type RelayPolicy } from "../../../src/core/protocol/relay.ts";
import type { KnownValues } from "../../../src/core/secrets/known-values.ts";
import { type Pin, pinOf } from "../../../src/core/tools/pin.ts";

export const RANDOM = "r4nd0m";
export const NOT_AVAILABLE = "Not available. A person can review this in Sallyport.";

export type Json = Record<string, unknown>;

/** What one step gave out, as texts. */
export interface Seen {
	readonly host: readonly string[];
	readonly server: readonly string[];
	readonly warnings: readonly string[];
	readonly stop: string | null;
}

export function bytes(message: unknown): Uint8Array {
	return new TextEncoder().encode(typeof message === "string" ? message : JSON.stringify(message));
}

/** A line as it comes out of a stream. */
export function line(message: unknown): LineEvent {
	return { kind: "line", line: message instanceof Uint8Array ? message : bytes(message) };
}

export function tool(name: string, more: Json = {}): Json {
	return { name, description: `Does ${name}`, inputSchema: { type: "object" }, ...more };
}

export function grant(...tools: readonly Json[]): ReadonlyMap<string, Pin> {
	return new Map(
		tools.map((definition) => {
			const pin = pinOf(definition);
			if (pin === null) throw new Error("a fixture has no pin");
			return [String(definition.name), pin];
		}),
	);
}

/** What else a policy grants, and a clock in milliseconds. */
type SessionMore = Partial<RelayPolicy> & { readonly clock?: () => number };

/** A relay with the two sides played by the test. */
export class Session {
	readonly relay: Relay;
	readonly events: AuditEvent[] = [];
	/** False: the audit log cannot be written. */
	writable = true;

	constructor(tools: ReadonlyMap<string, Pin>, limits: Partial<RelayLimits> = {}, secrets?: KnownValues, more: SessionMore = {}) {
		const { clock, ...policy } = more;
		this.relay = new Relay({
			policy: { tools, ...policy },
			server: "demo",
			random: RANDOM,
			record: (event) => this.#record(event),
			limits,
			...(secrets === undefined ? {} : { secrets }),
			...(clock === undefined ? {} : { clock }),
		});
	}

	host(message: unknown): Seen {
		return this.take(this.relay.fromHost([line(message)]));
	}

	server(message: unknown): Seen {
		return this.take(this.relay.fromServer([line(message)]));
	}

	/** What one step gave out, with what it said afterwards of how calls ended. */
	take(actions: readonly Action[]): Seen {
		for (const action of actions) if ("record" in action) this.#record(action.record);
		return seen(actions);
	}

	#record(event: AuditEvent): boolean {
		if (this.writable) this.events.push(event);
		return this.writable;
	}

	/** The reasons recorded, in order. */
	get reasons(): readonly string[] {
		return this.events.map(({ reason }) => reason);
	}

	/** A 2025-11-25 session, or another of the older era, ready for calls. */
	initialize(protocolVersion = "2025-11-25"): this {
		this.host({
			jsonrpc: "2.0",
			id: "init",
			method: "initialize",
			params: { protocolVersion, capabilities: {}, clientInfo: { name: "t", version: "1" } },
		});
		this.server({
			jsonrpc: "2.0",
			id: "init",
			result: { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } },
		});
		this.host({ jsonrpc: "2.0", method: "notifications/initialized" });
		return this;
	}

	/** The host lists, the server shows these tools; gives what the host was shown. */
	list(tools: readonly unknown[], id: string | number = `list-${Math.random()}`): readonly string[] {
		this.host({ jsonrpc: "2.0", id, method: "tools/list" });
		const [answer] = this.server({ jsonrpc: "2.0", id, result: { tools } }).host;
		return toolNames(answer);
	}

	call(name: string, id: string | number, more: Json = {}): Seen {
		return this.host(call(name, id, more));
	}
}

export function call(name: string, id: string | number, more: Json = {}): Json {
	return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: {}, ...more } };
}

export function modernMeta(capabilities: Json = {}): Json {
	return { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": capabilities } };
}

export function refused(id: string | number | null, code = -32602): string {
	return JSON.stringify({ jsonrpc: "2.0", id, error: { code, message: NOT_AVAILABLE } });
}

export function toolNames(answer: string | undefined): readonly string[] {
	const tools: { name: string }[] = JSON.parse(answer ?? "null").result.tools;
	return tools.map(({ name }) => name);
}

export function seen(actions: readonly Action[]): Seen {
	const texts = (to: "host" | "server") =>
		actions.flatMap((action) => ("to" in action && action.to === to ? [new TextDecoder().decode(action.bytes)] : []));
	const stop = actions.find((action) => "stop" in action);
	return {
		host: texts("host"),
		server: texts("server"),
		warnings: actions.flatMap((action) => ("warn" in action ? [action.warn] : [])),
		stop: stop !== undefined && "stop" in stop ? stop.stop : null,
	};
}
