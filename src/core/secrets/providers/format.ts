/** What a token of one provider looks like: facts, from the providers' own documentation and from tokens in the wild. */
export interface ProviderFormat {
	/** As in "GITHUB_TOKEN holds a GitHub token". */
	readonly title: string;
	/** The kind's id, `github-pat`, as `rotationPage` knows it; made from the title where a row gives none. */
	readonly credential: string;
	readonly segments: readonly Segment[];
	/** Which segment is looked for: the first plain text of two characters and more. What stands before it is read backwards. */
	readonly anchor: number;
	/** Characters at the start that are the same in every such token: they may be shown. */
	readonly prefixLength: number;
	readonly checksum: Checksum | null;
	/** An identifier more than a secret: no more than a hint under a name that says `…_ID`. */
	readonly identifier: boolean;
}

/** Plain text, or a run of one alphabet with the fewest and the most characters it may have. */
type Segment = string | { readonly alphabet: Alphabet; readonly min: number; readonly max: number };

/** `crc`: the last six are the CRC-32 of the rest of the body in base 62; `grafana`: the last eight are that of all before, in hex. */
type Checksum = "crc" | "grafana";

export type Alphabet = keyof typeof ALPHABETS;

const DIGITS = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const WORD = `${DIGITS}${LOWER}${LOWER.toUpperCase()}`;

/** One letter each, as the forms write them: `{h32}` is 32 lower-case hex digits. */
export const ALPHABETS = {
	d: DIGITS,
	h: `${DIGITS}abcdef`,
	x: `${DIGITS}abcdefABCDEF`,
	l: `${DIGITS}${LOWER}`,
	u: `${DIGITS}${LOWER.toUpperCase()}`,
	/** Letters and digits. */
	w: WORD,
	/** And `_` `-`. */
	s: `${WORD}_-`,
	/** And `.`. */
	t: `${WORD}_-.`,
	/** Base64, also the one for URLs, with its padding. */
	b: `${WORD}_-+/=`,
	/** A UUID's. */
	i: `${DIGITS}abcdefABCDEF-`,
	/** What Azure draws client secrets from. */
	z: `${WORD}_-.~`,
} as const;

const MEMBERS = new Map<Alphabet, Uint8Array>();

/** Whether a character, by its code, is one of an alphabet. */
export function isIn(alphabet: Alphabet, code: number): boolean {
	let table = MEMBERS.get(alphabet);
	if (table === undefined) {
		table = new Uint8Array(128);
		for (const c of ALPHABETS[alphabet]) table[c.charCodeAt(0)] = 1;
		MEMBERS.set(alphabet, table);
	}
	return code < 128 && table[code] === 1;
}

/** No token is longer; a longer run is data. */
const MAX_TOKEN = 4096;

/**
 * A row of the tables: the title, the forms parted by blanks, and what else is to say. A form is plain text with runs in braces:
 * `ghp_{w36}` has exactly 36, `{w30-255}` from 30 to 255, `{w30+}` as many as there are.
 */
export type Row = readonly [title: string, forms: string, extra?: Extra];

interface Extra {
	readonly credential?: string;
	readonly checksum?: Checksum;
	readonly identifier?: true;
}

/** The formats of some rows, one for each form. */
export function compileRows(rows: readonly Row[]): readonly ProviderFormat[] {
	return rows.flatMap(([title, forms, extra]) =>
		forms.split(/\s+/).map((form) => {
			const segments = segmentsOf(form);
			const [first] = segments;
			return {
				title,
				credential: extra?.credential ?? credentialId(title),
				segments,
				anchor: segments.findIndex((segment) => typeof segment === "string" && segment.length >= 2),
				prefixLength: typeof first === "string" ? first.length : 0,
				checksum: extra?.checksum ?? null,
				identifier: extra?.identifier === true,
			};
		}),
	);
}

function segmentsOf(form: string): readonly Segment[] {
	return form
		.split(/(\{\w\d+(?:-\d+|\+)?\})/)
		.filter((part) => part !== "")
		.map((part) => {
			const [, letter = "", min = "", to] = /^\{(\w)(\d+)(-\d+|\+)?\}$/.exec(part) ?? [];
			if (!isAlphabet(letter)) return part;
			return { alphabet: letter, min: Number(min), max: to === undefined ? Number(min) : to === "+" ? MAX_TOKEN : Number(to.slice(1)) };
		});
}

function isAlphabet(letter: string): letter is Alphabet {
	return Object.hasOwn(ALPHABETS, letter);
}

/** `Hugging Face token` → `hugging-face-token`. */
export function credentialId(title: string): string {
	return title
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "");
}
