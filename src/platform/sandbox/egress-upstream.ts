import * as fs from "node:fs";
import * as http from "node:http";
import { connect, isIP, type Socket } from "node:net";
import { type EgressTarget, targetText } from "../../core/policy/egress.ts";
import type { EgressNetwork, UpstreamProxy } from "./egress-network.ts";

const CONNECT_TIMEOUT_MS = 15_000;
const ANSWER_TIMEOUT_MS = 30_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** Where distributions keep the certificates that the whole system trusts. */
const SYSTEM_BUNDLES = [
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
];

/** The system's certificates in PEM; empty where there are none in the usual places. */
export function systemCertificates(): string {
	for (const file of SYSTEM_BUNDLES)
		try {
			return fs.readFileSync(file, "utf8");
		} catch {}
	return "";
}

export type Upstreamed =
	| { readonly ok: true; readonly socket: Socket }
	| {
			readonly ok: false;
			readonly reason: "proxy-unreachable" | "proxy-credentials" | "proxy-refused";
			/** What the proxy answered. Null: nothing. */
			readonly status: number | null;
	  };

/** A connection to the proxy itself. Null: there is none, or it does not prove that it is the one that was named. */
export function reachUpstream(upstream: UpstreamProxy, network: EgressNetwork): Promise<Socket | null> {
	const { host, port, secure } = upstream;
	const socket = secure ? connectSecurely(upstream, network) : connect({ host, port, allowHalfOpen: true });
	socket.setNoDelay(true);
	socket.setKeepAlive(true, 60_000);
	socket.setTimeout(CONNECT_TIMEOUT_MS);
	return new Promise((resolve) => {
		socket.once("timeout", () => socket.destroy());
		socket.on("error", () => {});
		socket.once("close", () => resolve(null));
		socket.once(secure ? "secureConnect" : "connect", () => {
			socket.setTimeout(0);
			resolve(socket);
		});
	});
}

/** TLS is loaded when it is first used: a launch waits for it, and few proxies want it. */
function connectSecurely({ host, port }: UpstreamProxy, { certificates }: EgressNetwork): Socket {
	const tls = process.getBuiltinModule("node:tls");
	const ca = [...tls.rootCertificates, systemCertificates(), certificates].filter((pem) => pem !== "");
	// An address is no server name.
	return tls.connect({ host, port, ca, ALPNProtocols: ["http/1.1"], ...(isIP(host) === 0 ? { servername: host } : {}) });
}

/** A connection to a place through the proxy, which looks up the name. */
export async function tunnelUpstream(upstream: UpstreamProxy, target: EgressTarget, network: EgressNetwork): Promise<Upstreamed> {
	const socket = await reachUpstream(upstream, network);
	if (socket === null) return { ok: false, reason: "proxy-unreachable", status: null };
	const authority = targetText(target);
	return new Promise((resolve) => {
		const request = new http.ClientRequest({
			createConnection: () => socket,
			method: "CONNECT",
			path: authority,
			headers: { host: authority, ...upstreamHeaders(upstream) },
			maxHeaderSize: MAX_HEADER_BYTES,
			timeout: ANSWER_TIMEOUT_MS,
		});
		const refuse = (status: number | undefined) => {
			socket.destroy();
			const reason = status === undefined ? "proxy-unreachable" : status === 407 ? "proxy-credentials" : "proxy-refused";
			resolve({ ok: false, reason, status: status ?? null });
		};
		request.once("connect", (response, _socket, head) => {
			const { statusCode = 0 } = response;
			if (statusCode < 200 || statusCode > 299) return refuse(statusCode);
			socket.setTimeout(0);
			if (head.length > 0) socket.unshift(head);
			resolve({ ok: true, socket });
		});
		request.once("response", (response) => refuse(response.statusCode));
		request.once("timeout", () => refuse(undefined));
		request.once("error", () => refuse(undefined));
		request.end();
	});
}

/** What the proxy itself is told. */
export function upstreamHeaders({ authorization }: UpstreamProxy): Readonly<Record<string, string>> {
	return authorization === null ? {} : { "proxy-authorization": authorization };
}
