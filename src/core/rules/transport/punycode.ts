/** The label of a name that `xn--` stands in front of, as people see it (RFC 3492); null when it is not well formed. */
export function decodePunycode(label: string): string | null {
	const BASE = 36;
	const limit = 63;
	if (label.length > limit) return null;
	const dash = label.lastIndexOf("-");
	const output = dash > 0 ? [...label.slice(0, dash)].map((c) => c.codePointAt(0) ?? 0) : [];
	let n = 128;
	let i = 0;
	let bias = 72;
	let at = dash > 0 ? dash + 1 : 0;
	while (at < label.length) {
		const before = i;
		let weight = 1;
		for (let k = BASE; ; k += BASE) {
			const digit = digitOf(label.charCodeAt(at++));
			if (digit === null) return null;
			i += digit * weight;
			const threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
			if (digit < threshold) break;
			weight *= BASE - threshold;
			if (weight > 0x7fffffff) return null;
		}
		const length = output.length + 1;
		bias = adapt(i - before, length, before === 0);
		n += Math.floor(i / length);
		i %= length;
		if (n > 0x10ffff || (n >= 0xd800 && n <= 0xdfff)) return null;
		output.splice(i, 0, n);
		i++;
	}
	return String.fromCodePoint(...output);
}

/** Null past the end, and for what is no digit. */
function digitOf(code: number): number | null {
	if (code >= 97 && code <= 122) return code - 97;
	if (code >= 65 && code <= 90) return code - 65;
	return code >= 48 && code <= 57 ? code - 22 : null;
}

function adapt(delta: number, length: number, first: boolean): number {
	let rest = Math.floor(delta / (first ? 700 : 2));
	rest += Math.floor(rest / length);
	let k = 0;
	for (; rest > 455; k += 36) rest = Math.floor(rest / 35);
	return k + Math.floor((36 * rest) / (rest + 38));
}
