import { detectInText } from "./detector.ts";
import { isReferenceText } from "./foreign-references.ts";
import { classifyKey } from "./keys.ts";
import { mask } from "./mask.ts";

/**
 * Where a line that a person is about to see holds what must not be seen: more than is worth a finding. What stands after a flag
 * or a variable that takes a secret (`--token word`, `TOKEN=word`) is hidden even where it reads like an ordinary word.
 */
export function concealed(line: string): readonly { readonly start: number; readonly end: number }[] {
	const spans = detectInText(line).map(({ start, end }) => ({ start, end }));
	for (const match of line.matchAll(GIVEN)) {
		const [whole, flag, variable, value = ""] = match;
		const kind = classifyKey(flag ?? variable ?? null);
		if ((kind !== "secret" && kind !== "password") || isReferenceText(value) || /^\$\{|^\{\{/.test(value)) continue;
		const start = match.index + whole.length - value.length;
		spans.push({ start, end: start + value.length });
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

/** `--token x`, `--token=x`, `"--token", "x"`, `TOKEN=x`, with the value in quotes or without. */
const GIVEN =
	/(?<![\w-])(?:--?([A-Za-z][\w-]{0,60})(?:=|\s{1,4}|"\s{0,20},\s{0,20}(?="))|([A-Za-z_]\w{0,60})=)(?:\\?["'])?([^\s"'\\,;&|-][^\s"'\\]{2,2000})/g;
