import type * as http from "node:http";
import type { Duplex } from "node:stream";
import type { Reach } from "./proxy-reach.ts";

/** The far end of a tunnel. `host` null: whatever name the client says, if it is granted. */
export interface TunnelEnd {
	readonly host: string | null;
	readonly port: number;
}

/** One run's proxy: where it may lead, and what it has open. */
export interface Gate {
	readonly reach: Reach;
	/** Serves the plain HTTP that is spoken inside tunnels, request by request. */
	readonly inside: http.Server;
	/** Where the tunnels of `inside` lead. */
	readonly targets: WeakMap<object, TunnelEnd>;
	keep<T extends Duplex>(socket: T): T;
}

const REASONS: Readonly<Record<number, string>> = {
	400: "Bad Request",
	403: "Forbidden",
	405: "Method Not Allowed",
	407: "Proxy Authentication Required",
	501: "Not Implemented",
	502: "Bad Gateway",
};

export function answer(socket: Duplex, status: number): void {
	if (socket.destroyed || !socket.writable) return;
	const more = status === 407 ? 'Proxy-Authenticate: Basic realm="sallyport"\r\n' : "";
	socket.end(`HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${more}Content-Length: 0\r\nConnection: close\r\n\r\n`);
}
