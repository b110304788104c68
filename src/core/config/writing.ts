/**
 * How raw text stands for a string's value. `raw`: as it is; `json`: between the quotes of a JSON string; `toml-basic`,
 * `toml-lines`: between the quotes of a TOML string on one line, or of one in `"""`; `yaml-single`, `yaml-double`: between the quotes of
 * YAML; `yaml-plain`: a scalar without quotes over several lines; an object: a block of YAML, from the line after its header.
 */
export type Writing = "raw" | "json" | "toml-basic" | "toml-lines" | "yaml-single" | "yaml-double" | "yaml-plain" | YamlBlock;

export interface YamlBlock {
	readonly block: "literal" | "folded";
	/** Spaces that every line begins with. */
	readonly indent: number;
	/** What becomes of the line breaks at its end: one stays, none, all. */
	readonly chomp: "clip" | "strip" | "keep";
}

/** `offsets[i]` is where the i-th UTF-16 unit of the value begins in the raw text; one more marks the end. */
export interface Decoded {
	readonly decoded: string;
	readonly offsets: readonly number[];
}

/** Text that decodes to a value, unit by unit. */
export class Units {
	readonly offsets: number[] = [];
	#decoded = "";
	/** Long values are put together of pieces. */
	readonly #pieces: string[] = [];

	/** `by`: how many characters of raw text stand for each unit; 0: one place stands for all of them. */
	add(text: string, at: number, by = 0): void {
		for (let i = 0; i < text.length; i++) this.offsets.push(at + i * by);
		this.#decoded += text;
		if (this.#decoded.length > 4096) {
			this.#pieces.push(this.#decoded);
			this.#decoded = "";
		}
	}

	end(length: number): Decoded {
		this.offsets.push(length);
		return { decoded: this.#pieces.join("") + this.#decoded, offsets: this.offsets };
	}
}

/** How many blanks and line breaks stand from there on. */
export function blankLength(raw: string, from: number): number {
	let at = from;
	while (at < raw.length && " \t\r\n".includes(raw.charAt(at))) at++;
	return at - from;
}

/** Empty for what is no character. */
export function codePoint(digits: string, length: number): string {
	if (digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits)) return "";
	const code = Number.parseInt(digits, 16);
	return code > 0x10ffff ? "" : String.fromCodePoint(code);
}
