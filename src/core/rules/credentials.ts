import { decodeJsonString } from "../config/escapes.ts";
import type { ConfigDocument, Located } from "../config/server.ts";
import { type Span, slice } from "../text.ts";
import type { EntryMemory } from "./entry-memory.ts";
import type { AnalysisContext, Finding } from "./finding.ts";
import { runRule, withoutRepeats } from "./run.ts";
import { PLAINTEXT_RULES } from "./secrets/plaintext.ts";

/** A document never changes: what is in it is found once, for the rules and for everything that masks. */
const FOUND = new WeakMap<ConfigDocument, readonly Finding[]>();

/**
 * Every plaintext credential in a file, whatever the file or the settings ignore. A text that two rules see is told by the first.
 *
 * @param memory was turned to this document; left out: each entry is judged anew
 */
export function credentialsIn(document: ConfigDocument, memory?: EntryMemory): readonly Finding[] {
	const known = FOUND.get(document);
	if (known !== undefined) return known;
	const context: AnalysisContext = { home: null, ...(memory === undefined ? {} : { memory }) };
	const found = withoutRepeats(PLAINTEXT_RULES.flatMap((rule) => runRule(rule, document, context)));
	const credentials = withTwins(document, found);
	FOUND.set(document, credentials);
	return credentials;
}

/** The credentials that are worth more words than their own finding has, in order. */
export function openCredentials(document: ConfigDocument, context: AnalysisContext): readonly Finding[] {
	return context.openCredentials ?? credentialsIn(document).filter(({ severity }) => severity === "warning");
}

/** Where credentials stand: what nobody may be shown. */
export function credentialSpans(document: ConfigDocument): readonly Span[] {
	return credentialsIn(document).map(({ span }) => span);
}

/** Shorter values stand elsewhere by chance. */
const MIN_TWIN = 8;
const MAX_RELATED = 10;

/** Names, for each credential, the other places that hold the very same value: rotating it concerns them, too. */
function withTwins(document: ConfigDocument, found: readonly Finding[]): readonly Finding[] {
	if (found.length === 0) return found;
	const places = new Map<string, Map<number, Span>>();
	for (const { span } of found) {
		const value = credentialText(document, span);
		const known = places.get(value);
		if (known === undefined) places.set(value, new Map([[span.offset, span]]));
		else known.set(span.offset, span);
	}
	for (const { value, span } of valuesOf(document)) if (value.length >= MIN_TWIN) places.get(value)?.set(span.offset, span);
	const related = new Map(
		[...places].map(([value, spans]) => [value, [...spans.values()].sort((a, b) => a.offset - b.offset).slice(0, MAX_RELATED + 1)]),
	);
	return found.map((finding) => {
		const others = related.get(credentialText(document, finding.span))?.filter(({ offset }) => offset !== finding.span.offset) ?? [];
		return others.length === 0
			? finding
			: { ...finding, related: others.slice(0, MAX_RELATED).map((span) => ({ span, message: "The same value stands here." })) };
	});
}

/** The credential at a place, as programs read it: to compare, never to show. */
export function credentialText(document: ConfigDocument, span: Span): string {
	const raw = slice(document.text, span);
	return raw.includes("\\") ? decodeJsonString(raw).decoded : raw;
}

function* valuesOf(document: ConfigDocument): Iterable<Located<string>> {
	for (const server of document.servers) {
		if (server.kind === "stdio") {
			yield server.command;
			yield* server.args;
			for (const { value } of server.env) yield value;
		} else {
			yield server.url;
			for (const { value } of server.headers) yield value;
		}
	}
	for (const { value, kind } of document.settings) if (kind === "string" || kind === "number") yield value;
}
