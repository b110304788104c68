/**
 * A regular expression of ECMA-262 with the flag `u`, as JSON Schema has them, in the parts that decide which texts fit. What has no bound on its
 * time that grows with the text alone is none of them: looking ahead or behind, and going back to what a group held.
 */
export type Part =
	/** One character that fits this piece of the pattern, which stands there as written. */
	| { readonly is: "one"; readonly of: string }
	| { readonly is: "assertion"; readonly of: "^" | "$" | "\\b" | "\\B" }
	| { readonly is: "sequence"; readonly parts: readonly Part[] }
	| { readonly is: "either"; readonly parts: readonly Part[] }
	/** @param most Infinity: any number */
	| { readonly is: "repeat"; readonly part: Part; readonly least: number; readonly most: number };

/** Thrown away with the pattern: what it holds is not told. */
export class UnboundedPattern extends Error {}

/** Groups in groups that anybody writes. */
const DEEPEST = 100;

/**
 * Takes a pattern apart.
 *
 * @param source a pattern that `new RegExp(source, "u")` takes
 * @throws UnboundedPattern
 */
export function partsOf(source: string): Part {
	let at = 0;
	const whole = either(0);
	if (at < source.length) throw new UnboundedPattern();
	return whole;

	function either(depth: number): Part {
		if (depth > DEEPEST) throw new UnboundedPattern();
		const parts = [sequence(depth)];
		while (source[at] === "|") {
			at++;
			parts.push(sequence(depth));
		}
		const [only] = parts;
		return parts.length === 1 && only !== undefined ? only : { is: "either", parts };
	}

	function sequence(depth: number): Part {
		const parts: Part[] = [];
		while (at < source.length && source[at] !== "|" && source[at] !== ")") parts.push(repeated(piece(depth)));
		return { is: "sequence", parts };
	}

	function piece(depth: number): Part {
		const character = source[at] ?? "";
		if (character === "^" || character === "$") {
			at++;
			return { is: "assertion", of: character };
		}
		if (character === "(") return group(depth);
		if (character === "[") return { is: "one", of: taken(/\[(?:\\[\s\S]|[^\]\\])*\]/uy) };
		if (character !== "\\") return { is: "one", of: taken(/[\s\S]/uy) };
		const next = source[at + 1] ?? "";
		if (next === "b" || next === "B") {
			at += 2;
			return { is: "assertion", of: next === "b" ? "\\b" : "\\B" };
		}
		if (next === "k" || /[1-9]/.test(next)) throw new UnboundedPattern();
		return { is: "one", of: taken(ESCAPE) };
	}

	function group(depth: number): Part {
		taken(/\((?:\?:|\?<(?![=!])[^>]*>)?/uy);
		// Looks ahead or behind, and flags of a part.
		if (source[at] === "?") throw new UnboundedPattern();
		const inner = either(depth + 1);
		at++;
		return inner;
	}

	function repeated(part: Part): Part {
		QUANTIFIER.lastIndex = at;
		const found = QUANTIFIER.exec(source);
		if (found === null) return part;
		at = QUANTIFIER.lastIndex;
		const [, sign, least = "", comma, most = ""] = found;
		if (sign === "?") return { is: "repeat", part, least: 0, most: 1 };
		if (sign !== undefined) return { is: "repeat", part, least: sign === "+" ? 1 : 0, most: Number.POSITIVE_INFINITY };
		const upper = comma === undefined ? Number(least) : most === "" ? Number.POSITIVE_INFINITY : Number(most);
		return { is: "repeat", part, least: Number(least), most: upper };
	}

	function taken(what: RegExp): string {
		what.lastIndex = at;
		const found = what.exec(source)?.[0];
		if (found === undefined) throw new UnboundedPattern();
		at += found.length;
		return found;
	}
}

/** Of one character or a class of them. Two halves of a character are one. */
const ESCAPE =
	/\\(?:[pP]\{[^}]*\}|c[A-Za-z]|x[\dA-Fa-f]{2}|u\{[\dA-Fa-f]+\}|u[dD][89abAB][\dA-Fa-f]{2}\\u[dD][c-fC-F][\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|[^pPcxuk1-9bB])/uy;

const QUANTIFIER = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/uy;
