import { BlockList, isIP } from "node:net";
import type { EgressTarget } from "../../core/policy/egress.ts";
import { isPublicAddress } from "./addresses.ts";

/** A proxy between this machine and the internet, as companies have it. */
export interface UpstreamProxy {
	/** True: what is said to the proxy itself is encrypted too. */
	readonly secure: boolean;
	readonly host: string;
	readonly port: number;
	/** The value of `Proxy-Authorization`. Null: it asks for none. A secret. */
	readonly authorization: string | null;
}

/** How this machine reaches the internet: the person's own settings, never a server's and never a workspace's. */
export interface EgressNetwork {
	/** For everything but plain HTTP requests. Null: straight. */
	readonly https: UpstreamProxy | null;
	/** For plain HTTP requests. Null: straight. */
	readonly http: UpstreamProxy | null;
	/** What is reached straight, in the words of `NO_PROXY`: names and the names beneath, addresses, networks, each also with a port; `*` for everything. */
	readonly except: readonly string[];
	/** Certificates in PEM that are trusted beside the system's. Empty: none. */
	readonly certificates: string;
	/** Node has a list of its own: true when it is to trust the system's too. Undefined: it is not. */
	readonly systemForNode?: boolean;
}

export const STRAIGHT: EgressNetwork = { https: null, http: null, except: [], certificates: "" };

/**
 * The proxy on the way to a place. Null: it is reached straight, as every address is that is not of the open internet: a proxy that stands
 * elsewhere would mean another machine by it.
 */
export function upstreamFor(target: EgressTarget, kind: "tunnel" | "request", network: EgressNetwork): UpstreamProxy | null {
	const upstream = kind === "request" ? network.http : network.https;
	if (upstream === null || (isIP(target.host) !== 0 && !isPublicAddress(target.host))) return null;
	return network.except.some((entry) => isExcepted(entry, target)) ? null : upstream;
}

/** One word of `NO_PROXY`, as curl, Go and Python read it where they agree, and as the widest of them where they do not. */
function isExcepted(entry: string, { host, port }: EgressTarget): boolean {
	const word = entry.trim().toLowerCase();
	if (word === "*") return true;
	const parts = /^(\[[^\]]*\]|[^:[\]]+):(\d{1,5})$/.exec(word);
	if (parts !== null && Number(parts[2]) !== port) return false;
	const name = (parts?.[1] ?? word)
		.replace(/^\[|\]$/g, "")
		.replace(/^\*?\./, "")
		.replace(/\.$/, "");
	if (name === "") return false;
	if (name.includes("/") || isIP(host) !== 0) return isIn(host, name);
	return host === name || host.endsWith(`.${name}`);
}

function isIn(host: string, network: string): boolean {
	const family = isIP(host) === 6 ? "ipv6" : "ipv4";
	const [net = "", prefix = isIP(net) === 6 ? "128" : "32"] = network.split("/");
	if (isIP(host) === 0 || isIP(net) !== isIP(host) || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === "ipv6" ? 128 : 32))
		return false;
	const list = new BlockList();
	list.addSubnet(net, Number(prefix), family);
	return list.check(host, family);
}
