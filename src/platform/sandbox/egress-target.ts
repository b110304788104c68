import { isIP } from "node:net";
import { fail, ok, type Result } from "../../core/result.ts";

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

/** Reads the granted `host:port` pairs; a Problem names the one that is not such a pair. */
export function parseEgress(grants: readonly string[]): Result<readonly EgressTarget[]> {
	const targets: EgressTarget[] = [];
	for (const grant of grants) {
		const target = parseTarget(grant);
		if (target === null)
			return fail(
				"egress-invalid",
				`${JSON.stringify(grant)} is not a host and a port.`,
				"Write it as example.com:443, without wildcards.",
			);
		if (target.host === "localhost" || target.host.endsWith(".localhost"))
			return fail(
				"egress-invalid",
				`${grant} names this machine, and names are only reached on the open internet.`,
				`Write the address: 127.0.0.1:${target.port}`,
			);
		targets.push(target);
	}
	return ok(targets);
}
