/** Kinds of characters, a bit each. What a form cannot do without is looked for before the form itself: that costs a hundredth of it. */
export const SIGN = {
	/** `A` to `Z`. */
	upper: 1 << 0,
	/** `a` to `z`. */
	lower: 1 << 1,
	digit: 1 << 2,
	/** `_`, `-`, `+`, `=`, `.`, `~`, `/`, each by itself. */
	underscore: 1 << 3,
	hyphen: 1 << 4,
	plus: 1 << 5,
	equals: 1 << 6,
	stop: 1 << 7,
	tilde: 1 << 8,
	slash: 1 << 9,
	colon: 1 << 10,
	at: 1 << 11,
	dollar: 1 << 12,
	percent: 1 << 13,
	hash: 1 << 14,
	/** `"`, `'` and a backtick. */
	quote: 1 << 15,
	round: 1 << 16,
	/** `[`, `]`, `{`, `}`. */
	bracket: 1 << 17,
	/** `<` and `>`. */
	angle: 1 << 18,
	/** `,`, `;`, `|`, `&`. */
	separator: 1 << 19,
	asterisk: 1 << 20,
	/** Blanks, tabs and what ends a line, of ASCII. */
	blank: 1 << 21,
	backslash: 1 << 22,
	/** What is left of ASCII. */
	rest: 1 << 23,
	/** Everything beyond ASCII. */
	foreign: 1 << 24,
} as const;

const OF_CHARACTER: Readonly<Record<string, number>> = {
	_: SIGN.underscore,
	"-": SIGN.hyphen,
	"+": SIGN.plus,
	"=": SIGN.equals,
	".": SIGN.stop,
	"~": SIGN.tilde,
	"/": SIGN.slash,
	":": SIGN.colon,
	"@": SIGN.at,
	$: SIGN.dollar,
	"%": SIGN.percent,
	"#": SIGN.hash,
	"*": SIGN.asterisk,
	"\\": SIGN.backslash,
};

const OF_CODE = Int32Array.from({ length: 128 }, (_, code) => {
	const character = String.fromCharCode(code);
	if (character >= "A" && character <= "Z") return SIGN.upper;
	if (character >= "a" && character <= "z") return SIGN.lower;
	if (character >= "0" && character <= "9") return SIGN.digit;
	if ("\"'`".includes(character)) return SIGN.quote;
	if ("()".includes(character)) return SIGN.round;
	if ("[]{}".includes(character)) return SIGN.bracket;
	if ("<>".includes(character)) return SIGN.angle;
	if (",;|&".includes(character)) return SIGN.separator;
	if (" \t\n\v\f\r".includes(character)) return SIGN.blank;
	return OF_CHARACTER[character] ?? SIGN.rest;
});

let lastText = "";
let lastSigns = 0;

/** Which kinds of characters a text has; 0 for the empty one. One text is asked for several times in a row, and read once. */
function signsOf(text: string): number {
	if (text === lastText) return lastSigns;
	let signs = 0;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		// Behind the end of the table a look costs several times as much.
		signs |= code < 128 ? (OF_CODE[code] ?? 0) : SIGN.foreign;
	}
	lastText = text;
	lastSigns = signs;
	return signs;
}

/** True for a text with a character of one of these kinds. */
export function hasAny(text: string, kinds: number): boolean {
	return (signsOf(text) & kinds) !== 0;
}

/** True for a text without any character of another kind; for the empty one, too. */
export function hasOnly(text: string, kinds: number): boolean {
	return (signsOf(text) & ~kinds) === 0;
}

/** What `\w` stands for. */
export const WORD = SIGN.upper | SIGN.lower | SIGN.digit | SIGN.underscore;
