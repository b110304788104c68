import { isIP } from "node:net";

/** One place on the network. `host` is lower-case ASCII without a trailing dot; an IPv6 address without its brackets. */
export interface EgressTarget {
	readonly host: string;
	readonly port: number;
}

/**
 * Reads `host:port` the way the URL standard does, so that `EXAMPLE.com.`, `0x7f.1` and their like compare as what they are.
 * Null for everything else: no port, a wildcard, user info, a path.
 */
export function parseTarget(text: string): EgressTarget | null {
	const parts = /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]*%]+):(\d{1,5})$/i.exec(text);
	if (parts === null) return null;
	const port = Number(parts[2]);
	if (port < 1 || port > 65535) return null;
	let host: string;
	try {
		host = new URL(`http://${parts[1]}/`).hostname;
	} catch {
		return null;
	}
	host = host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
	return host === "" ? null : { host, port };
}

export function sameTarget(a: EgressTarget, b: EgressTarget): boolean {
	return a.host === b.host && a.port === b.port;
}

export function targetText(target: EgressTarget): string {
	return `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
}
