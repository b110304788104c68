import { detectInText } from "./detector.ts";
import { isReferenceText } from "./foreign-references.ts";
import { classifyKey } from "./keys.ts";
import { mask } from "./mask.ts";

/**
 * Where a line that a person is about to see holds what must not be seen: more than is worth a finding. What stands after a flag
 * or a name that takes a secret (`--token word`, `"TOKEN": "word"`) is hidden even where it reads like an ordinary word.
 */
export function concealed(line: string): readonly { readonly start: number; readonly end: number }[] {
	const spans = detectInText(line).map(({ start, end }) => ({ start, end }));
	const ends = new ValueEnds(line);
	for (const { form, isQuoted } of GIVEN) {
		for (const match of line.matchAll(form)) {
			const [before, name = null] = match;
			const kind = classifyKey(name);
			if (kind !== "secret" && kind !== "password") continue;
			const start = match.index + before.length;
			const end = ends.after(start, isQuoted);
			if (end - start >= SHORTEST && !isShowable(line.slice(start, end))) spans.push({ start, end });
		}
	}
	return spans;
}

/** The line with all of that masked. */
export function conceal(line: string): string {
	let shown = "";
	let at = 0;
	for (const { start, end } of [...concealed(line)].sort((a, b) => a.start - b.start || b.end - a.end)) {
		if (end <= at) continue;
		shown += line.slice(at, Math.max(at, start)) + mask(line.slice(Math.max(at, start), end));
		at = end;
	}
	return shown + line.slice(at);
}

/**
 * A reference, also one that is written wrongly, and what was masked before, with the next pair of its list behind it, which is looked at by
 * itself: none says a secret.
 */
function isShowable(value: string): boolean {
	return (
		isReferenceText(value) || /^•+(?:[;&](?:[A-Za-z_][\w.-]{0,60}=.*)?)?$/s.test(value) || /^(?:\$\{|\{\{|(?:keychain|sealed):)/.test(value)
	);
}

const SHORTEST = 3;
const LONGEST = 2_000;

/** Where values end. Those that begin in one another end at the same place, so each character is looked at once. */
class ValueEnds {
	readonly #line: string;
	#from = 0;
	#end = -1;

	constructor(line: string) {
		this.#line = line;
	}

	/** After the last character of the value that begins at `start`; no value is longer than the longest that is masked. */
	after(start: number, isQuoted: boolean): number {
		if (isQuoted) return quoteEnd(this.#line, start);
		if (start < this.#from || start > this.#end) {
			this.#from = start;
			this.#end = start;
			while (this.#end < this.#line.length && !/[\s"'\\]/.test(this.#line.charAt(this.#end))) this.#end++;
		}
		return Math.min(this.#end, start + LONGEST);
	}
}

function quoteEnd(line: string, start: number): number {
	let end = start;
	while (end < line.length && end - start < LONGEST && line[end] !== '"') end += line[end] === "\\" ? 2 : 1;
	return Math.min(end, line.length);
}

/** `--token x`, `--token=x`, `"--token", "x"`; `TOKEN=x`; `"TOKEN": "x"`: up to where the value begins, which may hold another of these. */
const GIVEN: readonly { readonly form: RegExp; readonly isQuoted: boolean }[] = [
	{ form: /(?<![\w-])--?([A-Za-z][\w-]{0,60})(?:=|\s{1,4}|"\s{0,20},\s{0,20}(?="))(?:\\?["'])?(?=[^\s"'\\,;&|-])/g, isQuoted: false },
	{ form: /(?<![\w-])([A-Za-z_]\w{0,60})=(?:\\?["'])?(?=[^\s"'\\,;&|])/g, isQuoted: false },
	{ form: /"([A-Za-z_][\w.-]{0,60})"\s{0,20}:\s{0,20}"/g, isQuoted: true },
];
