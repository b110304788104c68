import { isDocumented } from "./documented.ts";
import { defaultOf, isReferenceText, isUndivided, literalParts } from "./foreign-references.ts";
import { isHollowToken } from "./hollow-tokens.ts";
import { classifyKey } from "./keys.ts";
import { assignments } from "./parts/assignments.ts";
import { authorization, headerLine } from "./parts/authorization.ts";
import { connectionString } from "./parts/connection-string.ts";
import { addresses, list, logins } from "./parts/lists.ts";
import { nestedJson } from "./parts/nested-json.ts";
import { nameWithin, type Part, type TakeApart } from "./parts/part.ts";
import { jsonStringPiece, type Piece, percentDecodedPiece, subPiece, trimPiece, unquotePiece } from "./piece.ts";
import { privateKeys } from "./providers/private-key.ts";
import { isPublicByDesign } from "./public-values.ts";
import { candidatesIn } from "./running-text.ts";
import { hasAny, hasOnly, SIGN, WORD } from "./signs.ts";
import { decomposeUrl, isUrl } from "./url.ts";

const MAX_DEPTH = 5;
const MAX_LENGTH = 65_536;

/** Takes a value apart along the structure it has: URLs, headers, JSON, assignments, connection strings. Never throws. */
export function decompose(key: string | null, whole: Piece, depth = 0): readonly Part[] {
	const bare = unescaped(trimPiece(whole));
	const hasPercent = hasAny(bare.text, SIGN.percent);
	const piece = hasPercent && /^(?:(?:bearer|basic|token)%20|%7b|%5b)/i.test(bare.text) ? percentDecodedPiece(bare) : bare;
	const { text } = piece;
	if (text === "" || depth > MAX_DEPTH || text.length > MAX_LENGTH) return [];
	if (text.startsWith("data:") && /^data:[\w.+-]+\/[\w.+-]+[;,]/.test(text)) return [];
	if (hasAny(whole.text, SIGN.quote) && /^`[^`]*`$/.test(whole.text.trim())) return [];
	if ((isPublicByDesign(text) && !text.includes("PRIVATE KEY-----")) || isHashed(text) || isUndivided(text) || isPinned(text)) return [];
	if (isPlain(text)) return [{ key, piece, role: "value" }];
	if (isHollowToken(text) || isDocumented(text)) return [];
	if (isPathLike(text)) return connectionString(key, piece) ?? logins(key, piece) ?? [{ key, piece, role: "value" }];
	const takeApart: TakeApart = (name, inner) => decompose(name, inner, depth + 1);
	return (
		privateKeyBlocks(key, piece, takeApart) ??
		publicBlocks(piece, takeApart) ??
		references(piece, takeApart) ??
		nestedJson(key, piece, takeApart) ??
		authorization(key, piece, takeApart) ??
		headerLine(piece, takeApart) ??
		connectionString(key, piece) ??
		addresses(key, piece, takeApart) ??
		url(key, piece, takeApart) ??
		logins(key, piece) ??
		assignments(key, piece, takeApart) ??
		list(key, piece) ??
		looseText(key, piece, takeApart) ?? [{ key, piece, role: "value" }]
	);
}

/** An image or a package that a digest pins down; a login before it is another matter. */
function isPinned(text: string): boolean {
	return text.includes("@sha") && /^[^\s@]{1,300}@sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(text);
}

/** Signs inside a hash of a password part nothing. */
function isHashed(text: string): boolean {
	return text.startsWith("$") && /^\$[\w-]{1,20}\$\S+$/.test(text) && isReferenceText(text);
}

/** Most tokens: nothing in them could part them. */
function isPlain(text: string): boolean {
	return hasOnly(text, WORD | SIGN.stop | SIGN.tilde | SIGN.hyphen);
}

/** Paths, packages, base64: of all that could part a text, only logins have no other signs than these. */
function isPathLike(text: string): boolean {
	return hasOnly(text, WORD | SIGN.stop | SIGN.tilde | SIGN.hyphen | SIGN.slash | SIGN.at | SIGN.plus);
}

/** A pair of quotes around a list of quoted things belongs to its ends: `"one","two"`. */
function unquotedOnce(piece: Piece): Piece {
	const quote = piece.text.charAt(0);
	if (!piece.text.endsWith(quote)) return piece;
	return piece.text.indexOf(quote, 1) === piece.text.length - 1 ? unquotePiece(piece) : piece;
}

/** A JSON string that holds a text with escapes is that text; other quotes just go. */
function unescaped(piece: Piece): Piece {
	const { text } = piece;
	return text.startsWith('"') && text.endsWith('"') && text.length > 2 && text.includes("\\") && isJsonString(text)
		? jsonStringPiece(piece, 1, text.length - 1)
		: unquotedOnce(piece);
}

function isJsonString(text: string): boolean {
	for (let i = 1; i < text.length - 1; i++) {
		if (text[i] === "\\") i++;
		else if (text[i] === '"') return false;
	}
	return true;
}

/** Kinds of what parts a loose text, and of more. */
const LOOSE = SIGN.blank | SIGN.quote | SIGN.angle | SIGN.bracket | SIGN.separator | SIGN.percent | SIGN.foreign;

/** Code, markup, objects that are no JSON, flags: whatever in it is given to a name that tells. */
function looseText(key: string | null, piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	const { text } = piece;
	if (!hasAny(text, LOOSE) || classifyKey(key) === "password" || !/[\s"'<>{}：，；]|&[lg]t;|%3d|[^\0-\x7f]:/i.test(text)) return null;
	const candidates = candidatesIn(text);
	if (candidates.length === 0) return null;
	const parts = candidates.flatMap(({ name, start, end }) => takeApart(nameWithin(key, name), subPiece(piece, start, end)));
	return [...parts, { key, piece, role: "value" }];
}

/** A private key has lines, signs of equality and blanks of its own: it is one part, and what stands around it is others. */
function privateKeyBlocks(key: string | null, piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	if (!piece.text.includes("-----BEGIN ") || /^[{[]/.test(piece.text)) return null;
	const blocks = privateKeys(piece.text);
	if (blocks.length === 0) return null;
	const found: Part[] = [];
	let at = 0;
	for (const { start, end } of blocks) {
		found.push(...takeApart(null, subPiece(piece, at, start)), { key, piece: subPiece(piece, start, end), role: "value" });
		at = end;
	}
	return [...found, ...takeApart(null, subPiece(piece, at, piece.text.length))];
}

/** A certificate or a public key is no secret: what stands around it may be one. */
function publicBlocks(piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	const { text } = piece;
	if (!text.includes("-----BEGIN ") || /^[{[]/.test(text)) return null;
	const found: Part[] = [];
	let at = 0;
	for (const { 0: block, index } of text.matchAll(PUBLIC_BLOCK)) {
		found.push(...takeApart(null, subPiece(piece, at, index)));
		at = index + block.length;
	}
	return at === 0 ? null : [...found, ...takeApart(null, subPiece(piece, at, text.length))];
}

const PUBLIC_BLOCK =
	/-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}(?:CERTIFICATE|CERTIFICATE REQUEST|CRL|PUBLIC KEY|PUBLIC KEY BLOCK|SIGNATURE|PARAMETERS|PKCS7|CMS)-----[^-]*-----END [A-Z0-9 ]{3,40}-----/g;

/** `${VAR:-default}` may hold a secret in its default; text around a reference may be one too. */
function references(piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	// Every reference has one of these.
	if (!hasAny(piece.text, SIGN.dollar | SIGN.bracket)) return null;
	const byDefault = defaultOf(piece.text);
	if (byDefault !== null) return takeApart(byDefault.name, subPiece(piece, byDefault.start, byDefault.end));
	if (isUrl(piece.text) || /^(?:\[\s*["{[]|\{\s*")/.test(piece.text)) return null;
	const parts = literalParts(piece.text);
	const [first] = parts;
	if (first !== undefined && parts.length === 1 && first.end - first.start === piece.text.length) return null;
	const found: Part[] = [];
	// `--x ${A} ${B:-default}`: the defaults of inner references.
	for (const match of piece.text.matchAll(/\$\{[^{}]*\}/g)) {
		const inner = defaultOf(match[0]);
		if (inner !== null) found.push(...takeApart(inner.name, subPiece(piece, match.index + inner.start, match.index + inner.end)));
	}
	// What is left beside a reference is glue unless it stands on its own.
	for (const { start, end } of parts) if (end - start >= 16) found.push(...takeApart(null, subPiece(piece, start, end)));
	return found;
}

function url(key: string | null, piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	if (!isUrl(piece.text)) return null;
	return decomposeUrl(key, piece).flatMap((part) =>
		part.nested === true ? takeApart(part.key, percentDecodedPiece(part.piece)) : [{ ...part, piece: percentDecodedPiece(part.piece) }],
	);
}
