import { credentialId, type ProviderFormat } from "./format.ts";
import type { ProviderMatch } from "./match.ts";

const TITLE = "private key";

/** PEM, OpenSSH and PGP: a line that begins it, base64, and a line that ends it. */
export const PRIVATE_KEY: ProviderFormat = {
	title: TITLE,
	credential: credentialId(TITLE),
	segments: [],
	anchor: 0,
	prefixLength: 0,
	checksum: null,
	identifier: false,
};

const HEADER = /-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const FOOTER = "-----END";
/** A key without its last line is taken to the end of what a key can be. */
const LONGEST = 16_384;

const NONE: readonly ProviderMatch[] = [];

/** Every private key of a text, in order, without overlaps. */
export function privateKeys(text: string): readonly ProviderMatch[] {
	if (!text.includes("-----BEGIN ")) return NONE;
	const found: ProviderMatch[] = [];
	let footer = -1;
	for (const { index: start } of text.matchAll(HEADER)) {
		if (start < (found.at(-1)?.end ?? 0)) continue;
		// Looked for once for all the keys before it.
		if (footer < start) footer = text.indexOf(FOOTER, start);
		if (footer < 0) footer = text.length;
		const close = footer - start > LONGEST ? -1 : text.indexOf("-----", footer + FOOTER.length);
		const end = close < 0 || close - start > LONGEST ? Math.min(text.length, start + LONGEST) : close + 5;
		found.push({ start, end, format: PRIVATE_KEY, verified: false });
	}
	return found;
}
