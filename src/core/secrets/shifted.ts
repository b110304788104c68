/** How far on in the alphabet, and in the printable characters, a letter is put by those who mean to hide a word from a quick look. */
const ALPHABET = [1, 3, 13, 23, 25];
const PRINTABLE = [1, 47, 93];

/** A value with each letter, or each printable character, as one further on: ROT13, ROT47, and their kind. Not unique. */
export function shiftedForms(secret: string): readonly string[] {
	return [
		...ALPHABET.map((by) => moved(moved(secret, /[a-z]/g, 0x61, 26, by), /[A-Z]/g, 0x41, 26, by)),
		...PRINTABLE.map((by) => moved(secret, /[!-~]/g, 0x21, 94, by)),
	];
}

function moved(text: string, which: RegExp, first: number, count: number, by: number): string {
	return text.replace(which, (character) => String.fromCharCode(first + ((character.charCodeAt(0) - first + by) % count)));
}
