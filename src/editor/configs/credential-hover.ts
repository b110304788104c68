import type { ConfigDocument } from "../../core/config/server.ts";
import { credentialsIn, credentialText } from "../../core/rules/credentials.ts";
import type { Finding } from "../../core/rules/finding.ts";
import { quoted } from "../../core/rules/places.ts";
import { jwtFacts, looksLikeJwt } from "../../core/secrets/jwt.ts";
import { rotationPage } from "../../core/secrets/rotation.ts";
import { LineIndex, type Span } from "../../core/text.ts";
import type { Around } from "./around.ts";
import { escaped, link } from "./markdown.ts";

/** What there is to say of a credential in plain text, in Markdown, and where it stands. Never the credential, nor a part of it. */
export interface CredentialHover {
	readonly lines: readonly string[];
	readonly span: Span;
}

/**
 * Of the credential at an offset: its kind, its age where it tells it itself, where its owner gets a new one, where else it stands, and
 * what to do. Null: there is none.
 *
 * `now` is in seconds since 1970; `canMove`: the quick fix that moves secrets works for this file
 */
export function credentialHover(
	document: ConfigDocument,
	offset: number,
	{ around, now, canMove }: { readonly around: Around; readonly now: number; readonly canMove: boolean },
): CredentialHover | null {
	const finding = credentialsIn(document).find(({ span }) => offset >= span.offset && offset <= span.offset + span.length);
	if (finding === undefined) return null;
	const page = rotationPage(finding.credential);
	const lines = [
		`**${escaped(finding.message.replace(/\. .*$/s, "."))}**`,
		...ageLines(document, finding, now),
		...placeLines(document, finding, around),
		adviceOf(finding, canMove),
		...(page === null ? [] : [link("Revoke it, and get a new one, on the provider's page", page)]),
	];
	return { lines, span: finding.span };
}

function adviceOf({ slot, severity }: Finding, canMove: boolean): string {
	const doubt = severity === "hint" ? "If it is one: " : "";
	const move = slot === null || !canMove ? "take it out of the file" : "move it out of the file by the quick fix";
	const text = `${doubt}${move}, then have a new one issued: git, Local History and backups keep this one.`;
	return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Only what a JSON web token says of itself; nothing is guessed. */
function ageLines(document: ConfigDocument, { span }: Finding, now: number): readonly string[] {
	const token = credentialText(document, span);
	const facts = looksLikeJwt(token) ? jwtFacts(token) : null;
	if (facts === null) return [];
	const { issuedAt, expiresAt, role } = facts;
	const expires =
		expiresAt === null
			? "It never expires by itself."
			: expiresAt > LAST
				? null
				: expiresAt <= now
					? `It expired on ${day(expiresAt)}, ${distance(now - expiresAt)} ago.`
					: `It expires on ${day(expiresAt)}, in ${distance(expiresAt - now)}.`;
	const issued = issuedAt === null || issuedAt > now ? null : `It was issued on ${day(issuedAt)}, ${distance(now - issuedAt)} ago.`;
	const reach = role === "service_role" ? "It passes every access rule of the database." : null;
	return [[issued, expires, reach].filter((line) => line !== null).join(" ")].filter((line) => line !== "");
}

/** The last second of the year 9999: what lies behind is no date. */
const LAST = 253_402_300_799;
const DAY = 86_400;

function day(at: number): string {
	return new Date(at * 1000).toISOString().slice(0, 10);
}

function distance(seconds: number): string {
	const days = Math.floor(seconds / DAY);
	if (days < 1) return "less than a day";
	const [count, unit] = days < 60 ? [days, "day"] : days < 730 ? [Math.floor(days / 30.44), "month"] : [Math.floor(days / 365.25), "year"];
	return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const MOST = 10;

function placeLines(document: ConfigDocument, finding: Finding, around: Around): readonly string[] {
	const lines = new LineIndex(document.text);
	const here = finding.related
		.filter(({ file }) => file === undefined)
		.map(({ span }) => `- line ${lines.position(span.offset).line}${forServer(serverAt(document, span))}`);
	const there = around.placesOf(credentialText(document, finding.span), document).map(({ document: other, span, server }) => {
		const seen = around.seen(other.file);
		const name = quoted(other.file);
		const { line } = new LineIndex(other.text).position(span.offset);
		return `- ${seen === null ? escaped(name) : link(escaped(name), seen.uri.with({ fragment: `L${line}` }).toString())}${forServer(server)}`;
	});
	const all = [...here, ...there];
	return all.length === 0
		? []
		: [["The same value also stands in", "", ...all.slice(0, MOST), ...(all.length > MOST ? ["- …"] : [])].join("\n")];
}

function serverAt({ servers }: ConfigDocument, { offset }: Span): string | null {
	return servers.find(({ span }) => offset >= span.offset && offset < span.offset + span.length)?.name.value ?? null;
}

function forServer(server: string | null): string {
	return server === null ? "" : `, for “${escaped(quoted(server))}”`;
}
