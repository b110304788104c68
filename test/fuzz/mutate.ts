import type { Random } from "../../bench/detection/random.ts";

/** What means something to one of the formats, and what programs stumble over. */
const PIECES = [
	...['"', "'", "`", '"""', "'''", "\\", "\\\\", '\\"', "\\u00", "\\u0041", "\\ud83d", "\\x41", "\\N", "\\\n"],
	...[
		"{",
		"}",
		"[",
		"]",
		"(",
		")",
		"[[",
		"]]",
		"{}",
		"[]",
		"{ ",
		" }",
		",",
		",,",
		":",
		": ",
		"=",
		" = ",
		"#",
		" # ",
		"//",
		"/*",
		"*/",
		"/**/",
	],
	...[
		"\n",
		"\r\n",
		"\r",
		"\t",
		" ",
		"    ",
		"\n\n",
		"\n- ",
		"\n  ",
		"- ",
		"? ",
		"| ",
		"|\n",
		">-\n",
		"|2-\n ",
		"&a ",
		"*a",
		"<<: *a",
		"!!str ",
		"!x ",
		"---\n",
		"...\n",
		"%YAML 1.1\n",
	],
	...[
		"\n[x]\n",
		"\n[mcp_servers.a]\n",
		"\n[[mcp_servers]]\n",
		"a.b.c = 1",
		'"a"."b" = {}',
		"a = [",
		"1979-05-27T07:32:00Z",
		"0x1F",
		"1e9",
		"-0",
		".5",
		"inf",
		"nan",
	],
	...[
		"null",
		"true",
		"~",
		"Yes",
		"\0",
		"\u0001",
		"\u001b[31m",
		"\u007f",
		"\u0085",
		"\u00a0",
		"\u00ad",
		"\u200d",
		"\u202e",
		"\u2028",
		"\u2029",
		"\ufeff",
		"\ufffd",
		"\uffff",
	],
	...["\ud83d", "\ude00", "😀", "👩‍👩‍👧", "é", "e\u0301", "ß", "İ", "中", "א", "\u{10ffff}"],
	...["__proto__", "constructor", "mcpServers", "servers", "command", "args", "env", "url", "headers", "sallyport-ignore"],
	...[
		"${",
		`$${"{env:X}"}`,
		"${X:-",
		"}}",
		"{{ keychain://a/b }}",
		"{{",
		"keychain://",
		"sealed://a/B",
		"--",
		"run",
		"--name",
		"sallyport",
		"npx",
		"sh",
		"-c",
	],
	...[
		"// sallyport-ignore secret-in-env why\n",
		"# sallyport-ignore unversioned-runner why\n",
		"/* sallyport-ignore x */",
		'"sallyport-ignore": { "x": "y" },',
		'"type": "stdio",',
		'"command": "x",',
	],
];

/** A text as it may be in the middle of an edit, after an accident, or from an enemy. At least one thing differs, as a rule. */
export function mutate(random: Random, text: string, other: string): string {
	let result = text;
	const times = random.pick([1, 1, 1, 2, 3, 5, 8]);
	for (let i = 0; i < times; i++) result = mutateOnce(random, result, other);
	return result.slice(0, 40_000);
}

function mutateOnce(random: Random, text: string, other: string): string {
	const at = random.below(text.length + 1);
	const length = random.pick([1, 1, 1, 2, 3, 8, 20, 80]);
	const end = Math.min(text.length, at + random.between(1, length));
	const put = (piece: string, until = at): string => text.slice(0, at) + piece + text.slice(until);
	switch (random.below(14)) {
		case 0:
		case 1:
		case 2:
			return put(random.pick(PIECES));
		case 3:
		case 4:
			return put("", end);
		case 5:
			return put(random.pick(PIECES), end);
		case 6:
			return put(text.slice(at, end).repeat(random.pick([2, 2, 3, 10])), end);
		case 7: {
			const from = random.below(other.length + 1);
			return put(other.slice(from, from + random.between(1, 200)));
		}
		case 8:
			return text.slice(0, at);
		case 9:
			return text.replace(/\r\n|\r|\n/g, random.pick(["\n", "\r\n", "\r", ""]));
		case 10:
			return text.startsWith("\ufeff") ? text.slice(1) : `\ufeff${text}`;
		case 11:
			return swapLines(random, text);
		case 12:
			return replaceSign(random, text);
		default:
			return text.replaceAll(random.pick([" ", "  ", "\t", '"', ",", "\n\n"]), random.pick(["", " ", "\t", "'", "  "]));
	}
}

function swapLines(random: Random, text: string): string {
	const lines = text.split("\n");
	const [a, b] = [random.below(lines.length), random.below(lines.length)];
	const [first, second] = [lines[a] ?? "", lines[b] ?? ""];
	lines[a] = second;
	lines[b] = random.chance(0.5) ? first : second;
	return lines.join("\n");
}

/** One sign of the format becomes another. */
function replaceSign(random: Random, text: string): string {
	const places = [...text.matchAll(/["'{}[\]:=,#\\]/g)];
	if (places.length === 0) return text;
	const { index } = random.pick(places);
	return text.slice(0, index) + random.pick(['"', "'", "{", "}", "[", "]", ":", "=", ",", "#", "\\", ""]) + text.slice(index + 1);
}
