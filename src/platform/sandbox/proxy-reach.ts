import * as dns from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import {
	coversTarget,
	type EgressGrant,
	type EgressTarget,
	egressGrantText,
	isMetadataAddress,
	parseAddress,
	targetText,
} from "../../core/policy/egress.ts";
import { isPublicAddress } from "./addresses.ts";
import { type EgressNetwork, STRAIGHT, type UpstreamProxy, upstreamFor } from "./egress-network.ts";
import { reachUpstream, tunnelUpstream } from "./egress-upstream.ts";

/** What a server tried to reach and was not let through to, for people. `target` is as short as a host and a port. */
export interface EgressRefusal {
	readonly target: string;
	readonly reason:
		| "not-granted"
		| "private-address"
		/** The name leads to none of the addresses that were granted with it. */
		| "other-address"
		| "unresolved"
		| "host-header"
		/** More names beneath one wildcard than a run may ask for. */
		| "too-many-names"
		/** More connections at once than a run may have. Told once. */
		| "too-many-connections"
		/** The company's proxy does not answer, wants other credentials, or does not let through. */
		| "proxy-unreachable"
		| "proxy-credentials"
		| "proxy-refused"
		/** Our own proxy has failed: there is no network any more. Told once. */
		| "network-lost";
}

/** A connection that was let through, carried something, and is over. */
export interface EgressConnection {
	readonly target: string;
	/** Bytes that the server sent there, and got from there. */
	readonly sent: number;
	readonly received: number;
}

export interface ReachOptions {
	/** Empty: nothing passes. */
	readonly grants: readonly EgressGrant[];
	/** Granted names may resolve to addresses that are not on the open internet. */
	readonly allowPrivate: boolean;
	/** Undefined: straight. */
	readonly network?: EgressNetwork | undefined;
	readonly onRefused: (refusal: EgressRefusal) => void;
	/** Told of each connection when it is over. Undefined: nobody is. */
	readonly onClosed?: ((connection: EgressConnection) => void) | undefined;
	/** Every address of a name. Undefined: the system's resolver. */
	readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined;
}

/** The way to a place that may be reached. */
export type Route = { readonly via: null; readonly addresses: readonly string[] } | { readonly via: UpstreamProxy };

const CONNECT_TIMEOUT_MS = 15_000;

/** A service has few addresses; each that does not answer costs its time. */
const MOST_ADDRESSES = 8;

/** Each name that is asked for is told to a name server, and so tells it something: a wildcard gives no endless channel. */
export const MOST_NAMES = 256;

/** How long an upstream proxy's names are looked up here too. It looks them up itself, and many a company's machine cannot. */
const LOOK_MS = 2000;

/** Decides what one run may reach, and opens connections there. Names are looked up here, and the address that was checked is dialled. */
export class Reach {
	readonly #options: ReachOptions;
	readonly #names = new Map<string, Set<string>>();
	/** Names that a proxy looks up, and that are being looked up here too. */
	readonly #looking = new Map<string, Promise<readonly string[]>>();
	/** Of those, the ones that the system did not find in time: nobody waits for them again, but they are looked up all the same. */
	readonly #slow = new Set<string>();
	/** Where those names led when they were last found. */
	readonly #known = new Map<string, readonly string[]>();
	/** Places for plain requests to which the proxy gives no tunnel. */
	readonly #noTunnel = new Set<string>();

	constructor(options: ReachOptions) {
		this.#options = options;
	}

	get network(): EgressNetwork {
		return this.#options.network ?? STRAIGHT;
	}

	refused(target: EgressTarget, reason: EgressRefusal["reason"]): null {
		this.#options.onRefused({ target: targetText(target), reason });
		return null;
	}

	/** Tells of what concerns no one place. */
	trouble(reason: EgressRefusal["reason"]): void {
		this.#options.onRefused({ target: "any place", reason });
	}

	/**
	 * Is it granted, and how is it reached? Null: it is not, and that was told.
	 *
	 * @param agrees whether the request itself names no other host
	 */
	async check(target: EgressTarget, agrees: boolean, kind: "tunnel" | "request"): Promise<Route | null> {
		const grants = this.#options.grants.filter((grant) => coversTarget(grant, target));
		if (grants.length === 0) return this.refused(target, "not-granted");
		if (!agrees) return this.refused(target, "host-header");
		const upstream = upstreamFor(target, kind, this.network);
		// The person wrote this very address.
		if (isIP(target.host) !== 0) return upstream === null ? { via: null, addresses: [target.host] } : { via: upstream };
		if (!this.#mayAsk(target, grants)) return this.refused(target, "too-many-names");
		const pinned = grants.flatMap(({ addresses = [] }) => addresses);
		// What leads to a granted address is not on the other side of a proxy.
		return upstream === null || pinned.length > 0 ? this.#straight(target, grants, pinned) : this.#through(target, upstream);
	}

	async #straight(target: EgressTarget, grants: readonly EgressGrant[], pinned: readonly string[]): Promise<Route | null> {
		const found = await this.#resolve(target.host);
		if (found.length === 0) return this.refused(target, "unresolved");
		const isOpen = grants.some(({ addresses }) => addresses === undefined);
		const allowed = found.filter(
			(address) =>
				!isMetadataAddress(address) && (pinned.includes(address) || (isOpen && (this.#options.allowPrivate || isPublicAddress(address)))),
		);
		if (allowed.length > 0) return { via: null, addresses: allowed.slice(0, MOST_ADDRESSES) };
		return this.refused(target, pinned.length > 0 ? "other-address" : "private-address");
	}

	/** The proxy looks the name up for itself. A name that leads to a private address for us is not asked for. */
	async #through(target: EgressTarget, via: UpstreamProxy): Promise<Route | null> {
		const found = await this.#glance(target.host);
		if (!this.#options.allowPrivate && found.some((address) => !isPublicAddress(address))) return this.refused(target, "private-address");
		return { via };
	}

	/** Where a name leads, as far as that is known soon; none: it is not known. */
	async #glance(host: string): Promise<readonly string[]> {
		const looking = this.#looking.get(host) ?? this.#look(host);
		if (!this.#slow.has(host)) {
			let timer: NodeJS.Timeout | undefined;
			const late = new Promise<void>((resolve) => {
				timer = setTimeout(() => {
					this.#slow.add(host);
					resolve();
				}, LOOK_MS);
			});
			await Promise.race([looking, late]).finally(() => clearTimeout(timer));
		}
		return this.#known.get(host) ?? [];
	}

	#look(host: string): Promise<readonly string[]> {
		const looking = this.#resolve(host).then((found) => {
			this.#looking.delete(host);
			if (found.length > 0) {
				this.#known.set(host, found);
				this.#slow.delete(host);
			}
			return found;
		});
		this.#looking.set(host, looking);
		return looking;
	}

	#mayAsk({ host }: EgressTarget, grants: readonly EgressGrant[]): boolean {
		const [wildcard] = grants;
		if (wildcard === undefined || grants.some(({ beneath }) => beneath !== true)) return true;
		const key = egressGrantText(wildcard);
		const names = this.#names.get(key) ?? new Set();
		this.#names.set(key, names);
		if (names.size < MOST_NAMES) names.add(host);
		return names.has(host);
	}

	/** Addresses in their one spelling; none when the name has none. */
	async #resolve(host: string): Promise<readonly string[]> {
		const { resolve = systemResolve } = this.#options;
		const found = await resolve(host).catch(() => []);
		return found.flatMap((address) => (isIP(address) === 0 ? [] : (parseAddress(address) ?? [])));
	}

	/** A connection on which the place itself is spoken to, counted when it is over. Null: nobody answers. */
	async open(route: Route, target: EgressTarget): Promise<Socket | null> {
		if (route.via === null) {
			const socket = await dial(route.addresses, target.port);
			return socket === null ? null : this.#count(socket, target);
		}
		const tunnel = await tunnelUpstream(route.via, target, this.network);
		return tunnel.ok ? this.#count(tunnel.socket, target) : this.refused(target, tunnel.reason);
	}

	/**
	 * A connection for a plain request. `asked`: the proxy at its other end, which is asked for the place; null: the place itself. A proxy that is
	 * given a password gets it with a tunnel, if it lets through: then no message holds both the password and what the server says. Null:
	 * nobody answers.
	 */
	async openForRequest(
		route: Route,
		target: EgressTarget,
	): Promise<{ readonly socket: Socket; readonly asked: UpstreamProxy | null } | null> {
		const { via } = route;
		if (via === null) {
			const socket = await this.open(route, target);
			return socket === null ? null : { socket, asked: null };
		}
		const place = targetText(target);
		if (via.authorization !== null && !this.#noTunnel.has(place)) {
			const tunnel = await tunnelUpstream(via, target, this.network);
			if (tunnel.ok) return { socket: this.#count(tunnel.socket, target), asked: null };
			if (tunnel.reason === "proxy-credentials") return this.refused(target, tunnel.reason);
			// It may be the place that did not answer.
			if ((tunnel.status ?? 0) < 500) this.#noTunnel.add(place);
		}
		const socket = await reachUpstream(via, this.network);
		return socket === null ? this.refused(target, "proxy-unreachable") : { socket: this.#count(socket, target), asked: via };
	}

	#count(socket: Socket, target: EgressTarget): Socket {
		const [written, read] = [socket.bytesWritten, socket.bytesRead];
		socket.once("close", () => {
			const [sent, received] = [socket.bytesWritten - written, socket.bytesRead - read];
			if (sent + received > 0) this.#options.onClosed?.({ target: targetText(target), sent, received });
		});
		return socket;
	}
}

async function systemResolve(host: string): Promise<readonly string[]> {
	return (await dns.lookup(host, { all: true, order: "ipv4first" })).map(({ address }) => address);
}

/** The first of these addresses that answers; null when none does. Never looks a name up. */
async function dial(addresses: readonly string[], port: number): Promise<Socket | null> {
	for (const host of addresses) {
		const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS, allowHalfOpen: true, noDelay: true, keepAlive: true });
		const connected = await new Promise<boolean>((resolve) => {
			socket.once("connect", () => resolve(true));
			socket.once("timeout", () => socket.destroy());
			socket.once("error", () => {});
			socket.once("close", () => resolve(false));
		});
		socket.setTimeout(0);
		if (connected) return socket;
	}
	return null;
}
