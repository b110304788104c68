/** How a statement begins, in whatever dialect. */
const VERB =
	/^[\s(]{0,100}(?:select|insert|update|delete|with|merge|replace|upsert|create|alter|drop|truncate|call|exec|execute|explain|copy|grant|revoke|set|use|show|values|pragma|do|begin|declare)\b/i;
/** What a statement has further on. Prose has some of these words, but hardly behind a verb like those. */
const CLAUSE =
	/\b(?:from|into|set|where|values|table|index|view|join|order\s{1,10}by|group\s{1,10}by|limit|union|returning|database|schema|user|role|select)\b|[*=<>;]/i;
/** Characters that are looked at to tell. */
const LOOK = 2_000;

/** Words behind which a name may stand in double quotes. */
const BEFORE_NAME = new Set([
	"from",
	"join",
	"into",
	"update",
	"table",
	"as",
	"select",
	"by",
	"on",
	"and",
	"or",
	"where",
	"index",
	"view",
	".",
]);

/** True for what begins like a statement and has a clause of one. */
export function looksLikeSql(text: string): boolean {
	const start = text.slice(0, LOOK).replace(/^\s+/, "");
	const verb = VERB.exec(start);
	return verb !== null && CLAUSE.test(start.slice(verb[0].length));
}

/**
 * A statement without its literals (`?` in their place) and without its comments. Where dialects differ over where a literal ends, all that
 * follows is left out. Linear in the text.
 */
export function sqlShape(text: string): string {
	let shape = "";
	let at = 0;
	let word = "";
	while (at < text.length) {
		const char = text[at] ?? "";
		const two = text.slice(at, at + 2);
		if (two === "--" || char === "#") at = endOf(text, "\n", at);
		else if (two === "/*") {
			at = endOf(text, "*/", at + 2);
			shape += " ";
		} else if (char === "'" || char === '"' || char === "`") {
			const end = quoteEnd(text, at, char);
			if (end === null) return `${shape}? …`;
			const content = text.slice(at + 1, end - 1);
			const isName =
				char !== "'" && /^[A-Za-z_][\w$ ]{0,63}$/.test(content) && (char === "`" || BEFORE_NAME.has(word) || text[end] === ".");
			// `E'…'`, `N'…'`, `x'…'`: the letter belongs to the literal.
			shape = isName ? shape + text.slice(at, end) : `${shape.replace(/\b[A-Za-z]$/, "")}?`;
			word = isName ? "" : "?";
			at = end;
		} else if (char === "$" && /^\$[A-Za-z_]?\w{0,30}\$/.test(text.slice(at, at + 34))) {
			const [tag = "$$"] = /^\$\w*\$/.exec(text.slice(at, at + 34)) ?? [];
			at = endOf(text, tag, at + tag.length);
			shape += "?";
			word = "?";
		} else if (isDigit(char) || (char === "." && isDigit(text[at + 1] ?? ""))) {
			at = whileTrue(text, at, (unit) => /[\w.]/.test(unit));
			shape += "?";
			word = "?";
		} else if (/[A-Za-z_@:$\u0080-\uffff]/.test(char)) {
			const end = whileTrue(text, at + 1, (unit) => /[\w$@\u0080-\uffff]/.test(unit));
			shape += text.slice(at, end);
			word = text.slice(at, Math.min(end, at + 20)).toLowerCase();
			at = end;
		} else {
			shape += char;
			if (char.trim() !== "") word = char;
			at++;
		}
	}
	return shape;
}

/** Behind the closing quote; null: it has none, or dialects differ over which it is. */
function quoteEnd(text: string, start: number, quote: string): number | null {
	for (let at = start + 1; at < text.length; at++) {
		if (text[at] === "\\" && text[at + 1] === quote) return null;
		if (text[at] === "\\" && text[at + 1] === "\\") at++;
		else if (text[at] === quote) {
			if (text[at + 1] !== quote) return at + 1;
			at++;
		}
	}
	return null;
}

/** Behind the next of these; the end where there is none. */
function endOf(text: string, end: string, from: number): number {
	const at = text.indexOf(end, from);
	return at < 0 ? text.length : at + end.length;
}

function whileTrue(text: string, from: number, holds: (unit: string) => boolean): number {
	let at = from;
	while (at < text.length && holds(text[at] ?? "")) at++;
	return at;
}

function isDigit(unit: string): boolean {
	return unit >= "0" && unit <= "9";
}
