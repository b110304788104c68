import type { FormSearch } from "./form-search.ts";
import { isRandom } from "./randomness.ts";

/** Half of a value of which nobody but who made it has so many characters in a row: letters and digits with no order in them. */
const RUN = /[A-Za-z0-9]{8,}/g;
/** Such a run changes between small letters, capitals and digits at least so often: once in so many characters, and in all. */
const CHANGES_EACH = 4;
const LEAST_CHANGES = 4;
/** Characters of a half that looks drawn at random: of which a UUID's has sixteen. */
const SHORTEST_RANDOM = 12;
/** Text in hexadecimal digits: of each two, the first is a digit. */
const DIGITS = /(?:[2-7][0-9A-Fa-f]){8,}/;

/** The fewest bytes of a part that is told from other text wherever it stands. */
const SHORTEST_PART = 6;
/** Between two texts. In no form. */
const BETWEEN = "\u0000";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * What of the forms stands in these texts in parts, the longest part first. A form can be there as a beginning in one place and the rest in another, in
 * whatever order: then both are given, if the shorter one has six bytes or begins or ends a text. A half that looks like nothing else is given by itself,
 * for the other one may be in another message. Empty: there are none. The work is linear in the texts for each form of which a half is there.
 */
export function partsIn(texts: readonly string[], search: FormSearch): readonly string[] {
	const all = BETWEEN + texts.join(BETWEEN) + BETWEEN;
	const parts = new Set<string>();
	for (const { form, head, tail } of search.pieces(encoder.encode(all))) {
		if (head === form.length) continue;
		// Beginning and end were both met, and together they are all of it.
		const areBothThere = head + tail >= form.length;
		const cuts = [
			{ met: form.subarray(0, head), rest: form.subarray(head) },
			{ met: form.subarray(form.length - tail), rest: form.subarray(0, form.length - tail) },
		];
		for (const { met, rest } of cuts) {
			if (met.length === 0) continue;
			const [long, short] = [textOf(met), textOf(rest)];
			const isWhole = areBothThere || stands(all, short);
			if (isWhole || isTelling(long)) parts.add(long);
			if (isWhole && rest.length >= SHORTEST_PART) parts.add(short);
		}
	}
	return [...parts].sort((a, b) => b.length - a.length);
}

/** True for a part that nobody has by chance: it looks drawn at random, or is text in digits. */
function isTelling(part: string): boolean {
	if (DIGITS.test(part) || isRandom(part, SHORTEST_RANDOM)) return true;
	return [...part.matchAll(RUN)].some(([run]) => {
		let changes = 0;
		for (let at = 1; at < run.length; at++) if (kindOf(run.charCodeAt(at)) !== kindOf(run.charCodeAt(at - 1))) changes++;
		return changes >= Math.max(LEAST_CHANGES, run.length / CHANGES_EACH);
	});
}

/** Digits, capitals and small letters, which follow one another in this order in ASCII. */
function kindOf(unit: number): number {
	if (unit <= 0x39) return 0;
	return unit <= 0x5a ? 1 : 2;
}

function stands(all: string, part: string): boolean {
	return part.length >= SHORTEST_PART ? all.includes(part) : all.includes(BETWEEN + part) || all.includes(part + BETWEEN);
}

/** Half of a character at an end belongs to the other part. */
function textOf(bytes: Uint8Array): string {
	return decoder.decode(bytes).replace(/^\ufffd+|\ufffd+$/g, "");
}
