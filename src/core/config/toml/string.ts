import { blankLength, codePoint, type Decoded, Units } from "../writing.ts";

const TOML_ESCAPES: Readonly<Record<string, string>> = {
	b: "\b",
	t: "\t",
	n: "\n",
	f: "\f",
	r: "\r",
	e: "\u001b",
	'"': '"',
	"\\": "\\",
};

/** What stands between the quotes of a basic string; `lines`: of one in three quotes. */
export function decodeTomlString(raw: string, lines: boolean): Decoded {
	const units = new Units();
	let i = 0;
	while (i < raw.length) {
		const next = raw.indexOf("\\", i);
		const plain = raw.slice(i, next < 0 ? raw.length : next);
		units.add(plain, i, 1);
		i += plain.length;
		if (next < 0) break;
		const kind = raw.charAt(i + 1);
		// A backslash at the end of a line takes all blanks with it, up to the next text.
		const blank = lines ? /^[\t ]*\r?\n[\t\r\n ]*/.exec(raw.slice(i + 1, i + 1 + blankLength(raw, i + 1))) : null;
		if (blank !== null) {
			i += 1 + blank[0].length;
			continue;
		}
		const digits = kind === "u" ? 4 : kind === "U" ? 8 : kind === "x" ? 2 : 0;
		const unit = digits > 0 ? codePoint(raw.slice(i + 2, i + 2 + digits), digits) : (TOML_ESCAPES[kind] ?? "");
		units.add(unit, i);
		i += digits > 0 && unit !== "" ? 2 + digits : 2;
	}
	return units.end(raw.length);
}
