import { hiddenSlashes } from "./elsewhere.ts";
import { coversSegment, coversSegments, fitsFreely, fitsSegment, fitsSegments } from "./segments.ts";

/**
 * Globs of addresses. Scheme, host and path are matched apart, so that no wildcard reaches over an end of the host that only some
 * programs see: `https://evil.example#.docs.example/` is no address of `https://*.docs.example/**`.
 */

interface Address {
	/** With its colon; empty: there is none. */
	readonly scheme: string;
	/** What stands before the host, with its `@`; empty: nothing. */
	readonly user: string;
	readonly host: string;
	/** From the slash on, with query and fragment. */
	readonly rest: string;
}

/** A glob, or a text, as an address. Null: it has no `//` after its scheme, and is a path or anything else. */
export function parseAddress(text: string): Address | null {
	const [, scheme, authority = "", rest = ""] = /^([^/]*)\/\/([^/]*)(.*)$/s.exec(text) ?? [];
	if (scheme === undefined) return null;
	const at = authority.lastIndexOf("@") + 1;
	return { scheme, user: authority.slice(0, at), host: authority.slice(at), rest };
}

/** The host's name or number, with or without a port. Nothing else is a host to every program. */
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[\w-]+(?:\.[\w-]+)*)?)(?::\d{1,5})?$/;
/** What may stand there where all hosts are granted: servers have things of their own there, as `memo://Shopping%20list`. */
const ANY_HOST = /^(?:[\w.~:[\]+,=!()'-]|%20|%[89a-f][0-9a-f])*$/i;
const SCHEME = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?$/;
/** Of these browsers take the first part of the path for the host where there is none. */
const NEEDS_HOST = /^(?:https?|wss?|ftp):$/i;
/** What programs cut off, quote or leave, in a path; and in what follows it. */
const UNSAFE_IN_PATH = /[\s\\<>"`{}|^]/;
const UNSAFE = /[\s\\<>]/;
const NO_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
/** Where a path ends for who decodes it first. */
const HIDDEN_END = /%(?:3f|23)/i;

export function fitsAddress(text: string, glob: Address): boolean {
	const [, scheme = "", authority = "", path = "", tail = ""] = /^([^/?#]*)\/\/([^/?#]*)([^?#]*)(.*)$/s.exec(text) ?? [];
	if (!text.includes("//") || !SCHEME.test(scheme) || !fitsSegment(scheme, glob.scheme) || !fitsHost(authority, glob)) return false;
	if (authority === "" && NEEDS_HOST.test(scheme)) return false;
	if (UNSAFE_IN_PATH.test(path) || UNSAFE.test(tail) || NO_ESCAPE.test(text)) return false;
	const hidden = path.search(HIDDEN_END);
	if (hidden >= 0 && !fitsRest(path.slice(0, hidden), "", glob)) return false;
	return fitsRest(path, tail, glob);
}

function fitsHost(authority: string, { user, host }: Address): boolean {
	if (/[*?]/.test(user) || !authority.startsWith(user)) return false;
	const given = authority.slice(user.length);
	if (!/[*?]/.test(host)) return given === host;
	return isAnyHost(host) ? ANY_HOST.test(given) : HOST.test(given) && fitsSegment(given, host);
}

function isAnyHost(host: string): boolean {
	return host === "*" || host === "**";
}

/** @param tail query and fragment, with the sign before them; empty: none */
function fitsRest(path: string, tail: string, glob: Address): boolean {
	const rest = pathOf(glob);
	if (tail === "") return fitsPath(path, rest);
	const end = rest.search(/[?#]/);
	// `?` is one character of a path to a glob, and the beginning of a query where the address has one.
	if (end >= 0 && rest[end] === tail[0]) return fitsPath(path, rest.slice(0, end)) && fitsFreely(tail.slice(1), rest.slice(end + 1));
	const last = glob.rest === "" ? glob.host : (rest.split("/").at(-1) ?? "");
	return fitsPath(path, rest) && (last === "**" || (last.endsWith("*") && !tail.includes("/")));
}

function fitsPath(path: string, glob: string): boolean {
	return hiddenSlashes(path) === hiddenSlashes(glob) && fitsSegments(path, glob);
}

/** `https://**` means all hosts with all of their paths. */
function pathOf({ host, rest }: Address): string {
	return host === "**" ? `**${rest}` : rest;
}

/** True when every address that fits `narrow` surely fits `wide`. False may mean that it cannot be told. */
export function coversAddress(wide: Address, narrow: Address): boolean {
	if (!coversSegment(wide.scheme, narrow.scheme) || !coversHost(wide, narrow)) return false;
	const [wider, narrower] = [pathOf(wide), pathOf(narrow)];
	if (hiddenSlashes(wider) !== hiddenSlashes(narrower) || !coversSegments(wider, narrower)) return false;
	if (/[?#]/.test(wider)) return false;
	// What has a query fits by its path alone.
	const end = narrower.search(/[?#]/);
	return end < 0 || (wider.split("/").at(-1) === "**" && coversSegments(wider, narrower.slice(0, end)));
}

function coversHost(wide: Address, narrow: Address): boolean {
	if (!/[*?]/.test(narrow.host)) return fitsHost(`${narrow.user}${narrow.host}`, wide);
	if (wide.user !== narrow.user) return false;
	if (wide.host === narrow.host || wide.host === "**") return true;
	return wide.host === "*" ? narrow.host !== "**" : !isAnyHost(narrow.host) && coversSegment(wide.host, narrow.host);
}
