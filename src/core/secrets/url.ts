import { capabilityIn, lacksCapability } from "./capabilities.ts";
import { classifyKey, namesCapability } from "./keys.ts";
import { withoutBraces } from "./parts/assignments.ts";
import type { Part } from "./parts/part.ts";
import { type Piece, subPiece } from "./piece.ts";
import { chosenWord } from "./prose.ts";
import { isRandom } from "./randomness.ts";
import { isUuid } from "./shapes.ts";
import { hasAny, SIGN } from "./signs.ts";

/** A part of a URL; `nested`: its value may have structure of its own. */
export interface UrlPart extends Part {
	readonly nested?: true;
}

export function isUrl(text: string): boolean {
	if (!hasAny(text, SIGN.colon)) return false;
	return /^(?:jdbc:)?[a-z][a-z0-9+._-]*:(?:[a-z]+:)?\/\/\S*$/i.test(text) || /^(?:jdbc:)[a-z][^\s]*$/i.test(text);
}

/** Takes a URL apart by place alone, so that one that no parser would take is read too. */
export function decomposeUrl(key: string | null, piece: Piece): readonly UrlPart[] {
	const { text } = piece;
	const slashes = text.indexOf("//");
	const start = slashes < 0 ? text.indexOf(":", 5) + 1 : slashes + 2;
	const scheme = text.slice(0, Math.max(0, start)).toLowerCase();
	const isJdbc = scheme.startsWith("jdbc:");
	const settings = isJdbc ? text.indexOf(";", start) : -1;
	// From there on no sign means what it does in an address.
	if (settings >= 0 && !text.slice(start, settings).includes("?"))
		return [
			...decomposeUrl(key, subPiece(piece, 0, settings)),
			{ key: null, piece: subPiece(piece, settings + 1, text.length), role: "value", nested: true },
		];
	const web = /^(?:https?|wss?|sse|git\+https?|ftp):/.test(scheme);
	const authorityEnd = endOf(text, start, /[/?#]/);
	const at = userinfoEnd(text, start, authorityEnd, web);
	const hostStart = at < 0 ? start : at + 1;
	const pathStart = endOf(text, hostStart, /[/?#;]/);
	const queryStart = endOf(text, pathStart, /[?#]/);
	const fragmentStart = isJdbc ? text.length : endOf(text, queryStart, /#/);
	// The name of a node is its public key; a map's style has a random one.
	if (scheme === "enode://" || scheme === "enr://" || scheme === "mapbox://") return [];
	const host = text.slice(hostStart, pathStart);
	const fragment = text.slice(fragmentStart + 1);
	const isHook = OF_HOOKS.test(text.slice(pathStart, queryStart));
	const query = text[queryStart] === "?" ? pairs(piece, queryStart + 1, fragmentStart, isHook) : [];
	// Beside a key in the query the path says which hook it is.
	const isKeyed = isHook && query.some((part) => classifyKey(part.key) === "secret");
	return [
		...(at < 0 ? [] : userinfo(piece, start, at, host)),
		...path(key, piece, pathStart, queryStart, host).filter((part) => !isKeyed || part.key !== "webhook token"),
		...query.filter((part) => !isSharedByAll(host, part)),
		// A lone digest says which state of the thing is meant.
		...(text[fragmentStart] === "#" && !/^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/.test(fragment)
			? pairs(piece, fragmentStart + 1, text.length)
			: []),
	];
}

/** Paths of what an address alone sets off. */
const OF_HOOKS = /\/(?:web)?(?:hooks?|deploy(?:ments?)?|build_hooks?|triggers?)(?:\/|$)/i;

/** In the address of a webhook of Google Chat the key is the same for everybody; the token is the secret. Figma tells with `t` who shared a link. */
function isSharedByAll(host: string, { key }: UrlPart): boolean {
	return (host.toLowerCase() === "chat.googleapis.com" && key === "key") || (key === "t" && /(?:^|\.)figma\.com$/i.test(host));
}

function endOf(text: string, from: number, stop: RegExp): number {
	const found = text.slice(from).search(stop);
	return found < 0 ? text.length : from + found;
}

/** Passwords of databases are often written unescaped: there the last `@` before the query ends them, not the first `/`. */
function userinfoEnd(text: string, start: number, authorityEnd: number, web: boolean): number {
	const inAuthority = text.lastIndexOf("@", authorityEnd - 1);
	if (inAuthority >= start) {
		if (web) return inAuthority;
	} else if (web) return -1;
	const colon = text.indexOf(":", start);
	// The rest of a JDBC address is settings: an `@` in there is in one of them.
	if (text.startsWith("jdbc:")) return inAuthority >= start && !text.slice(start, inAuthority).includes(";") ? inAuthority : -1;
	if (colon < 0) return inAuthority >= start ? inAuthority : -1;
	const last = text.lastIndexOf("@");
	const host = text.slice(last + 1);
	return last > colon && /^\[?[\w.-]+\]?(?::\d+)?(?:,[\w.-]+(?::\d+)?)*(?:[/?#;]|$)/.test(host)
		? last
		: inAuthority >= start
			? inAuthority
			: -1;
}

function userinfo(piece: Piece, start: number, end: number, host: string): readonly UrlPart[] {
	const colon = piece.text.slice(start, end).indexOf(":");
	const userEnd = colon < 0 ? end : start + colon;
	const user = piece.text.slice(start, userEnd);
	const password = colon < 0 ? "" : piece.text.slice(userEnd + 1, end);
	const bareUser = password === "" || /^(?:x-oauth-basic|x|unused|)$/.test(password);
	// Beside a password it is a name, however random: `postgres.abcdefghijklmnopqrst`.
	const userPart: UrlPart = { key: bareUser ? null : "user", piece: subPiece(piece, start, userEnd), role: bareUser ? "user" : "value" };
	// The key in a Sentry address only lets one send, and so it does for those who run it themselves: a key, and the number of a project.
	if (/(?:^|\.)sentry\.io(?::|$)|\.ingest\./.test(host)) return [];
	if (
		password === "" &&
		/^[0-9a-f]{32}$/.test(piece.text.slice(start, userEnd)) &&
		/^[^/?#]*\/\d{1,18}\/?$/.test(piece.text.slice(end + 1))
	)
		return [];
	if (bareUser) return [userPart];
	return [userPart, { key: "password", piece: subPiece(piece, userEnd + 1, end), role: "credential", user }];
}

/** Segments after which a service puts the token. */
const OPENERS = /^(?:s|k|t|key|keys|token|tokens|secret|secrets|hook|hooks|webhook|webhooks|services|apikey|api-key|auth|private|bot)$/i;

/** A UUID behind a name for many says which of them is meant. */
function opens(previous: string, segment: string): boolean {
	const isId = isUuid(segment) || /^[0-9a-f]{24}$/.test(segment);
	return OPENERS.test(previous) && !(isId && /^(?:keys|tokens|secrets|hooks|webhooks|services|auth|bot)$/i.test(previous));
}

/** After the name of a collection stands which one of it: `documents/…`, `d/…`, `commit/…`. */
const OF_MANY =
	/^(?:[dcpe]|[a-z][\w-]{2,}[^s]s|folder|file|document|space|project|workspace|team|user|account|org|organization|commit|blob|tree|raw|page|item|board|channel|thread|instance|database|collection|table|view|model|agent|bot|gist|releases?|download|assets?|static|dist|image|video|embed|watch|edit|tenant|customer|site|design|txn?|transaction|block|address|playlist)$/i;

function path(key: string | null, piece: Piece, start: number, end: number, host: string): readonly UrlPart[] {
	const place = [host.toLowerCase(), piece.text.slice(start, end)] as const;
	if (lacksCapability(...place)) return [];
	const capability = capabilityIn(...place);
	if (capability !== null)
		return [{ key: "capability", piece: subPiece(piece, start + capability.start, start + capability.end), role: "path" }];
	const parts: UrlPart[] = [];
	let at = start;
	let previous = /^(?:web)?hooks?\./i.test(host) || namesCapability(key) ? "webhook" : "";
	const segments = piece.text.slice(start, end).split(/(?<=[/;])/);
	const leads = segments.some((each) => TO_SERVER.test(each));
	for (const [index, segment] of segments.entries()) {
		const bare = segment.replace(/[/;]$/, "");
		const assignment = /^([A-Za-z][\w -]{0,40})=(?=[^=])/.exec(bare);
		if (assignment !== null)
			parts.push({
				key: assignment[1] ?? null,
				piece: withoutBraces(subPiece(piece, at + assignment[0].length, at + bare.length)),
				role: "value",
				nested: true,
			});
		else if (bare.length >= 8 && !(OF_MANY.test(previous) && !OPENERS.test(previous)) && !isChannel(previous, bare, segments[index + 1]))
			parts.push({
				key: opens(previous, bare) || (leads && isKeyOfServer(segments[index - 1], bare)) ? "webhook token" : null,
				piece: subPiece(piece, at, at + bare.length),
				role: "path",
			});
		at += segment.length;
		if (
			bare !== "" &&
			!/^(?:api|v\d+|mcp)$/i.test(bare) &&
			!(OPENERS.test(previous) && /^(?:incoming|inbound|generic|catch|in|deploy|build)$/i.test(bare)) &&
			!isChannel(previous, bare, segments[index + 1]) &&
			!(OPENERS.test(previous) && /^[A-Z0-9]{9,12}$|^\d{15,20}$|^[0-9a-f]{24}$/.test(bare))
		)
			previous = bare;
	}
	return parts;
}

/** Of two random segments behind `hooks` the first says which, and the second lets one in. */
function isChannel(previous: string, segment: string, next = ""): boolean {
	return /^(?:web)?hooks?$/i.test(previous) && isRandom(segment, 12) && next.length > segment.length && isRandom(next, 16);
}

/** A key on the way to a server: letters of both cases and digits behind `mcp` or before it. */
function isKeyOfServer(before: string | undefined, segment: string): boolean {
	// `org_…` says whose the server is, `eyJ…` how it is set.
	if (segment.length < 20 || PREFIXED.test(segment) || !/[a-z]/.test(segment) || !/[A-Z]/.test(segment) || !/\d/.test(segment))
		return false;
	return BEFORE_KEY.test(before ?? "") && isRandom(segment, 18);
}

const TO_SERVER = /^(?:mcp|sse|(?:web)?hooks?|deploy)\/?$/i;

const PREFIXED = /^(?:(?!(?:sk|pk|key|tok|token|pat|api|mcp|secret)[_-])[A-Za-z]{2,12}[_-]|eyJ|Qm|AKfycb)/;
/** Segments that name nothing: behind any other stands which of them is meant. */
const BEFORE_KEY = /^(?:|[a-z]|api|mcp|sse|v\d{1,2}|(?:web)?hooks?|deploy)\/$/i;

function pairs(piece: Piece, start: number, end: number, isHook = false): readonly UrlPart[] {
	const parts: UrlPart[] = [];
	const hasUser = /(?:^|[?&;])(?:u|usr|user(?:_?name)?|login|e-?mail|account)=[^&;]/i.test(piece.text.slice(Math.max(0, start - 1), end));
	let at = start;
	for (const segment of piece.text.slice(start, end).split(/(?<=[&;?])/)) {
		const bare = segment.replace(/[&;?]$/, "");
		const equals = bare.indexOf("=");
		const given = equals < 0 ? null : decodeName(bare.slice(0, equals));
		const value = subPiece(piece, at + equals + 1, at + bare.length);
		const isPassword = hasUser && given !== null && /^p$/i.test(given) && isChosen(value.text);
		const name =
			given === null
				? null
				: isHook && /^(?:key|k|t|hook)$/i.test(given)
					? "token"
					: isPassword
						? "password"
						: queryName(given, value.text);
		if (bare.length - equals - 1 > 0 && !(given !== null && OF_SIGNER.test(given)))
			parts.push({ key: name, piece: value, role: "value", nested: true });
		at += segment.length;
	}
	return parts;
}

/** Who signed an address: the id of a key, which is sent in the open by design. */
const OF_SIGNER =
	/^(?:x-(?:amz|goog|oss|obs|tos|cos)-credential|awsaccesskeyid|googleaccessid|ossaccesskeyid|q-ak|key-pair-id|skoid|sktid)$/i;

/** Beside a user `p` is a page as well. */
function isChosen(text: string): boolean {
	return text.length >= 6 && (chosenWord(text) !== null || (/\d/.test(text) && isRandom(text, 8)));
}

/** What a name means in a query: `sid` a session, `code` what lets a function be called. */
function queryName(name: string, value: string): string {
	if (/^(?:sid|_sid|sessid|code)$/i.test(name) && !isUuid(value) && isRandom(value, 24)) return "token";
	if (/signature$/i.test(name)) return "sig";
	// A UUID names the session, and lets nobody in by itself.
	if ((/^session(?:_?id)?$/i.test(name) && isUuid(value)) || /^nonce$/i.test(name)) return "id";
	return OTHER_QUERY.test(name) && classifyKey(name) === "neutral" ? "id" : name;
}

/** Names of a query that carry a random text which is no secret: what a page is cached by, where it goes on, which campaign it is from. */
const OTHER_QUERY =
	/^(?:[vherc_]|cb|ts|nc|check|env|generation|digest|ver|rnd|rand|bust|cache\w*|after|before|since|next|prev|offset|state|challenge|code_challenge|utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|gid|si|feature|source|profile|eid|policy|ref\w*|node|in_?stance\w*|list|place|place_?id|playlist|commit|sha\d*|hash|digest|trace)$/i;

function decodeName(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
