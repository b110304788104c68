/**
 * Whether the items fit the pattern from the first to the last. Time is bounded by the product of the lengths.
 *
 * @param isAny what of the pattern stands for any run of items, an empty one too
 */
export function matchesRuns<T, P>(
	items: ArrayLike<T>,
	pattern: ArrayLike<P>,
	isAny: (wanted: P) => boolean,
	isSame: (item: T, wanted: P) => boolean,
): boolean {
	let at = 0;
	let star = -1;
	let resume = 0;
	let i = 0;
	while (i < items.length) {
		const wanted = pattern[at];
		const item = items[i];
		if (wanted !== undefined && isAny(wanted)) {
			star = at++;
			resume = i;
		} else if (wanted !== undefined && item !== undefined && isSame(item, wanted)) {
			at++;
			i++;
		} else if (star >= 0) {
			at = star + 1;
			i = ++resume;
		} else return false;
	}
	for (let wanted = pattern[at]; wanted !== undefined && isAny(wanted); wanted = pattern[at]) at++;
	return at === pattern.length;
}
