import { codePoint, type Decoded, Units, type YamlBlock } from "../writing.ts";

const YAML_ESCAPES: Readonly<Record<string, string>> = {
	"0": "\0",
	a: "\u0007",
	b: "\b",
	e: "\u001b",
	f: "\f",
	n: "\n",
	r: "\r",
	t: "\t",
	v: "\v",
	N: "\u0085",
	_: "\u00a0",
	L: "\u2028",
	P: "\u2029",
	" ": " ",
	'"': '"',
	"/": "/",
	"\\": "\\",
	"\t": "\t",
};

/** A flow scalar of YAML: one line break is a space, more are one less, blanks around them are nothing. */
export function decodeYamlFlow(raw: string, quote: "'" | '"' | ""): Decoded {
	const units = new Units();
	let i = 0;
	while (i < raw.length) {
		const char = raw.charAt(i);
		if (char === "'" && quote === "'" && raw.charAt(i + 1) === "'") {
			units.add("'", i);
			i += 2;
		} else if (char === "\\" && quote === '"') i = readEscape(raw, i, units);
		else {
			const { length, breaks } = blanksAt(raw, i);
			if (breaks === 0) units.add(raw.slice(i, i + Math.max(1, length)), i, 1);
			else units.add(breaks === 1 ? " " : "\n".repeat(breaks - 1), i);
			i += Math.max(1, length);
		}
	}
	return units.end(raw.length);
}

/** A carriage return alone is text. */
function blanksAt(raw: string, from: number): { readonly length: number; readonly breaks: number } {
	let at = from;
	let breaks = 0;
	for (;;) {
		const char = raw.charAt(at);
		if (char === "\n") breaks++;
		else if (char !== " " && char !== "\t" && !(char === "\r" && raw.charAt(at + 1) === "\n")) break;
		at++;
	}
	return { length: at - from, breaks };
}

/** Where it ends. What is no escape stays as it is. */
function readEscape(raw: string, at: number, units: Units): number {
	const kind = raw.charAt(at + 1);
	if (kind === "\n" || (kind === "\r" && raw.charAt(at + 2) === "\n")) {
		// The break is nothing, nor is what the next line begins with.
		let next = at + (kind === "\n" ? 2 : 3);
		while (raw.charAt(next) === " " || raw.charAt(next) === "\t") next++;
		return next;
	}
	const digits = kind === "x" ? 2 : kind === "u" ? 4 : kind === "U" ? 8 : 0;
	const end = Math.min(raw.length, at + 2 + digits);
	const unit = digits > 0 ? codePoint(raw.slice(at + 2, end), digits) : (YAML_ESCAPES[kind] ?? "");
	if (unit === "") units.add(raw.slice(at, end), at, 1);
	else units.add(unit, at);
	return end;
}

interface Line {
	readonly start: number;
	/** Spaces that it begins with. */
	readonly lead: number;
	/** Where its line break begins, or the text ends. */
	readonly end: number;
}

/** The lines of a block scalar, from the one after its header. */
export function decodeYamlBlock(raw: string, { block, indent, chomp }: YamlBlock): Decoded {
	const lines = linesOf(raw);
	const isEmpty = ({ start, lead, end }: Line): boolean => start + lead >= end;
	let rest = lines.length;
	while (rest > 0 && isEmpty(lines[rest - 1] ?? NO_LINE)) rest--;
	const units = new Units();
	if (rest === 0) {
		if (chomp === "keep") for (const line of lines.slice(0, Math.max(1, lines.length - 1))) units.add("\n", line.end);
		return units.end(raw.length);
	}
	// Lines of blanks at the end are text where they are longer than the indentation.
	const longer = lines.findLastIndex(({ lead }, i) => i >= rest && lead > indent);
	if (longer >= 0) rest = longer + 1;
	let separator = "";
	let wasMore = false;
	let at = 0;
	const first = lines.findIndex((line) => !isEmpty(line));
	lines.slice(0, rest).forEach((line, i) => {
		const from = line.start + Math.min(indent, line.lead);
		const text = raw.slice(from, line.end);
		if (i < first) {
			units.add(text, from, 1);
			units.add("\n", line.end);
			at = line.end;
			return;
		}
		const isMore = line.lead > indent || raw.charAt(line.start + line.lead) === "\t";
		if (block === "literal") {
			units.add(separator, at);
			units.add(text, from, 1);
			separator = "\n";
		} else if (isMore) {
			units.add(separator === " " ? "\n" : !wasMore && separator === "\n" ? "\n\n" : separator, at);
			units.add(text, from, 1);
			separator = "\n";
			wasMore = true;
		} else if (text === "") {
			if (separator === "\n") units.add("\n", at);
			else separator = "\n";
		} else {
			units.add(separator, at);
			units.add(text, from, 1);
			separator = " ";
			wasMore = false;
		}
		at = line.end;
	});
	if (chomp === "clip") units.add("\n", at);
	if (chomp === "keep") {
		for (const line of lines.slice(rest)) {
			units.add("\n", at);
			const from = line.start + Math.min(indent, line.lead);
			units.add(raw.slice(from, line.start + line.lead), from, 1);
			at = line.end;
		}
		if (lines.length === rest) units.add("\n", at);
	}
	return units.end(raw.length);
}

const NO_LINE: Line = { start: 0, lead: 0, end: 0 };

/** The last one is what stands behind the last line break, if only nothing. */
function linesOf(raw: string): readonly Line[] {
	const lines: Line[] = [];
	for (let start = 0; ; ) {
		const next = raw.indexOf("\n", start);
		const until = next < 0 ? raw.length : next;
		const end = until > start && raw.charAt(until - 1) === "\r" ? until - 1 : until;
		let lead = 0;
		while (start + lead < end && raw.charAt(start + lead) === " ") lead++;
		lines.push({ start, lead, end });
		if (next < 0) return lines;
		start = next + 1;
	}
}
