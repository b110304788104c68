/**
 * What drives a terminal, turns the direction of a line, breaks it, or is not seen: the characters that Unicode lets a font leave out, the variation
 * selectors and fillers among them; the two that are drawn as nothing; and every blank that is not the plain one.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffc]|(?! )\p{Zs}/gu;

/**
 * Text from outside, safe for a terminal and a log: whatever could drive a terminal (ANSI sequences among it), turn the direction of
 * the line or hide characters is shown as its code (`\u001b`, `\u{e0041}`), so that what a person reads is what is there. Line breaks
 * too: the result is one line. A tab becomes one blank, so that columns keep.
 */
export function plain(text: string): string {
	return text.replaceAll("\t", " ").replace(UNSEEN, (character) => {
		const code = (character.codePointAt(0) ?? 0).toString(16);
		// In braces, or five digits would look like four and one more.
		return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
	});
}

/**
 * Text from outside as a person may see and tell it apart: as it is when it is one plain word, else in double quotes with
 * everything escaped that could be mistaken. Two different texts never look the same.
 */
export function exact(text: string): string {
	return /^[\w@%+=:,./~^*?-]+$/.test(text) ? text : plain(JSON.stringify(text));
}

/** A word of a command that a person is to paste into a shell: it means this text, and runs nothing. */
export function shellWord(text: string): string {
	if (/^[\w@%+=:,./-]+$/.test(text) && !text.startsWith("-")) return text;
	if (plain(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
	const bytes = [...new TextEncoder().encode(text)];
	return `$'${bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}'`;
}

/** With a full stop at its end, where it has none: what follows is another sentence. */
export function sentence(text: string): string {
	return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/**
 * A remedy for one server: its name stands where the text has `NAME` in a command of ours, such as `sallyport tools allow NAME`. One that begins
 * with a dash stands behind two, and behind the options.
 */
export function withName(remedy: string, server: string): string {
	if (!server.startsWith("-")) return remedy.replaceAll(COMMAND, (_, command: string) => `${command} ${shellWord(server)}`);
	return remedy.replaceAll(
		COMMAND_LINE,
		(_, command: string, words: string, options = "") => `${command}${options} -- ${dashed(server)}${words}`,
	);
}

const COMMAND = /(\bsallyport(?: [a-z]{1,12}){1,2}) NAME\b/g;
/** With the words and the options that follow. */
const COMMAND_LINE = /(\bsallyport(?: [a-z]{1,12}){1,2}) NAME\b((?: (?!--)[^\s]+)*)((?: --?[^\s]+(?: (?!--)[^\s]+)?)*)/g;

function dashed(name: string): string {
	return /^[\w@%+=:,./-]+$/.test(name) ? name : shellWord(name);
}

/** `plain`, cut to at most `most` characters. */
export function brief(text: string, most: number): string {
	const safe = plain(text);
	return safe.length <= most ? safe : `${safe.slice(0, most - 1)}…`;
}
