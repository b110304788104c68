import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type KnownValues, REDACTED } from "../secrets/known-values.ts";
import { changed, type Source } from "./exchange.ts";
import { find } from "./json-text.ts";
import { decode, rewriteStrings, stringsOf } from "./string-rewrite.ts";

/** Names of the protocol are of letters. A key of letters alone is a name, whatever somebody took for a password. */
const NAME = /^[A-Za-z]*$/;

/**
 * Takes known values out of what a server sends: out of strings however they are escaped, out of keys, out of numbers. What comes out is
 * the same JSON with other strings in it; the message's own id and method stay. A message without any is given back as it is.
 */
export function redactMessage(source: Source, known: KnownValues): Source {
	if (known.isEmpty || !holds(source, known)) return source;
	const { text } = source;
	const envelope = ["id", "method", "jsonrpc"].map((key) => find(text, key)).filter((place) => place !== null);
	const string = (value: string, isKey: boolean) => (isKey && NAME.test(value) ? value : known.redact(value));
	const number = (digits: string) => (known.redact(digits) === digits ? null : JSON.stringify(REDACTED));
	return changed(source, rewriteStrings(text, envelope, { string, number }));
}

/** May say yes for what is in no value, and then costs the time of looking closer. */
function holds({ text, bytes }: Source, known: KnownValues): boolean {
	if (known.first(bytes) !== null) return true;
	// Plain characters can be written as escapes. Others (a quote, a newline) are part of the forms that are looked for.
	if (!text.includes("\\u") && !text.includes("\\/")) return false;
	for (const { start, end } of stringsOf(text)) {
		const literal = text.slice(start, end);
		if (isEscaped(literal) && known.first(utf8ToBytes(decode(literal))) !== null) return true;
	}
	return false;
}

function isEscaped(literal: string): boolean {
	return literal.includes("\\u") || literal.includes("\\/");
}
