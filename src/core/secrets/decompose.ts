import type { Node } from "jsonc-parser";
import { contentSpan, isStringNode, keyText, propertiesOf } from "../config/json-nodes.ts";
import { parseJsonTree } from "../config/json-tree.ts";
import { defaultOf, literalParts } from "./foreign-references.ts";
import { classifyKey, keyWords } from "./keys.ts";
import { jsonStringPiece, type Piece, percentDecodedPiece, subPiece, trimPiece, unquotePiece } from "./piece.ts";
import { decomposeUrl, isUrl } from "./url.ts";

/**
 * Where a part stands says what it is worth.
 * `value`: what its key says; `credential`: a password or token by its place (userinfo, `Bearer …`, a connection string);
 * `path`: a segment of a URL; `user`: a user's name in a URL, which some services use for a token.
 */
export type Role = "value" | "credential" | "path" | "user";

/** A part of a value that could be a secret by itself. */
export interface Part {
	readonly key: string | null;
	readonly piece: Piece;
	readonly role: Role;
	/** The user that a password belongs to: `postgres:postgres@` is a default, not a secret. */
	readonly user?: string;
}

const MAX_DEPTH = 5;
const MAX_LENGTH = 65_536;

/** Takes a value apart along the structure it has: URLs, headers, JSON, assignments, connection strings. Never throws. */
export function decompose(key: string | null, whole: Piece, depth = 0): readonly Part[] {
	const bare = unquotePiece(trimPiece(whole));
	const piece = /^(?:bearer|basic|token)%20/i.test(bare.text) ? percentDecodedPiece(bare) : bare;
	const { text } = piece;
	if (text === "" || depth > MAX_DEPTH || text.length > MAX_LENGTH) return [];
	if (/^data:[\w.+-]+\/[\w.+-]+[;,]/.test(text)) return [];
	return (
		references(piece, depth) ??
		nestedJson(key, piece, depth) ??
		authorization(key, piece, depth) ??
		headerLine(piece, depth) ??
		connectionString(key, piece) ??
		url(key, piece, depth) ??
		assignments(key, piece, depth) ??
		list(key, piece) ?? [{ key, piece, role: "value" }]
	);
}

/** `${VAR:-default}` may hold a secret in its default; text around a reference may be one too. */
function references(piece: Piece, depth: number): readonly Part[] | null {
	const byDefault = defaultOf(piece.text);
	if (byDefault !== null) return decompose(byDefault.name, subPiece(piece, byDefault.start, byDefault.end), depth + 1);
	if (isUrl(piece.text) || /^[[{]\s*["{[]/.test(piece.text)) return null;
	const parts = literalParts(piece.text);
	const [first] = parts;
	if (first !== undefined && parts.length === 1 && first.end - first.start === piece.text.length) return null;
	const found: Part[] = [];
	// `--x ${A} ${B:-default}`: the defaults of inner references.
	for (const match of piece.text.matchAll(/\$\{[^{}]*\}/g)) {
		const inner = defaultOf(match[0]);
		if (inner !== null)
			found.push(...decompose(inner.name, subPiece(piece, match.index + inner.start, match.index + inner.end), depth + 1));
	}
	// What is left beside a reference is glue unless it stands on its own.
	for (const { start, end } of parts) if (end - start >= 16) found.push(...decompose(null, subPiece(piece, start, end), depth + 1));
	return found;
}

function nestedJson(key: string | null, piece: Piece, depth: number): readonly Part[] | null {
	if (!/^(?:\{\s*["}/]|\[\s*["{[])/.test(piece.text)) return null;
	const tree = parseJsonTree(piece.text);
	if ("tooDeep" in tree || tree.root === undefined || tree.errors.length > 0) return null;
	const found: Part[] = [];
	const visit = (name: string | null, node: Node): void => {
		if (isStringNode(node)) {
			const span = contentSpan(piece.text, node);
			found.push(...decompose(name, jsonStringPiece(piece, span.offset, span.offset + span.length), depth + 1));
		} else if (node.type === "object") {
			const named = namedBy(node);
			for (const property of propertiesOf(node)) {
				const own = keyText(property.key);
				if (property.value !== undefined) visit(own === "value" || own === "default" ? (named ?? own) : own, property.value);
			}
		} else for (const child of node.children ?? []) visit(name, child);
	};
	visit(key, tree.root);
	return found;
}

/** `{ "name": "API_KEY", "value": "…" }`: the name of the value. */
function namedBy(node: Node): string | null {
	const property = propertiesOf(node).find(
		({ key, value }) => /^(?:name|key|id|header|variable)$/i.test(keyText(key)) && value?.type === "string",
	);
	return property?.value !== undefined && isStringNode(property.value) ? property.value.value : null;
}

const SCHEME =
	/^(bearer|basic|token|apikey|api-key|key|bot|geniekey|ssws|klaviyo-api-key|deepl-auth-key|splunk|digest|jwt|oauth|pat|hmac|secret|private-token|x-api-key)(?:\s+|:\s*)(?=\S)/i;

/** `Bearer xyz`, `Token token="xyz"`. */
function authorization(key: string | null, piece: Piece, depth: number): readonly Part[] | null {
	const match = SCHEME.exec(piece.text);
	if (match === null) return null;
	const scheme = (match[1] ?? "").toLowerCase();
	const rest = subPiece(piece, match[0].length, piece.text.length);
	const alwaysCredential = scheme === "bearer" || scheme === "basic";
	if (!alwaysCredential && /\s/.test(rest.text) && !rest.text.includes("=")) return null;
	if (!alwaysCredential && classifyKey(key) !== "secret" && classifyKey(key) !== "password") return null;
	// Prose: "Bearer token for the API".
	if (/^\S+\s+\S+\s/.test(rest.text)) return null;
	const pairs = pairsOf(rest, /[,\s]+/, depth);
	if (pairs !== null) return pairs;
	return [{ key: scheme === "basic" ? "basic" : "token", piece: unquotePiece(rest), role: "credential" }];
}

/** `Authorization: Bearer xyz`, `X-Api-Key:xyz`, `Cookie: a=b; c=d`. */
function headerLine(piece: Piece, depth: number): readonly Part[] | null {
	const match = /^([A-Za-z][A-Za-z0-9_-]{1,60})\s*:\s*(?!\/\/)(?=\S)/.exec(piece.text);
	if (match === null) return null;
	const name = match[1] ?? "";
	const kind = classifyKey(name);
	if (kind !== "secret" && kind !== "password" && !(kind === "key" && /\s/.test(match[0])) && !/^x-/i.test(name)) return null;
	return decompose(name, subPiece(piece, match[0].length, piece.text.length), depth + 1);
}

/** Passwords that stand at a known place: `user:pass@host`, `user/pass@//host`, `host:port:user:pass`. */
function connectionString(key: string | null, piece: Piece): readonly Part[] | null {
	const { text } = piece;
	if (text.length > 2048 || /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /\s/.test(text)) return null;
	const userAt =
		/^([A-Za-z_][\w.+%$-]{0,63}):(?!\/\/)([^\s]{1,256})@(?:(?:tcp|udp|unix)\([^)]*\)|\[?[\w.-]+\]?(?::\d+)?)(?:[/?][^\s]*)?$/.exec(text);
	// `npm:package@1.2.3` names a version.
	if (userAt !== null && !/^(?:npm|jsr|workspace|docker|git|github|file|link|patch|catalog|urn|pkg)$/.test(userAt[1] ?? "")) {
		const [, user = "", password = ""] = userAt;
		return [credential("password", piece, user.length + 1, user.length + 1 + password.length, user)];
	}
	const oracle = /^([\w$#]{1,64})\/("?)([^@/\s]{1,128})\2@(?:\/\/)?[\w.-]+(?::\d+)?(?:\/[\w.-]+)?$/.exec(text);
	if (oracle !== null && !/^@|\.\w{1,4}$/.test(text)) {
		const [, user = "", quote = "", password = ""] = oracle;
		const start = user.length + 1 + quote.length;
		return [credential("password", piece, start, start + password.length, user)];
	}
	const proxy = /^[\w-]+(?:\.[\w-]+)+:\d{2,5}:([^:\s]+):([^:\s]+)$/.exec(text);
	if (proxy !== null) return [credential("password", piece, text.length - (proxy[2] ?? "").length, text.length, proxy[1])];
	const kind = classifyKey(key);
	const loginPair = /^([\w.@+-]{2,64}):(\S{6,})$/.exec(text);
	if (
		loginPair !== null &&
		key !== null &&
		/^(?:user|u|userpwd|basic|basicauth|credentials?|login|auth|proxyuser|creds)$/.test(keyWords(key).join("")) &&
		kind !== "password"
	)
		return [credential("password", piece, (loginPair[1] ?? "").length + 1, text.length, loginPair[1])];
	return null;
}

function credential(key: string, piece: Piece, start: number, end: number, user?: string): Part {
	return { key, piece: subPiece(piece, start, end), role: "credential", ...(user === undefined ? {} : { user }) };
}

function url(key: string | null, piece: Piece, depth: number): readonly Part[] | null {
	if (!isUrl(piece.text)) return null;
	return decomposeUrl(key, piece).flatMap((part) =>
		part.nested === true
			? decompose(part.key, percentDecodedPiece(part.piece), depth + 1)
			: [{ ...part, piece: percentDecodedPiece(part.piece) }],
	);
}

/** `A=b;C=d`, `a=b&c=d`, `host=x password=y`, one `K=V`, lines of them. */
function assignments(key: string | null, piece: Piece, depth: number): readonly Part[] | null {
	const { text } = piece;
	const netrc = /^machine\s.{0,400}\spassword\s+(\S+)\s*$/.exec(text);
	if (netrc !== null) {
		const end = text.trimEnd().length;
		return [credential("password", piece, end - (netrc[1] ?? "").length, end)];
	}
	if (!text.includes("=") && !/^\S{2,40}:\s/.test(text)) return null;
	if (/\r|\n/.test(text)) {
		const lines = split(piece, /\r\n|\r|\n/);
		if (lines.length > 500 || lines.every(({ text: line }) => !/^\s*(?:export\s+)?[\w.-]+\s*[=:]/.test(line))) return null;
		return lines.flatMap((line) => decompose(null, stripExport(line), depth + 1));
	}
	// What a site keeps in a cookie has any name, and what is random in it logs one in.
	const unnamed = key !== null && /cookie/i.test(key) ? "key" : null;
	if (unnamed !== null && !text.includes(";")) return pairsOf(piece, /;/, depth, unnamed);
	const semicolons = text.includes(";") ? pairsOf(piece, /;/, depth, unnamed) : null;
	if (semicolons !== null) return semicolons;
	const ampersands = text.includes("&") ? pairsOf(piece, /&/, depth) : null;
	if (ampersands !== null) return ampersands;
	const one = /^(?:export\s+|set\s+|\$env:|\/\/[\w./-]+:)?([A-Za-z_][\w.-]{0,80})\s*=\s*(?=[^=\s])/i.exec(text);
	if (one !== null && !/[\s,][A-Za-z_][\w.-]*=/.test(text.slice(one[0].length)))
		return decompose(one[1] ?? null, subPiece(piece, one[0].length, text.length), depth + 1);
	const commas = text.includes(",") ? pairsOf(piece, /,/, depth) : null;
	if (commas !== null) return commas;
	const blanks = /\s/.test(text) ? pairsOf(piece, /\s+/, depth) : null;
	return blanks;
}

function stripExport(piece: Piece): Piece {
	const match = /^\s*(?:export\s+)/.exec(piece.text);
	return match === null ? piece : subPiece(piece, match[0].length, piece.text.length);
}

/** Null unless at least half of the parts are `key=value`. `unnamed` stands in for a name that says nothing. */
function pairsOf(piece: Piece, separator: RegExp, depth: number, unnamed: string | null = null): readonly Part[] | null {
	const parts = split(piece, separator).filter(({ text }) => text.trim() !== "");
	const pairs = parts.map((part) => ({ part, match: /^\s*([A-Za-z_][\w .-]{0,60}?)\s*=\s*(?=[^=\s])/.exec(part.text) }));
	const matched = pairs.filter(({ match }) => match !== null).length;
	if (matched === 0 || matched * 2 < parts.length) return null;
	return pairs.flatMap(({ part, match }) =>
		match === null
			? decompose(null, part, depth + 1)
			: decompose(
					unnamed !== null && classifyKey(match[1] ?? null) === "neutral" ? unnamed : (match[1] ?? null),
					subPiece(part, match[0].length, part.text.length),
					depth + 1,
				),
	);
}

function split(piece: Piece, separator: RegExp): readonly Piece[] {
	const parts: Piece[] = [];
	let at = 0;
	for (const match of piece.text.matchAll(new RegExp(separator.source, "g"))) {
		parts.push(subPiece(piece, at, match.index));
		at = match.index + match[0].length;
	}
	parts.push(subPiece(piece, at, piece.text.length));
	return parts;
}

/** `API_KEYS=one,two`. */
function list(key: string | null, piece: Piece): readonly Part[] | null {
	const kind = classifyKey(key);
	if ((kind !== "secret" && kind !== "key") || !/[,\s]/.test(piece.text) || piece.text.startsWith("-----")) return null;
	const parts = split(piece, /[,\s]+/).filter(({ text }) => text !== "");
	if (parts.length < 2 || parts.some(({ text }) => text.length < 12)) return null;
	return parts.map((part) => ({ key, piece: part, role: "value" }));
}
