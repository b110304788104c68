import { matchProviders } from "./providers/match.ts";

/** What may be shown of a secret: the public beginning of a known format, at most four characters of it, or nothing. Its length is not shown either. */
export function mask(secret: string): string {
	const [match] = matchProviders(secret);
	if (match === undefined || match.start !== 0 || match.format.prefixLength < 2) return "••••";
	return `${secret.slice(0, Math.min(4, match.format.prefixLength))}…`;
}
