import type { FormSearch } from "./form-search.ts";

/** The fewest bytes of a part that is told from other text wherever it stands. */
const SHORTEST_PART = 6;
/** Between two texts. In no form. */
const BETWEEN = "\u0000";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The two parts of each form of which one stands in these texts and the other one too: its beginning, and all the rest. A rest of fewer than
 * six bytes has to begin or to end a text. Empty: there are none. The work is linear in the texts for each form of which a half is there.
 */
export function partsIn(texts: readonly string[], search: FormSearch): readonly string[] {
	const all = BETWEEN + texts.join(BETWEEN) + BETWEEN;
	const parts = new Set<string>();
	for (const { form, head, tail } of search.pieces(encoder.encode(all))) {
		if (head === form.length) continue;
		const isHeld = head + tail >= form.length;
		for (const [first, rest] of [
			[form.subarray(0, head), form.subarray(head)],
			[form.subarray(form.length - tail), form.subarray(0, form.length - tail)],
		] as const) {
			if (first.length === 0) continue;
			const [long, short] = [textOf(first), textOf(rest)];
			if (!isHeld && !stands(all, short)) continue;
			parts.add(long);
			if (rest.length >= SHORTEST_PART) parts.add(short);
		}
	}
	return [...parts].sort((a, b) => b.length - a.length);
}

function stands(all: string, part: string): boolean {
	return part.length >= SHORTEST_PART ? all.includes(part) : all.includes(BETWEEN + part) || all.includes(part + BETWEEN);
}

/** Half of a character at an end belongs to the other part. */
function textOf(bytes: Uint8Array): string {
	return decoder.decode(bytes).replace(/^\ufffd+|\ufffd+$/g, "");
}
