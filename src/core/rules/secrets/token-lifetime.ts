import type { ConfigDocument } from "../../config/server.ts";
import { jwtFacts, looksLikeJwt } from "../../secrets/jwt.ts";
import { credentialText } from "../credentials.ts";
import type { AnalysisContext, Finding } from "../finding.ts";

const DAY = 86_400;
const LONG = 366 * DAY;

/**
 * A finding on a JSON Web Token, with what the token itself says of how long it works and how far it reaches. One that has expired
 * is information: nobody can use it, whatever else is wrong with the place. Other findings come back as they are.
 */
export function withLifetime(document: ConfigDocument, finding: Finding, { now }: Pick<AnalysisContext, "now">): Finding {
	const { span } = finding;
	// Shorter than any signed token; most credentials end here.
	if (span.length < 40) return finding;
	const token = credentialText(document, span);
	const facts = looksLikeJwt(token) ? jwtFacts(token) : null;
	if (facts === null) return finding;
	const expires = date(facts.expiresAt);
	if (now !== undefined && expires !== null && expires <= now)
		return {
			...finding,
			severity: finding.severity === "hint" ? "hint" : "info",
			message: `${finding.message} It expired on ${day(expires)}.`,
		};
	const reach = facts.role === "service_role" ? " It is a service_role key: it passes every access rule of the database." : "";
	const since = date(facts.issuedAt) ?? now ?? null;
	const length =
		facts.expiresAt === null
			? " It never expires by itself."
			: expires !== null && since !== null && expires - since > LONG
				? ` It works until ${day(expires)}: ask for one that lives shorter.`
				: "";
	return reach + length === "" ? finding : { ...finding, message: `${finding.message}${reach}${length}` };
}

/** The last second of the year 9999: what lies behind is no date. */
const LAST = 253_402_300_799;

function date(at: number | null): number | null {
	return at !== null && at <= LAST ? at : null;
}

function day(at: number): string {
	return new Date(at * 1000).toISOString().slice(0, 10);
}
