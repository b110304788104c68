import { valueWithin } from "../config/escapes.ts";
import type { ConfigDocument, Located } from "../config/server.ts";
import { type Span, slice, spanLookup } from "../text.ts";
import type { EntryMemory } from "./entry-memory.ts";
import type { AnalysisContext, Finding } from "./finding.ts";
import { mostCredentials, runRules, withoutRepeats } from "./run.ts";
import { PLAINTEXT_RULES } from "./secrets/plaintext.ts";

/** A document never changes: what is in it is found once, for the rules and for everything that masks. */
const FOUND = new WeakMap<ConfigDocument, Credentials>();

interface Credentials {
	readonly findings: readonly Finding[];
	/** False: there are more than are looked for. */
	readonly complete: boolean;
}

/**
 * Every plaintext credential in a file, whatever the file or the settings ignore. A text that two rules see is told by the first.
 *
 * @param memory was turned to this document; left out: each entry is judged anew
 */
export function credentialsIn(document: ConfigDocument, memory?: EntryMemory): readonly Finding[] {
	return search(document, memory).findings;
}

/** False: a file holds more credentials than are looked for. */
export function knowsAllCredentials(document: ConfigDocument): boolean {
	return search(document, undefined).complete;
}

function search(document: ConfigDocument, memory: EntryMemory | undefined): Credentials {
	const known = FOUND.get(document);
	if (known !== undefined) return known;
	const context: AnalysisContext = { home: null, ...(memory === undefined ? {} : { memory }) };
	const { byRule, complete } = runRules(PLAINTEXT_RULES, document, context, mostCredentials(document));
	const credentials = { findings: withTwins(document, withoutRepeats(byRule.flat())), complete };
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
	// By what they hold; nearly every one stands in one place.
	const places = new Map<string, Span | Map<number, Span>>();
	const add = (value: string, span: Span): void => {
		const known = places.get(value);
		if (known instanceof Map) known.set(span.offset, span);
		else if (known === undefined || known.offset === span.offset) places.set(value, span);
		else
			places.set(
				value,
				new Map([
					[known.offset, known],
					[span.offset, span],
				]),
			);
	};
	const texts = found.map(({ span }) => credentialText(document, span));
	for (const [i, { span }] of found.entries()) add(texts[i] ?? "", span);
	forEachValue(document, ({ value, span }) => {
		if (value.length >= MIN_TWIN && places.has(value)) add(value, span);
	});
	const related = new Map<string, readonly Span[]>();
	for (const [value, spans] of places)
		if (spans instanceof Map) related.set(value, [...spans.values()].sort((a, b) => a.offset - b.offset).slice(0, MAX_RELATED + 1));
	return found.map((finding, i) => {
		const others = related.get(texts[i] ?? "")?.filter(({ offset }) => offset !== finding.span.offset) ?? [];
		return others.length === 0
			? finding
			: { ...finding, related: others.slice(0, MAX_RELATED).map((span) => ({ span, message: "The same value stands here." })) };
	});
}

/** The credential at a place, as programs read it: to compare, never to show. */
export function credentialText(document: ConfigDocument, span: Span): string {
	const raw = slice(document.text, span);
	if (!MAY_BE_WRITTEN.test(raw)) return raw;
	let textAt = TEXT_AT.get(document);
	if (textAt === undefined) {
		textAt = spanLookup([...textsOf(document)]);
		TEXT_AT.set(document, textAt);
	}
	// In a comment nothing stands for anything else.
	const located = textAt(span.offset);
	if (located === null || located.writing === "raw") return raw;
	return valueWithin(document.text, located, span) ?? raw;
}

/** What some format has for another character, or leaves out. */
const MAY_BE_WRITTEN = /[\\\r\n]|''/;

/** A document never changes. */
const TEXT_AT = new WeakMap<ConfigDocument, (offset: number) => Located<string> | null>();

/** Everything that stands for a text, names included. */
function* textsOf(document: ConfigDocument): Iterable<Located<string>> {
	const values: Located<string>[] = [];
	forEachValue(document, (value) => values.push(value));
	yield* values.filter(({ span }) => span.length > 0);
	for (const server of document.servers) {
		yield server.name;
		for (const { name } of server.kind === "stdio" ? server.env : server.headers) yield name;
	}
	const keys = document.settings.flatMap(({ key }) => key ?? []);
	yield* new Map(keys.map((key) => [key.span.offset, key])).values();
}

/** Called thousands of times: an iterator would hand on an object for each. */
function forEachValue(document: ConfigDocument, visit: (value: Located<string>) => void): void {
	for (const server of document.servers) {
		if (server.kind === "stdio") {
			visit(server.command);
			for (const argument of server.args) visit(argument);
			for (const { value } of server.env) visit(value);
			if (server.cwd !== null) visit(server.cwd);
			if (server.envFile !== null) visit(server.envFile);
		} else {
			visit(server.url);
			for (const { value } of server.headers) visit(value);
		}
	}
	for (const { value, kind } of document.settings) if (kind === "string" || kind === "number") visit(value);
}
