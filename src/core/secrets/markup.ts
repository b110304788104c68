import { isNamePart, isQuote, isSecretName, type Reading, runBefore, SHORTEST_VALUE, valueEnd } from "./reading.ts";

/** `<password>value</password>` */
export function element(text: string, at: number): Reading | null {
	if (!isNamePart(text.charCodeAt(at - 1)) && !isQuote(text[at - 1])) return null;
	const tag = text.slice(Math.max(0, at - LONGEST_TAG), at);
	const open = at - tag.length + tag.lastIndexOf("<");
	if (open < at - tag.length || open === at - 1 || text[open + 1] === "/" || text[at - 1] === "/") return null;
	const end = valueEnd(text, at + 1);
	if (end - at <= 4 || text[end] !== "<" || text[end + 1] !== "/") return null;
	const name = elementName(text, open, at);
	return { candidate: name !== null && isSecretName(name) ? { name, start: at + 1, end } : null, end };
}

const LONGEST_TAG = 160;

/** What the content of an element is called: by its tag, by its `name`, by the element around, or by the `<key>` before it. */
function elementName(text: string, open: number, close: number): string | null {
	const tag = /^[\w:.-]{1,60}/.exec(text.slice(open + 1, close))?.[0] ?? "";
	const own = tag.slice(tag.indexOf(":") + 1);
	if (isSecretName(own)) return own;
	const attribute = /\b(?:name|key|id)\s?=\s?["']([\w:.-]{1,80})["']/i.exec(text.slice(open, close))?.[1];
	if (attribute !== undefined) return attribute;
	if (!/^(?:value|string|text|plaintext|data)$/i.test(own)) return null;
	const before = text.slice(Math.max(0, open - LONGEST_TAG), open).trimEnd();
	return /<key>([^<>]{1,60})<\/key>$/i.exec(before)?.[1] ?? /<([\w.-]{1,60})>$/.exec(before)?.[1] ?? null;
}

/** `&lt;password&gt;value&lt;` */
export function escapedElement(text: string, at: number): Reading | null {
	if (!text.startsWith("&gt", at - 3)) return null;
	const nameStart = runBefore(text, at - 3);
	const name = text.slice(nameStart, at - 3);
	const end = text.slice(at + 1, at + 257).search(/[&\s<>"']/);
	if (end < SHORTEST_VALUE || !text.startsWith("&lt;", nameStart - 4) || !isSecretName(name)) return null;
	return { candidate: { name, start: at + 1, end: at + 1 + end }, end: at + 1 + end };
}
