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
	for (const form of GIVEN) {
		for (const match of line.matchAll(form)) {
			const [before, name = null, value = ""] = match;
			const kind = classifyKey(name);
			if ((kind !== "secret" && kind !== "password") || isShowable(value)) continue;
			const start = match.index + before.length;
			spans.push({ start, end: start + value.length });
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

/** A reference, also one that is written wrongly, and what was masked before: neither says a secret. */
function isShowable(value: string): boolean {
	return isReferenceText(value) || /^•+$/.test(value) || /^(?:\$\{|\{\{|(?:keychain|sealed):)/.test(value);
}

/** `--token x`, `--token=x`, `"--token", "x"`; `TOKEN=x`; `"TOKEN": "x"`. The value is looked ahead at: it may hold another of these. */
const GIVEN: readonly RegExp[] = [
	/(?<![\w-])--?([A-Za-z][\w-]{0,60})(?:=|\s{1,4}|"\s{0,20},\s{0,20}(?="))(?:\\?["'])?(?=([^\s"'\\,;&|-][^\s"'\\]{2,2000}))/g,
	/(?<![\w-])([A-Za-z_]\w{0,60})=(?:\\?["'])?(?=([^\s"'\\,;&|][^\s"'\\]{2,2000}))/g,
	/"([A-Za-z_][\w.-]{0,60})"\s{0,20}:\s{0,20}"(?=((?:[^"\\]|\\.){3,2000}))/g,
];
