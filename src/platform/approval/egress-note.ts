import { isAddress, isMetadataAddress, parseEgressGrant } from "../../core/policy/egress.ts";
import { isPublicAddress } from "../sandbox/addresses.ts";

/** What a person should know of an entry of `egress` before allowing it, as part of a sentence. Null: it says all by itself. */
export function egressNote(text: string): string | null {
	const grant = parseEgressGrant(text);
	if (grant === null) return null;
	if (grant.beneath === true)
		return `every name beneath ${grant.host}, not ${grant.host} itself; the names that it asks for are themselves a way out: whoever runs that domain's name servers sees them`;
	if (grant.addresses !== undefined) {
		const [address, ...others] = grant.addresses;
		return others.length === 0
			? `only while ${grant.host} leads to ${address}`
			: `only while ${grant.host} leads to one of these addresses`;
	}
	if (!isAddress(grant.host) || isPublicAddress(grant.host)) return null;
	if (isMetadataAddress(grant.host)) return "here a cloud hands out this machine's own credentials";
	return grant.host.startsWith("127.") || grant.host === "::1" ? "a program on this machine" : "an address of a private network";
}
