import { createHash, randomBytes, randomUUID } from "node:crypto";
import * as zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";
import { inflate } from "../../../src/platform/inflate.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => bytes(JSON.stringify(value));
const base64 = (text: string) => Buffer.from(text).toString("base64");
const base64url = (text: string) => Buffer.from(text).toString("base64url");
const hex = (text: string) => Buffer.from(text).toString("hex");
const percent = (text: string) => hex(text).replace(/../g, "%$&");
const reversed = (text: string) => [...text].reverse().join("");
function base32(text: string): string {
	const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
	return (bits.match(/.{1,5}/g) ?? []).map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}

const token = `ghp_${randomBytes(27).toString("base64url")}`;
const quoted = `${randomBytes(9).toString("hex")}"\\${randomBytes(9).toString("base64url")}`;
const short = `k${randomBytes(6).toString("base64url").replace(/\W/g, "x").slice(0, 7)}`;

const hidden: readonly (readonly [how: string, write: (secret: string) => string])[] = [
	["backwards", reversed],
	["in Base64, backwards", (secret) => reversed(base64(secret))],
	["in hexadecimal digits, backwards", (secret) => reversed(hex(secret))],
	["backwards, in Base64", (secret) => base64(reversed(secret))],
	["in Base64 of Base64", (secret) => base64(base64(secret))],
	["in Base64 of Base64, each after other text", (secret) => base64(`xy${base64(`z${secret}`)}`)],
	["in Base64 four times", (secret) => base64(base64(base64(base64(secret))))],
	["in Base64 for URLs of JSON in Base64", (secret) => base64url(base64url(JSON.stringify({ a: [secret] })))],
	["in hexadecimal digits of Base64", (secret) => hex(base64(secret))],
	["in large hexadecimal digits of Base64", (secret) => hex(base64(secret)).toUpperCase()],
	["in Base64 of hexadecimal digits", (secret) => base64(hex(secret))],
	["in Base32", base32],
	["in Base32 of Base64", (secret) => base32(base64(secret))],
	["in Base64 of Base32", (secret) => base64(base32(secret))],
	["in percent signs of Base64", (secret) => percent(base64(secret))],
	["in Base64 of Base64 behind a few characters", (secret) => `xyz${base64(base64(secret))}`],
	["compressed, in Base64", (secret) => zlib.gzipSync(secret).toString("base64")],
	["compressed after much else, in Base64 for URLs", (secret) => zlib.gzipSync(`${"x".repeat(2000)}${secret}`).toString("base64url")],
	["compressed by zlib, in Base64", (secret) => zlib.deflateSync(secret).toString("base64")],
	["compressed, in hexadecimal digits", (secret) => zlib.gzipSync(secret).toString("hex")],
	["compressed, in Base64, twice", (secret) => base64(zlib.gzipSync(base64(base64(secret))).toString("base64"))],
	...[" ", "\n", "-", ".", ", ", "\u200b", " | "].map((gap): readonly [string, (secret: string) => string] => [
		`letter by letter with ${JSON.stringify(gap)}`,
		(secret) => [...secret].join(gap),
	]),
	["letter by letter in lines of JSON in JSON", (secret) => JSON.stringify([...secret.replace(/["\\]/g, "")].join("\n")).slice(1, -1)],
	["as a list of characters", (secret) => JSON.stringify([...secret].filter((character) => character !== '"' && character !== "\\"))],
	["as a list of characters, in lines", (secret) => JSON.stringify([...secret.replace(/["\\]/g, "")], null, 2)],
	["as the codes of its characters", (secret) => JSON.stringify([...Buffer.from(secret)])],
	["as codes with blanks", (secret) => [...Buffer.from(secret)].join(" ")],
	["as codes in lines", (secret) => [...Buffer.from(secret)].join("\n")],
	["in pairs of digits", (secret) => hex(secret).replace(/..(?!$)/g, "$& ")],
	["letter by letter, in Base64", (secret) => base64([...secret].join(" "))],
	["in Base64, letter by letter", (secret) => [...base64(secret)].join("-")],
];

describe.each(hidden)("%s", (how, write) => {
	// What parts a list's characters escapes a quote, which is another thing.
	const values = /list of|JSON in JSON/.test(how) ? [token, short] : [token, quoted, short];

	test.each(values)("a known value is found, and what stands around it stays", (value) => {
		const known = new KnownValues([value, randomBytes(30).toString("base64url")], inflate);
		const written = write(value);
		const redacted = known.redact(`see ${written} and`);
		expect(redacted).toMatch(/^see .{0,5}\[redacted\].{0,8} and$/su);
		expect(redacted.length).toBeLessThan(30);
		// A look at the whole message says so too.
		for (const text of [`see ${written} and`, written, `a (${written})`]) expect(known.mayBeIn(json({ text }))).toBe(true);
	});

	test("and another one is not", () => {
		const text = `see ${write(randomBytes(20).toString("hex"))} !`;
		const known = new KnownValues([token, short], inflate);
		expect(known.redact(text)).toBe(text);
	});
});

test("what is wrapped into lines is one text, also as JSON writes the ends of lines", () => {
	const known = new KnownValues([token], inflate);
	const wrapped = base64(base64(`${"a".repeat(50)}${token}`)).replace(/.{76}/g, "$&\n");
	for (const text of [wrapped, wrapped.replaceAll("\n", "\r\n"), JSON.stringify(wrapped).slice(1, -1)]) {
		expect(known.redact(`a ${text} b`)).toBe("a [redacted] b");
		expect(known.mayBeIn(json(text))).toBe(true);
	}
});

test("letters that are parted are found wherever they begin, however long the value and what parts them", () => {
	for (let length = 9; length <= 40; length++) {
		const value = createHash("sha256").update(String(length)).digest("hex").slice(0, length);
		const known = new KnownValues([value]);
		for (let period = 2; period <= 12; period++)
			for (let before = 0; before < 2 * period; before++) {
				const text = [...value].join("-".repeat(period - 1));
				const wire = bytes(`${"!".repeat(before)} ${text} .`);
				expect(known.mayBeIn(wire), `${length} letters, each ${period} bytes, behind ${before}`).toBe(true);
			}
		for (let before = 0; before < 16; before++) {
			const list = [...value].map((letter) => JSON.stringify(letter)).join(", ");
			expect(known.mayBeIn(json(`${"!".repeat(before)}[${list}]`)), `${length} letters behind ${before}`).toBe(true);
		}
	}
});

test("codes of characters are found behind another number that is parted from them otherwise", () => {
	for (const value of ["k9-Fz7Qw2xLm4Rt8Vb", "ghp_0123456789abcdefXYZ9876"]) {
		const known = new KnownValues([value]);
		const codes = [...value].map((letter) => letter.charCodeAt(0)).join(", ");
		for (const before of ["1 ", "99;", "8 ", "5:", "120-", "120- 7;"])
			for (let pad = 0; pad < 40; pad++) expect(known.redact(`${"!".repeat(pad)} ${before}${codes} x`)).toContain("[redacted]");
	}
});

test("nothing else is taken for one: identifiers, sums, pictures, numbers, tables", () => {
	const known = new KnownValues([token, quoted, short], inflate);
	const texts = [
		...Array.from({ length: 200 }, () => `${randomUUID()} ${createHash("sha256").update(randomBytes(8)).digest("hex")}`),
		randomBytes(100_000).toString("base64"),
		zlib.gzipSync(randomBytes(1000)).toString("base64"),
		base64(JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ i, id: randomUUID() })))),
		JSON.stringify(Array.from({ length: 500 }, (_, i) => (i * 7919) % 300)),
		"| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n".repeat(50),
		"a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p",
		"https://example.com/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82/%E6%97%A5%E6%9C%AC",
		"-".repeat(500),
		" ".repeat(500),
	];
	for (const text of texts) {
		expect(known.redact(text)).toBe(text);
		expect(known.mayBeIn(json({ text }))).toBe(false);
	}
});

test("a short value is told from a longer list of letters or numbers only as a whole", () => {
	const known = new KnownValues(["123456"], inflate);
	expect(known.redact("1 2 3 4 5 6 7 8 9")).toBe("1 2 3 4 5 6 7 8 9");
	expect(known.redact("48, 49, 50, 51, 52, 53, 54, 55")).toBe("48, 49, 50, 51, 52, 53, 54, 55");
	expect(known.redact("pin: 1 2 3 4 5 6")).toBe("pin: [redacted]");
});

test("what begins as archives do, on every line, takes work that grows with the text", () => {
	const begun = zlib.deflateSync(randomBytes(3000)).toString("base64").slice(0, 200);
	const marks = ["eNr//////////", "eJwBAAAAAAAA", "H4sIAAAAAAAAAw", "H4sI//////////", "1f8b08000000000000", "x-H4sIAAAAAAAAA", begun];
	for (const mark of marks)
		for (const end of ["\n", "\r", "\r\n", "\\n", "\\r\\n"]) {
			let [work, tries] = [0, 0];
			const known = new KnownValues([token], (compressed) => {
				const plain = inflate(compressed);
				tries++;
				work += compressed.length + (plain?.length ?? 0);
				return plain;
			});
			const line = mark + end;
			const text = line.repeat(Math.floor(1_000_000 / line.length));
			expect(known.redact(text)).toBe(text);
			expect(known.mayBeIn(bytes(JSON.stringify(text)))).toBe(false);
			expect([line, tries < 3_000, work < 40_000_000]).toEqual([line, true, true]);
		}
});

test("what is compressed is found in the midst of a word, and behind many beginnings of archives", () => {
	const known = new KnownValues([token], inflate);
	for (const form of [zlib.gzipSync(token), zlib.deflateSync(token)])
		for (const written of [form.toString("base64"), form.toString("hex")])
			for (const [before, after] of [
				["x", "y"],
				["ab", "dey"],
				["0", "1"],
				["H4sIAAAAAAAAA8u2= ".repeat(100), "z"],
			])
				expect(known.mayBeIn(bytes(JSON.stringify(`it is ${before}${written}${after}`)))).toBe(true);
});

test("honest archives of long texts stay, and one with a value in it does not", () => {
	const known = new KnownValues([token], inflate);
	const line = "the same line of a log, again and again\n";
	const log = zlib.gzipSync(line.repeat(20_000)).toString("base64");
	const zeros = zlib.gzipSync(new Uint8Array(200_000)).toString("base64");
	for (const honest of [log, zeros, Array(20).fill(log).join(" ")]) {
		expect(known.redact(honest)).toBe(honest);
		expect(known.mayBeIn(bytes(JSON.stringify(honest)))).toBe(false);
	}
	for (const inside of [token, base64(token)]) {
		const archive = zlib.gzipSync(`${line.repeat(20_000)}${inside}`).toString("base64");
		expect(known.redact(`a ${archive}`)).toBe("a [redacted]");
	}
	// As mail has it, and more than the first tries of inflating would do for.
	const noise = randomBytes(300_000).toString("hex");
	const mail = zlib.gzipSync(`${noise}${token}`).toString("base64").replace(/.{76}/g, "$&\r\n");
	expect(known.redact(`a ${mail}`)).toMatch(/^a \[redacted\]\s*$/);
	expect(known.mayBeIn(bytes(JSON.stringify(`a\r\n${mail}`)))).toBe(true);
});

test("an archive with something else right behind it, or with a wrong sum, is looked into", () => {
	for (let length = 30; length < 36; length++) {
		const value = randomBytes(40).toString("base64url").slice(0, length);
		const known = new KnownValues([value], inflate);
		const plain = zlib.gzipSync(value);
		const wrong = Buffer.from(plain);
		wrong[wrong.length - 6] = (wrong.at(-6) ?? 0) ^ 1;
		const withName = Buffer.concat([
			plain.subarray(0, 3),
			Buffer.from([8]),
			plain.subarray(4, 10),
			Buffer.from("name\0"),
			plain.subarray(10),
		]);
		for (const archive of [plain, zlib.deflateSync(value), wrong, withName])
			for (const encoding of ["base64", "base64url", "hex"] as const)
				for (const behind of ["", "\nmore text", "\nAAAA"])
					expect(known.redact(`x ${archive.toString(encoding)}${behind}`), encoding + behind).toContain("[redacted]");
	}
});

test("what was made to be slow is not: the work grows with the text", () => {
	const value = "a".repeat(20);
	const known = new KnownValues([value, "QUFBQUFBQUFBQUFB", token, "222222222222"], inflate);
	const pieces = [
		"a ",
		"a-b-",
		"97,",
		"97, 9",
		"61 ",
		"%61",
		"%",
		"YWFh",
		"6161",
		"MFQWC",
		"2222",
		"H4sI",
		'a","',
		"YWFh\n",
		"QUFBQUFB=",
		`${base64("YWFhYWE")}`,
		"eJw ",
		"H4sIAAAA ",
		"61\\n",
		"a\\n\\n",
		"97,\\n    ",
		"\\n",
		"AAAAAAAA\n\n\n\n\n\n",
		zlib.gzipSync(new Uint8Array(1_000_000)).toString("base64"),
	];
	for (const piece of pieces) {
		const text = piece.repeat(1_000_000 / piece.length);
		const before = process.cpuUsage();
		known.mayBeIn(bytes(text));
		known.redact(text);
		const { user, system } = process.cpuUsage(before);
		// A product of two lengths would be hours.
		expect([piece, (user + system) / 1e6 < 10]).toEqual([piece, true]);
	}
	// Much in little: no more than its beginning is looked at.
	const bomb = zlib.gzipSync(new Uint8Array(100_000_000)).toString("base64");
	expect(known.redact(bomb)).toBe(bomb);
});
