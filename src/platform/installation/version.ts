/** Less than zero when `a` is older than `b`. Of the same numbers, one with a suffix (`1.0.0-rc.1`) is older; two suffixes go by their text. */
export function compareVersions(a: string, b: string): number {
	const [first, second] = [parse(a), parse(b)];
	for (let i = 0; i < Math.max(first.numbers.length, second.numbers.length); i++) {
		const difference = (first.numbers[i] ?? 0) - (second.numbers[i] ?? 0);
		if (difference !== 0) return difference;
	}
	if (first.suffix === second.suffix) return 0;
	if (first.suffix === "") return 1;
	if (second.suffix === "") return -1;
	return first.suffix.localeCompare(second.suffix, "en", { numeric: true });
}

function parse(version: string): { readonly numbers: readonly number[]; readonly suffix: string } {
	const [, core = "", suffix = ""] = /^([0-9.]*)(?:-([^+]*))?/.exec(version) ?? [];
	return { numbers: core.split(".").map(Number), suffix };
}
