/**
 * Makes text from a file safe to print: whatever could drive a terminal, turn the direction of the line or hide characters
 * is shown as its code (`\u001b`). Line breaks too: the result is one line. A tab becomes one blank, so that columns keep.
 */
export function printable(text: string): string {
	return text
		.replaceAll("\t", " ")
		.replace(
			/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\u115f\u1160\u3164\uffa0\ufffc]/gu,
			(c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
		);
}
