/**
 * Text from outside, safe for a terminal and a log: control characters (ANSI sequences among them), bidirectional
 * overrides and invisible characters become `\u{…}`, so that what a person reads is what is there. Line breaks too.
 */
export function plain(text: string): string {
	return text.replace(
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
		// biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant, whatever they would join
		/[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB]|[\u{E0000}-\u{E0FFF}]|[\uD800-\uDFFF]/gu,
		(character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
	);
}

/** `plain`, cut to at most `most` characters. */
export function brief(text: string, most: number): string {
	const safe = plain(text);
	return safe.length <= most ? safe : `${safe.slice(0, most - 1)}…`;
}
