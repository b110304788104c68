import { hasGithubChecksum } from "./checksums.ts";
import { type Alphabet, credentialId, PROVIDERS, type ProviderFormat } from "./providers.ts";

export interface ProviderMatch {
	readonly start: number;
	readonly end: number;
	readonly title: string;
	/** The kind's id: `github-pat`. */
	readonly credential: string;
	/** How many characters at the start are the same in every such token. */
	readonly prefixLength: number;
	/** True when the token carries a checksum and it is right. */
	readonly verified: boolean;
	readonly identifier: boolean;
}

/** No token is longer; a longer run is data. */
const MAX_TOKEN = 4096;

const MEMBERS: Readonly<Record<Alphabet, Uint8Array>> = {
	hex: members("0123456789abcdefABCDEF"),
	lower: members("abcdefghijklmnopqrstuvwxyz0123456789"),
	upper: members("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
	digits: members("0123456789"),
	word: members(letters()),
	slug: members(`${letters()}_-`),
	dotted: members(`${letters()}_-.`),
	base64: members(`${letters()}_-+/=`),
};
const WORD = MEMBERS.word;

function letters(): string {
	return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
}

function members(characters: string): Uint8Array {
	const table = new Uint8Array(128);
	for (const c of characters) table[c.charCodeAt(0)] = 1;
	return table;
}

/** By their first two characters, the longer prefix first: `sk-ant-` before `sk-`. */
const BY_START: ReadonlyMap<string, readonly ProviderFormat[]> = groupByStart();

function groupByStart(): Map<string, ProviderFormat[]> {
	const groups = new Map<string, ProviderFormat[]>();
	for (const format of [...PROVIDERS].sort((a, b) => b.prefix.length - a.prefix.length)) {
		const start = format.prefix.slice(0, 2);
		groups.set(start, [...(groups.get(start) ?? []), format]);
	}
	return groups;
}

/** Every token of a known format in a text, in order, without overlaps. Time is linear in the text, whatever it holds. */
export function matchProviders(text: string): readonly ProviderMatch[] {
	const found: ProviderMatch[] = [...matchShapes(text)];
	let at = 0;
	let previous = 0;
	while (at < text.length - 8) {
		const code = text.charCodeAt(at);
		const boundary = !isWord(previous);
		previous = code;
		const formats = boundary && isWord(code) ? BY_START.get(text.slice(at, at + 2)) : undefined;
		const match = formats === undefined ? null : firstMatch(text, at, formats);
		if (match === null) {
			at++;
			continue;
		}
		if (match.token !== null) found.push(match.token);
		at = match.end;
		previous = text.charCodeAt(at - 1);
	}
	return withoutOverlaps(found);
}

function firstMatch(
	text: string,
	at: number,
	formats: readonly ProviderFormat[],
): { readonly token: ProviderMatch | null; readonly end: number } | null {
	for (const format of formats) {
		if (!text.startsWith(format.prefix, at)) continue;
		const from = at + format.prefix.length;
		const table = MEMBERS[format.alphabet];
		let end = from;
		const stop = Math.min(text.length, from + MAX_TOKEN);
		while (end < stop && isMember(table, text.charCodeAt(end))) end++;
		// Skipping a run that is too long for anything keeps the time linear.
		if (end - from >= MAX_TOKEN) return { token: null, end };
		// A full stop or a hyphen at the end belongs to the sentence around.
		while (end > from && !isWord(text.charCodeAt(end - 1)) && text[end - 1] !== "=") end--;
		const length = end - from;
		if (length < format.min || length > format.max || isWord(text.charCodeAt(end))) continue;
		if (!/[0-9]/.test(text.slice(from, end)) && !/[a-z][A-Z]|[A-Z][a-z]+[A-Z]/.test(text.slice(from, end))) continue;
		const verified = format.checksum === "github" && hasGithubChecksum(text.slice(from, end));
		const token = {
			start: at,
			end,
			title: format.title,
			credential: format.credential,
			prefixLength: format.prefix.length,
			verified,
			identifier: format.identifier === true,
		};
		return { token, end };
	}
	return null;
}

/** Tokens that no prefix gives away. Every pattern is anchored by rare text and bounded, so that none runs long. */
const SHAPES: readonly { readonly title: string; readonly form: RegExp; readonly prefixLength: number }[] = [
	{ title: "private key", form: /-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g, prefixLength: 0 },
	{ title: "JSON web token", form: /(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,3000}\.[\w-]{10,1000}(?![\w-])/g, prefixLength: 3 },
	{ title: "Telegram bot token", form: /(?:(?<!\w)|(?<=bot))\d{8,10}:AA[\w-]{33}(?![\w-])/g, prefixLength: 0 },
	{ title: "Discord bot token", form: /(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/g, prefixLength: 0 },
	{ title: "Terraform Cloud token", form: /(?<!\w)\w{14}\.atlasv1\.[\w-]{60,70}(?![\w-])/g, prefixLength: 0 },
	{ title: "Mailchimp key", form: /(?<!\w)[0-9a-f]{32}-us\d{1,2}(?!\w)/g, prefixLength: 0 },
	{ title: "Azure client secret", form: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g, prefixLength: 0 },
	{ title: "Mapbox token", form: /(?<!\w)sk\.eyJ[\w-]{20,400}\.[\w-]{20,40}(?!\w)/g, prefixLength: 3 },
];

/** Characters of `-----BEGIN PRIVATE KEY-----`; every other form is longer. */
const SHORTEST_SHAPE = 27;

/** Every kind of credential that has an id. */
export const CREDENTIAL_IDS: ReadonlySet<string> = new Set([
	...PROVIDERS.map(({ credential }) => credential),
	...SHAPES.map(({ title }) => credentialId(title)),
]);

/** A JWT, a private key: forms that are not a prefix and a run. */
function matchShapes(text: string): readonly ProviderMatch[] {
	if (text.length < SHORTEST_SHAPE) return [];
	const found: ProviderMatch[] = [];
	for (const { title, form, prefixLength } of SHAPES) {
		for (const match of text.matchAll(form)) {
			const end = title === "private key" ? endOfPem(text, match.index) : match.index + match[0].length;
			found.push({ start: match.index, end, title, credential: credentialId(title), prefixLength, verified: false, identifier: false });
		}
	}
	return found;
}

/** A key without its last line is taken to the end of what a key can be. */
function endOfPem(text: string, start: number): number {
	const window = text.slice(start, start + 16_384);
	const footer = window.indexOf("-----END");
	const end = footer < 0 ? -1 : window.indexOf("-----", footer + 8);
	return start + (end < 0 ? window.length : end + 5);
}

function withoutOverlaps(found: readonly ProviderMatch[]): readonly ProviderMatch[] {
	const kept: ProviderMatch[] = [];
	for (const match of [...found].sort((a, b) => a.start - b.start || b.end - a.end)) {
		if (match.start >= (kept.at(-1)?.end ?? 0)) kept.push(match);
	}
	return kept;
}

function isWord(code: number): boolean {
	return isMember(WORD, code);
}

function isMember(table: Uint8Array, code: number): boolean {
	return code < 128 && table[code] === 1;
}
