/** A shorter text that fails in the same way; as short as `tries` attempts make it. Takes away what it can, the largest pieces first. */
export function shrink(text: string, fails: (text: string) => boolean, tries = 3000): string {
	let best = text;
	let left = tries;
	for (let size = Math.max(1, best.length >> 1); size >= 1; size = size === 1 ? 0 : size >> 1) {
		for (let at = 0; at < best.length && left > 0; ) {
			const shorter = best.slice(0, at) + best.slice(at + size);
			left--;
			if (fails(shorter)) best = shorter;
			else at += size;
		}
		if (size === 1) break;
	}
	// What is left may be told more plainly.
	for (let at = 0; at < best.length && left > 0; at++) {
		if (/[\sa{}[\]":,]/.test(best.charAt(at))) continue;
		const plainer = `${best.slice(0, at)}a${best.slice(at + 1)}`;
		left--;
		if (fails(plainer)) best = plainer;
	}
	return best;
}
