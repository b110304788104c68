/**
 * What a person who knows the field would say of a text: `warning`: surely a credential; `hint`: random text that may well be one; `either`: a
 * matter of taste (an access key's id, a default password), which counts neither way; `none`: no credential, however much it looks like one.
 */
export type Tier = "warning" | "hint" | "either" | "none";

/** One text of a generated document that something is known about. Offsets are UTF-16 units of the text with its byte order mark. */
export interface Label {
	readonly offset: number;
	readonly length: number;
	readonly tier: Tier;
	/** Where it stands: `env`, `flag=value`. */
	readonly position: string;
	/** What it is: a provider, a kind of password, a kind of thing that is none. */
	readonly kind: string;
}

export type LabelSeed = Omit<Label, "offset" | "length">;

// Of the private use area, so no generated text holds them and no writer escapes them.
const OPEN = 0xe000;
const CLOSE = "\ue7ff";

/** Remembers what a text is, through every quoting that keeps unknown characters as they are. */
export function mark(labels: LabelSeed[], seed: LabelSeed, text: string): string {
	labels.push(seed);
	if (labels.length > 0x7ff) throw new Error("A document has room for 2,047 labels.");
	return `${String.fromCharCode(OPEN + labels.length - 1)}${text}${CLOSE}`;
}

export function withoutMarks(text: string): string {
	return text.replace(/[\ue000-\ue7ff]/g, "");
}

/** The text without its marks, and where the marked parts stand. A part that no writer kept is left out. */
export function readMarks(marked: string, seeds: readonly LabelSeed[]): { readonly text: string; readonly labels: readonly Label[] } {
	let text = "";
	const open: { readonly seed: LabelSeed; readonly offset: number }[] = [];
	const labels: Label[] = [];
	for (const piece of marked.split(/([\ue000-\ue7ff])/)) {
		const seed = piece.length === 1 && piece !== CLOSE ? seeds[piece.charCodeAt(0) - OPEN] : undefined;
		if (seed !== undefined) open.push({ seed, offset: text.length });
		else if (piece === CLOSE) {
			const opened = open.pop();
			if (opened !== undefined) labels.push({ ...opened.seed, offset: opened.offset, length: text.length - opened.offset });
		} else text += piece;
	}
	return { text, labels };
}
