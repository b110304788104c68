import { once } from "node:events";
import * as net from "node:net";
import * as path from "node:path";
import type { EgressGrant } from "../../../core/policy/egress.ts";
import type { BubblewrapOptions } from "../bubblewrap.ts";
import { openEgress, PORT } from "../egress.ts";
import { CERTIFICATES_FOLDER } from "../egress-certificates.ts";
import type { EgressNetwork } from "../egress-network.ts";

/** The proxy of one run, on the loopback of the machine: whoever comes there needs its password. */
export interface LocalProxy {
	readonly port: number;
	/** What makes unmodified clients use it. Holds its password. */
	readonly env: Readonly<Record<string, string>>;
	/** Variables for whom the server's entry has none of its own, and the files that they name. */
	readonly defaults: Readonly<Record<string, string>>;
	readonly files: readonly string[];
	/** Where its socket lies. */
	readonly folder: string;
	close(): Promise<void>;
}

const MOST_CONNECTIONS = 256;

/** Without a network of its own the server reaches the proxy at a port of this machine's. */
export async function openLocalProxy(
	grants: readonly EgressGrant[],
	allowPrivate: boolean,
	network: EgressNetwork | undefined,
	options: Pick<BubblewrapOptions, "onEgressRefused" | "onEgressUsed">,
): Promise<LocalProxy> {
	const egress = await openEgress(
		{ grants, allowPrivate, network, socat: "" },
		{ onRefused: options.onEgressRefused, onUsed: options.onEgressUsed },
	);
	const open = new Set<net.Socket>();
	const keep = (socket: net.Socket): void => {
		open.add(socket);
		socket.once("close", () => open.delete(socket));
	};
	const server = net.createServer({ allowHalfOpen: true }, (client) => {
		const inside = net.connect({ path: egress.socket, allowHalfOpen: true });
		for (const [from, to] of [
			[client, inside],
			[inside, client],
		] as const) {
			keep(from);
			from.on("error", () => to.destroy());
			from.once("close", () => to.end());
			from.pipe(to);
		}
	});
	server.maxConnections = MOST_CONNECTIONS;
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("a server of TCP without a port");
	const { port } = address;
	// The environment speaks of the port inside a sandbox with a network of its own.
	const env = Object.entries(egress.env).map(([name, value]) => [name, value.replaceAll(`127.0.0.1:${PORT}`, `127.0.0.1:${port}`)]);
	// Certificates lie beside the socket, where no mount can show them at another place.
	const folder = path.dirname(egress.socket);
	const moved = Object.entries(egress.defaults).map(([name, value]) => [name, value.replace(CERTIFICATES_FOLDER, folder)] as const);
	return {
		port,
		folder,
		defaults: Object.fromEntries(moved),
		files: [...new Set(moved.map(([, value]) => value))].filter((file) => file.startsWith(`${folder}/`)),
		env: Object.fromEntries(env),
		close: async () => {
			server.close();
			for (const socket of open) socket.destroy();
			await egress.close();
		},
	};
}
