import { describe, expect, test } from "vitest";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
/** Not secrets: what is odd in them is. */
const VALUES = [
	"Kx9!vQ2#mZ7pLw4t",
	"Tr0ub4dor&3<horse",
	"correct horse (battery) ~staple'",
	"postgres://app:Kx9!vQ2@db.internal:5432/main?a=1&b=2",
	"schlüssel-bund-ä1",
];
const code = (text: string, of: (unit: number) => string) => [...bytes(text)].map(of).join("");
const hex = (byte: number) => byte.toString(16).padStart(2, "0");
const units = (text: string, of: (unit: number) => string) => Array.from(text, (each) => of(each.codePointAt(0) ?? 0)).join("");

const WAYS: readonly (readonly [string, (value: string) => string])[] = [
	["a form", (value) => new URLSearchParams({ token: value }).toString().slice("token=".length)],
	["a URL's query", (value) => Object.assign(new URL("https://h/"), { search: value }).search.slice(1)],
	["a URL's password", (value) => Object.assign(new URL("https://a@h/"), { password: value }).password],
	[
		"Python's quote_plus",
		(value) =>
			encodeURIComponent(value)
				.replace(/[!'()*]/g, (each) => `%${hex(each.charCodeAt(0))}`)
				.replaceAll("%20", "+"),
	],
	["one letter in percent signs", (value) => `${value.slice(0, 5)}${code(value.charAt(5), (byte) => `%${hex(byte)}`)}${value.slice(6)}`],
	["entities", (value) => value.replace(/[&<>"'()#!]/g, (each) => `&#${each.charCodeAt(0)};`)],
	["hexadecimal entities without an end", (value) => units(value, (unit) => `&#X${unit.toString(16)} `).replaceAll(" ", ";")],
	["codes in \\x", (value) => code(value, (byte) => `\\x${hex(byte)}`)],
	["codes in \\u{}", (value) => units(value, (unit) => `\\u{${unit.toString(16)}}`)],
	["a few codes in \\u behind two backslashes", (value) => value.replace(/[a-f]/g, (each) => `\\\\u00${hex(each.charCodeAt(0))}`)],
	["octal codes", (value) => code(value, (byte) => `\\${byte.toString(8).padStart(3, "0")}`)],
	["hexadecimal digits of UTF-16", (value) => Buffer.from(value, "utf16le").toString("hex")],
	["Base64 of UTF-16", (value) => Buffer.from(value, "utf16le").toString("base64")],
];

describe.each(WAYS)("a known value in %s", (_, write) => {
	test.each(VALUES)("%s is taken out, and nothing else", (value) => {
		const known = new KnownValues([value, "another-value-of-somebody"]);
		const written = write(value);
		const text = `GET https://api.example/?t=${written}\nfailed: 401 &amp; 100% \\n`;
		expect(known.mayBeIn(bytes(text))).toBe(true);
		const redacted = known.redact(text);
		expect(redacted).toContain("[redacted]");
		expect(redacted).toMatch(/^GET https:\/\/api\.example\/\?t=/);
		expect(redacted).toMatch(/\nfailed: 401 &amp; 100% \\n$/);
		expect(redacted).not.toContain(written.slice(0, 12));
	});
});

test("text with escapes and without the value stays as it is", () => {
	const known = new KnownValues(VALUES);
	const text = "100% of %41%42 &lt;b&gt; \\x41 \\u{1f600} \\101 a+b %zz &#; &#x; \\u12 \\";
	expect(known.mayBeIn(bytes(text))).toBe(false);
	expect(known.redact(text)).toBe(text);
});

test.each(['"', 'x"', "xy", "%", "%4", "", "a&", "\\"])("text that ends in %j is read from wherever in memory it stands", (end) => {
	const known = new KnownValues(VALUES);
	const text = bytes(`%41${end}`);
	for (const offset of [0, 1, 2, 3]) {
		const around = new Uint8Array(text.length + offset + 1).fill(0x25);
		around.set(text, offset);
		expect(known.mayBeIn(around.subarray(offset, offset + text.length))).toBe(false);
		expect(known.mayBeIn(around.subarray(offset + 3, offset + text.length))).toBe(false);
	}
});

test("what is made to be slow is not: the work grows with the text", () => {
	const known = new KnownValues(VALUES);
	for (const piece of ["\\", "%", "%4", "%41", "&#", "&#x0000000", "\\u{0000000", "&amp", "+", "\\x4"]) {
		const before = process.cpuUsage();
		known.mayBeIn(bytes(piece.repeat(Math.floor(4_000_000 / piece.length))));
		const { user, system } = process.cpuUsage(before);
		// Once more for each backslash would be hours.
		expect((user + system) / 1e6).toBeLessThan(10);
	}
});

test("wherever the bytes lie in memory, and wherever they end", () => {
	const known = new KnownValues(["Kx9!vQ2#mZ7pLw4t"]);
	const whole = bytes("..Kx9%21vQ2%23mZ7pLw4t%..");
	for (let start = 0; start < whole.length; start++)
		for (let end = start; end <= whole.length; end++)
			expect(known.mayBeIn(whole.subarray(start, end)) || start > 2 || end < whole.length - 3).toBe(true);
});
