import { type EgressGrant, parseEgressGrant } from "../../core/policy/egress.ts";
import { fail, ok, type Result } from "../../core/result.ts";

/** Reads what is granted; a Problem names the entry that is none. */
export function parseEgress(grants: readonly string[]): Result<readonly EgressGrant[]> {
	const read: EgressGrant[] = [];
	for (const text of grants) {
		const grant = parseEgressGrant(text);
		if (grant === null)
			return fail(
				"egress-invalid",
				`${JSON.stringify(text)} is not a host and a port.`,
				"Write it as example.com:443, *.example.com:443 for the names beneath, or db.internal:5432=10.0.3.7 for a private address.",
			);
		if (grant.host === "localhost" || grant.host.endsWith(".localhost"))
			return fail(
				"egress-invalid",
				`${text} names this machine, and names are only reached on the open internet.`,
				`Write the address: 127.0.0.1:${grant.port}`,
			);
		read.push(grant);
	}
	return ok(read);
}
