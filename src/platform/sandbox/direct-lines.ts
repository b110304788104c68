import { isIPv4 } from "node:net";
import type { EgressTarget } from "./egress-target.ts";

/**
 * A granted place that clients reach without knowing of a proxy: inside, its name leads to an address of the loopback, where a bridge
 * waits that leads to this one place and no other.
 */
export interface DirectLine {
	readonly target: EgressTarget;
	/** An IPv4 address of the loopback of the server's own network. */
	readonly address: string;
}

/** Of 127.0.0.0/8, a part in which nothing else is. One address for each name, so that names may have the same port. */
const FIRST = [127, 77, 0, 1] as const;
const MOST = 250;

/**
 * Names, and addresses of this machine's own loopback, can be reached so; any other literal address could only be by changing what it
 * means inside, and is left to the proxy.
 *
 * @param reserved the port on which the proxy itself is, on 127.0.0.1
 */
export function directLines(targets: readonly EgressTarget[], reserved: number): readonly DirectLine[] {
	const addresses = new Map<string, string>();
	return targets.flatMap((target) => {
		const { host, port } = target;
		if (isIPv4(host)) return host.startsWith("127.") && !(host === "127.0.0.1" && port === reserved) ? [{ target, address: host }] : [];
		if (host.includes(":")) return [];
		const address = addresses.get(host) ?? [...FIRST.slice(0, 3), FIRST[3] + addresses.size].join(".");
		if (addresses.size >= MOST && !addresses.has(host)) return [];
		addresses.set(host, address);
		return [{ target, address }];
	});
}

/** Lines for the server's /etc/hosts. Empty: no name is granted. */
export function hostsLines(lines: readonly DirectLine[]): string {
	const names = new Map(
		lines.filter(({ target, address }) => target.host !== address).map(({ target, address }) => [target.host, address]),
	);
	return [...names].map(([name, address]) => `${address} ${name}\n`).join("");
}
