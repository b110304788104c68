import { isIPv4 } from "node:net";
import type { EgressGrant, EgressTarget } from "../../core/policy/egress.ts";

/**
 * A granted place that clients reach without knowing of a proxy: inside, its name leads to an address of the loopback, where a bridge
 * waits that leads to this one place and no other.
 */
export interface DirectLine {
	readonly target: EgressTarget;
	/** An IPv4 address of the loopback device of the server's own network. */
	readonly address: string;
	/** True: that address has to be put there first. */
	readonly added?: true;
}

/** Of 127.0.0.0/8, a part in which nothing else is. One address for each name, so that names may have the same port. */
const FIRST = [127, 77, 0, 1] as const;
const MOST = 250;

/**
 * Names can be reached so, and IPv4 addresses: those of this machine's own loopback are there, and any other can be put there, where it means
 * nothing else. IPv6 is left to the proxy.
 *
 * @param reserved the port on which the proxy itself is, on 127.0.0.1
 * @param mayAdd whether addresses can be put there
 */
export function directLines(targets: readonly EgressGrant[], reserved: number, mayAdd: boolean): readonly DirectLine[] {
	const addresses = new Map<string, string>();
	const places = new Map(targets.flatMap(({ host, port, beneath }) => (beneath === true ? [] : [[`${host} ${port}`, { host, port }]])));
	return [...places.values()].flatMap((target) => {
		const { host } = target;
		if (isIPv4(host)) return literalLine(target, reserved, mayAdd);
		if (host.includes(":")) return [];
		const address = addresses.get(host) ?? [...FIRST.slice(0, 3), FIRST[3] + addresses.size].join(".");
		if (addresses.size >= MOST && !addresses.has(host)) return [];
		addresses.set(host, address);
		return [{ target, address }];
	});
}

function literalLine(target: EgressTarget, reserved: number, mayAdd: boolean): readonly DirectLine[] {
	const { host, port } = target;
	if (host.startsWith("127.")) return host === "127.0.0.1" && port === reserved ? [] : [{ target, address: host }];
	// 0.0.0.0 and its like are no address that anyone connects to, and a multicast one no host's.
	const [first = 0] = host.split(".").map(Number);
	return mayAdd && first > 0 && first < 224 ? [{ target, address: host, added: true }] : [];
}

/** Lines for the server's /etc/hosts. Empty: no name is granted. */
export function hostsLines(lines: readonly DirectLine[]): string {
	const names = new Map(
		lines.filter(({ target, address }) => target.host !== address).map(({ target, address }) => [target.host, address]),
	);
	return [...names].map(([name, address]) => `${address} ${name}\n`).join("");
}
