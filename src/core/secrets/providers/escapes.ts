import { isIn } from "./format.ts";

/** True when what stands right before an offset ends an escape: `\n` and `\u000a` of JSON, `%3D` of a URL, a colour of a terminal. */
export function followsEscape(text: string, at: number): boolean {
	const before = text.charAt(at - 1);
	if (text[at - 2] === "\\") return "nrtbfv0".includes(before);
	if (text[at - 3] === "%") return isIn("x", text.charCodeAt(at - 2)) && isIn("x", text.charCodeAt(at - 1));
	if (text[at - 6] === "\\" && text[at - 5] === "u") return /^[0-9a-f]{4}$/i.test(text.slice(at - 4, at));
	return before === "m" && /\[[0-9;]{0,16}m$/.test(text.slice(Math.max(0, at - 18), at));
}
