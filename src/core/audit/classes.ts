import { withoutPersonalData } from "./personal.ts";
import type { Redact } from "./redact.ts";
import { looksLikeSql, sqlShape } from "./sql.ts";

/** What a log keeps of the arguments of calls, beside what is known or looks like a secret, which it never keeps. */
export interface ArgumentClasses {
	/** `shapes`: of every value its kind, and its length. `none`: nothing of them. */
	readonly arguments: "full" | "shapes" | "none";
	/** `shape`: a statement without its literals and comments. */
	readonly sql: "full" | "shape";
	/** `home`: `~` for the person's own folder. `names`: of a path its last part. */
	readonly paths: "full" | "home" | "names";
	/** `masked`: no e-mail addresses, telephone numbers, IBANs and card numbers. */
	readonly personal: "full" | "masked";
}

export const DEFAULT_CLASSES: ArgumentClasses = { arguments: "full", sql: "shape", paths: "home", personal: "masked" };

/**
 * Characters of a text that are looked at. A log keeps so few of one that what is behind them is not among these, even where each address becomes
 * a mark.
 */
const LOOK = 16 * 1024;

/** Longest path that is taken for one. */
const LONGEST_PATH = 4096;

/**
 * What becomes of the texts in arguments. Of a very long one only the beginning is left.
 *
 * @param home the person's folder; null: not known
 */
export function classText({ sql, paths, personal }: ArgumentClasses, home: string | null): Redact {
	return (whole) => {
		const text = whole.slice(0, LOOK);
		if (text.length < whole.length) return `${judged(text)}…`;
		return judged(text);
	};

	function judged(text: string): string {
		if (sql === "shape" && looksLikeSql(text)) return sqlShape(text);
		if (paths === "names" && isPath(text)) return lastPart(text);
		const placed = paths === "full" || home === null ? text : withoutHome(text, home);
		return personal === "masked" ? withoutPersonalData(placed) : placed;
	}
}

function isPath(text: string): boolean {
	return text.length <= LONGEST_PATH && /^(?:\/|~\/|\.{1,2}\/|file:\/\/|[A-Za-z]:[\\/]|\\\\)[^\n]/.test(text);
}

function lastPart(path: string): string {
	const parts = path.split(/[\\/]/);
	return `…/${parts.pop() || parts.pop() || ""}`;
}

/** Wherever it stands as a whole: `/home/ann` is not in `/home/anna`. */
function withoutHome(text: string, home: string): string {
	if (home.length < 2 || !text.includes(home)) return text;
	const [first = "", ...rest] = text.split(home);
	let result = first;
	for (const part of rest) {
		const isWhole = !/^[\w.-]/.test(part) && !/[\w./~-]$/.test(result.slice(-1));
		result += `${isWhole ? "~" : home}${part}`;
	}
	return result;
}
