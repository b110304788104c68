import * as dns from "node:dns/promises";
import { egressGrantText, isAddress, isMetadataAddress, parseAddress, parseEgressGrant } from "../../core/policy/egress.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { isPublicAddress } from "../sandbox/addresses.ts";

/** A name server that does not answer must not keep a person waiting: what is not known is found out at the start. */
const PATIENCE_MS = 3000;

/**
 * Looks up what a person is about to allow, and says at once what would be refused at every start: a name that leads to a private address
 * without that address being granted, or to another one than the granted.
 *
 * @param resolve every address of a name. Undefined: the system's resolver
 */
export async function lookUpEgress(
	texts: readonly string[],
	resolve: (host: string) => Promise<readonly string[]> = systemResolve,
): Promise<Result<void>> {
	const doubts = await Promise.all(texts.map((text) => doubtAboutEgress(text, resolve)));
	const [doubt] = doubts.filter((each) => each !== null);
	if (doubt === undefined) return ok(undefined);
	const { code, message, instead } = doubt;
	return fail(
		code,
		message,
		instead === null ? "Nothing can allow that. Name another host." : `If you mean that machine: --egress ${instead}`,
	);
}

/** Why an entry of `egress` would be refused at every start. */
export interface EgressDoubt {
	readonly code: string;
	/** Where the name leads, in a sentence. */
	readonly message: string;
	/** What would allow that machine, as an entry of `egress`. Null: nothing can. */
	readonly instead: string | null;
}

/** As `lookUpEgress`, of one entry. Null: nothing speaks against it, or that could not be found out. */
export async function doubtAboutEgress(
	text: string,
	resolve: (host: string) => Promise<readonly string[]> = systemResolve,
): Promise<EgressDoubt | null> {
	const grant = parseEgressGrant(text);
	if (grant === null || grant.beneath === true || isAddress(grant.host)) return null;
	const found = (await inTime(resolve(grant.host))).flatMap((address) => parseAddress(address) ?? []);
	if (found.length === 0) return null;
	const { host, addresses } = grant;
	if (addresses?.some((address) => found.includes(address)) ?? found.some(isPublicAddress)) return null;
	const grantable = found.filter((address) => !isMetadataAddress(address)).slice(0, 8);
	const leads = `${host} leads to ${found.slice(0, 8).join(" and ")}`;
	if (grantable.length === 0) return { code: "egress-metadata", message: `${leads}, where no server may be led by a name.`, instead: null };
	const message = addresses === undefined ? `${leads}, which is not on the open internet.` : `${leads}, and not where it is to lead.`;
	return { code: "egress-private", message, instead: egressGrantText({ host, port: grant.port, addresses: grantable }) };
}

async function inTime(found: Promise<readonly string[]>): Promise<readonly string[]> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<readonly string[]>((resolve) => {
		timer = setTimeout(resolve, PATIENCE_MS, []);
	});
	return Promise.race([found.catch(() => []), late]).finally(() => clearTimeout(timer));
}

async function systemResolve(host: string): Promise<readonly string[]> {
	return (await dns.lookup(host, { all: true })).map(({ address }) => address);
}
