import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type KnownValues, REDACTED } from "../secrets/known-values.ts";
import { applyEdits } from "../text.ts";
import { changed, type Source } from "./exchange.ts";
import { find } from "./json-text.ts";
import { spelledEdits } from "./spelled-lists.ts";
import { decode, rewriteStrings, stringsOf } from "./string-rewrite.ts";

/** A short key of letters alone is a name, whatever somebody took for a password. */
const SHORT_NAME = /^[A-Za-z]{0,11}$/;
/** Longer names of the protocol and of JSON Schema: without them a message would be none. */
const NAMES: ReadonlySet<string> = new Set(
	`structuredContent protocolVersion capabilities clientCapabilities supportedVersions instructions outputSchema readOnlyHint destructiveHint
	idempotentHint openWorldHint lastModified resourceTemplates inputRequests inputResponses requestState includeContext systemPrompt
	modelPreferences stopSequences costPriority speedPriority intelligencePriority requestedSchema elicitationId progressToken experimental
	subscriptionId statusMessage pollInterval toolsListChanged promptsListChanged resourcesListChanged resourceSubscriptions notifications
	additionalProperties patternProperties propertyNames minProperties maxProperties dependentRequired dependentSchemas dependencies
	unevaluatedProperties unevaluatedItems additionalItems prefixItems contentMediaType contentEncoding contentSchema exclusiveMinimum
	exclusiveMaximum`.split(/\s+/),
);

/**
 * Takes known values out of what a server sends: out of strings however they are escaped, out of keys, out of numbers, out of lists in
 * which they are spelled out, and where two strings each have a part of one. What comes out is the same JSON with other strings in it, and
 * shorter lists; the message's own id and method stay. A message without any is given back as it is.
 */
export function redactMessage(source: Source, known: KnownValues): Source {
	if (known.isEmpty || !holds(source, known)) return source;
	const text = applyEdits(source.text, spelledEdits(source.text, known));
	const envelope = ["id", "method", "jsonrpc"].map((key) => find(text, key)).filter((place) => place !== null);
	const parts = known.partsIn([...stringsOf(text)].map(({ start, end }) => decode(text.slice(start, end))));
	const clean = (value: string): string => parts.reduce((left, part) => left.replaceAll(part, REDACTED), known.redact(value));
	const string = (value: string, isKey: boolean) => (isKey && (SHORT_NAME.test(value) || NAMES.has(value)) ? value : clean(value));
	const number = (digits: string) => (known.redact(digits) === digits ? null : JSON.stringify(REDACTED));
	return changed(source, rewriteStrings(text, envelope, { string, number }));
}

/** May say yes for what is in no value, and then costs the time of looking closer. */
function holds({ text, bytes }: Source, known: KnownValues): boolean {
	if (known.mayBeIn(bytes, text)) return true;
	// Plain characters can be written as escapes. Others (a quote, a newline) are part of the forms that are looked for.
	if (!isEscaped(text) && !hasEscapesWithin(text)) return false;
	// Those together, and what stands by itself between them: a value may be spelled out in a list of both.
	const literals: string[] = [];
	for (const { start, end } of stringsOf(text)) {
		const literal = text.slice(start, end);
		if (hasEscapesWithin(literal) && mayBeInText(decode(literal), known)) return true;
		if (isEscaped(literal)) literals.push(JSON.stringify(decode(literal)));
		else if (literal.length === ONE_CHARACTER) literals.push(literal);
	}
	return mayBeInText(literals.join(","), known);
}

function mayBeInText(text: string, known: KnownValues): boolean {
	return known.mayBeIn(utf8ToBytes(text), text);
}

/** With its quotes. */
const ONE_CHARACTER = 3;

function isEscaped(literal: string): boolean {
	return literal.includes("\\u") || literal.includes("\\/");
}

/** JSON in a text, a path, a pattern: on the wire its backslashes are twice as many, and what they part stands further apart. */
function hasEscapesWithin(literal: string): boolean {
	return literal.includes("\\\\");
}

/** The same of bytes. */
export function hasEscapesInText(json: Uint8Array): boolean {
	for (let at = json.indexOf(BACKSLASH); at !== -1; at = json.indexOf(BACKSLASH, at + 2)) if (json[at + 1] === BACKSLASH) return true;
	return false;
}

const BACKSLASH = 0x5c;
