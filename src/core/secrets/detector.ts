import { decompose } from "./decompose.ts";
import { type Detection, judgeAll, judgeTokens, withoutOverlaps } from "./judge.ts";
import { wholePiece } from "./piece.ts";
import { candidatesIn } from "./running-text.ts";

export type { Detection } from "./judge.ts";

/** Secrets in one value. `key` is the name beside it: a variable, a header, a flag without its dashes; null when there is none. */
export function detectSecrets(key: string | null, value: string): readonly Detection[] {
	return judgeAll(decompose(key, wholePiece(value)), value);
}

const COMMENT = /^\s*(?:\/\/|#|\/\*|<!--|--|;)/;
const LONGEST_COMMENT = 4_000;

/** In a comment a key may stand without a name: "remove before commit: …". Digests in hex, which stand there as often, are left out. */
function looseTokens(text: string): readonly Detection[] {
	if (text.length > LONGEST_COMMENT) return [];
	return [...text.matchAll(/[^\s"'`,;()<>]{24,200}/g)].flatMap(({ 0: word, index }) =>
		/^[0-9a-f-]+$/i.test(word)
			? []
			: detectSecrets(null, word).map((detection) => ({ ...detection, start: index + detection.start, end: index + detection.end })),
	);
}

/** Secrets in running text (a comment, a log line): tokens of known formats, addresses that hold one, and what is given to names of secrets. */
export function detectInText(text: string): readonly Detection[] {
	const tokens = judgeTokens(text);
	const found: Detection[] = [...tokens];
	let next = 0;
	for (const { name, start, end } of candidatesIn(text)) {
		while (next < tokens.length && (tokens[next]?.end ?? 0) <= start) next++;
		const token = tokens[next];
		// Found already, by what it looks like.
		if (token !== undefined && token.start === start && token.end === end) continue;
		for (const detection of detectSecrets(name, text.slice(start, end)))
			if (detection.confident) found.push({ ...detection, start: start + detection.start, end: start + detection.end });
	}
	if (COMMENT.test(text)) for (const token of looseTokens(text)) found.push(token);
	return withoutOverlaps(found);
}
