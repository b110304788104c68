/**
 * Text from outside, safe for a terminal and a log: whatever could drive a terminal (ANSI sequences among it), turn the direction of
 * the line or hide characters is shown as its code (`\u001b`), so that what a person reads is what is there. Line breaks
 * too: the result is one line. A tab becomes one blank, so that columns keep.
 */
export function plain(text: string): string {
	return text
		.replaceAll("\t", " ")
		.replace(
			/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\u115f\u1160\u3164\uffa0\ufffc]/gu,
			(c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
		);
}

/** `plain`, cut to at most `most` characters. */
export function brief(text: string, most: number): string {
	const safe = plain(text);
	return safe.length <= most ? safe : `${safe.slice(0, most - 1)}…`;
}
