import { createHash, randomBytes } from "node:crypto";
import * as zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";
import { inflate } from "../../../src/platform/inflate.ts";
import { type Random, random } from "./any-json.ts";
import { call, grant, Session, tool } from "./peers.ts";

const read = tool("read");
const token = (): string => `ghp_${randomBytes(27).toString("base64url")}`;
const secret = token();

function session(...secrets: readonly string[]): Session {
	const made = new Session(grant(read), {}, new KnownValues(secrets, inflate)).initialize();
	made.list([read]);
	return made;
}

/** The result of one call as the host gets it, whose text is given. */
function answered(result: string, ...secrets: readonly string[]): string {
	const made = session(...secrets);
	made.host(call("read", 7));
	const [line] = made.server(`{"jsonrpc":"2.0","id":7,"result":${result}}`).host;
	return line ?? "";
}

const content = (...texts: readonly string[]): string => JSON.stringify({ content: texts.map((text) => ({ type: "text", text })) });

describe("a secret in two parts of one message", () => {
	const base64 = Buffer.from(secret).toString("base64");
	const hex = Buffer.from(secret).toString("hex");
	const cut = (text: string, at: number): readonly [string, string] => [text.slice(0, at), text.slice(at)];

	test.each([
		["halves", cut(secret, 20)],
		["a short end", cut(secret, secret.length - 7)],
		["a short beginning", cut(secret, 7)],
		["halves of Base64", cut(base64, 25)],
		["halves of hexadecimal digits", cut(hex, 33)],
	])("%s: neither part reaches the host, in whatever order and place", (_, [first, second]) => {
		const results = [
			content(first, second),
			content(`it is ${first}`, "and then", `${second} it goes on`),
			content(second, first),
			JSON.stringify({ content: [], structuredContent: { a: first, b: { c: [1, second] } } }),
			JSON.stringify({ content: [], structuredContent: { rows: [first, second, "x"] } }),
		];
		for (const result of results) {
			const line = answered(result, token(), secret, token());
			expect(line).not.toContain(first);
			expect(line).not.toContain(second);
			expect(line.match(/\[redacted\]/g)).toHaveLength(2);
		}
	});

	test("a half alone, of what looks like nothing else, does not reach the host either: the other one may come in another message", () => {
		// The same each time: of all that are random, one in some thousands looks like a word.
		const random = `ghp_${createHash("sha256").update("half").digest("base64url").replace(/[-_]/g, "x").slice(0, 36)}`;
		const [inHex, inBase64] = [Buffer.from(random).toString("hex"), Buffer.from(random).toString("base64")];
		for (const half of [random.slice(0, 20), random.slice(-20), ...cut(inHex, inHex.length / 2), inBase64.slice(0, 28)])
			expect(answered(content(`it is ${half}`, "and nothing else"), random)).toBe(
				`{"jsonrpc":"2.0","id":7,"result":${content("it is [redacted]", "and nothing else")}}`,
			);
	});

	test.each([
		["small letters and digits", "k7wq2mzx4nvb9trd3hpl6ysf8jgc5a2e"],
		["hexadecimal digits", "9f3ce1a07bd2458e6c0f91ab37de52c4"],
		["a UUID", "c0ffee4d-9a31-4e7b-8f26-d15b7a90e3c8"],
	])("nor does a half of %s", (_, random) => {
		for (const half of cut(random, random.length / 2)) expect(answered(content(`it is ${half}.`), random)).not.toContain(half);
	});

	test("less than a half alone is no secret, and neither is a half that is words: they stay", () => {
		const words = "correct-horse-battery-staple-2024";
		for (const [part, whole] of [
			[secret.slice(0, 12), secret],
			[secret.slice(-12), secret],
			[words.slice(0, 20), words],
			[words.slice(-20), words],
		] as const) {
			const result = content(part, "and nothing else");
			expect(answered(result, whole)).toBe(`{"jsonrpc":"2.0","id":7,"result":${result}}`);
		}
	});
});

describe("a secret that a message has behind more backslashes than a text of its own would", () => {
	const odd = `a"b\\${randomBytes(9).toString("hex")}\nc`;

	test.each([
		["JSON in a text", (value: string) => JSON.stringify({ a: value })],
		["JSON in JSON in a text", (value: string) => JSON.stringify({ a: JSON.stringify({ b: value }) })],
		["the same, sent on as a list", (value: string) => JSON.stringify([JSON.stringify([value])])],
	])("in %s", (_, write) => {
		for (const value of [odd, secret]) {
			const line = answered(content(`it is ${write(value)} .`), value);
			expect(line).toContain("[redacted]");
			expect(line).not.toContain(JSON.stringify(write(value)).slice(8, -8));
		}
	});

	test("in letters that are quoted, with an escape behind each", () => {
		const letters = [...secret].map((letter) => JSON.stringify(`${letter}\n`)).join(",");
		expect(answered(content(`it is ${letters} .`), secret)).toContain("[redacted]");
	});
});

describe("a secret that is spelled out in a list", () => {
	const codes = [...Buffer.from(secret)];

	test.each([
		["characters", JSON.stringify([...secret])],
		["characters in lines", JSON.stringify([...secret]).replaceAll(",", " ,\t ")],
		["characters in escapes", `[${codes.map((code) => `"\\u00${code.toString(16)}"`).join(",")}]`],
		[
			"characters, every second one in an escape",
			`[${codes.map((code, i) => (i % 2 ? `"\\u00${code.toString(16)}"` : JSON.stringify(secret[i]))).join(",")}]`,
		],
		["codes", JSON.stringify(codes)],
		["codes as strings", JSON.stringify(codes.map(String))],
		["codes with blanks", JSON.stringify(codes).replaceAll(",", ", ")],
		["characters backwards", JSON.stringify([...secret].reverse())],
	])("of %s: one element says so, and the rest of the message is as it was", (_, list) => {
		const result = `{"content":[ ],"structuredContent":{"n":1.50,"list":${list},"other":[1,2,3,"a","b"]}}`;
		expect(answered(result, secret)).toBe(`{"jsonrpc":"2.0","id":7,"result":${result.replace(list, '["[redacted]"]')}}`);
	});

	test("and what stands before and after it in the list stays", () => {
		const list = JSON.stringify(["a", "b", ...secret, "c", 7]);
		const line = answered(`{"content":[],"structuredContent":{"list":${list}}}`, secret);
		expect(JSON.parse(line).result.structuredContent.list).toEqual(["a", "b", "[redacted]", "c", 7]);
	});
});

describe("a secret that begins right behind something else in a text", () => {
	const archives = [zlib.gzipSync(secret), zlib.deflateSync(secret)];
	const pairs = Buffer.from(secret).toString("hex").match(/../g) ?? [];
	const codes = [...Buffer.from(secret)];
	const written: readonly (readonly [name: string, text: string])[] = [
		...archives.flatMap((archive) => [
			["compressed, in Base64", archive.toString("base64")] as const,
			["compressed, in Base64 for URLs", archive.toString("base64url")] as const,
			["compressed, in Base64 on lines", archive.toString("base64").replace(/.{64}/g, "$&\n")] as const,
			["compressed, in digits", archive.toString("hex")] as const,
			["compressed, in large digits", archive.toString("hex").toUpperCase()] as const,
		]),
		...[" ", "\n", "\n\n", "\r\n", "\n- ", "\t"].map((gap) => [`letters with ${JSON.stringify(gap)}`, [...secret].join(gap)] as const),
		...[" ", ":", "\n", "\t"].map((gap) => [`pairs of digits with ${JSON.stringify(gap)}`, pairs.join(gap)] as const),
		...[" ", "\n", ",\n    "].map((gap) => [`codes with ${JSON.stringify(gap)}`, codes.join(gap)] as const),
	];

	test.each(written)("%s: it does not reach the host", (_, text) => {
		for (const before of ["", "ok\n", "x:\t", "x\r\n", "a-", "/", "https://h/a/", "a_", "key="])
			for (let pad = 0; pad < 20; pad++) {
				const line = answered(content(`${"!".repeat(pad)} ${before}${text}`), secret);
				expect(line, before).toContain("[redacted]");
				expect(line, before).not.toContain(JSON.stringify(text).slice(8, -8));
			}
	});
});

test("logs, errors and progress are looked into as results are, and the log and the person are told", () => {
	const hidden = Buffer.from(Buffer.from(secret).toString("base64")).toString("base64");
	const made = session(secret);
	const [note] = made.server({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: { at: [hidden] } } }).host;
	made.host(call("read", 1, { _meta: { progressToken: "p" } }));
	const [progress] = made.server({
		jsonrpc: "2.0",
		method: "notifications/progress",
		params: { progressToken: "p", progress: 1, message: [...secret].join(" ") },
	}).host;
	const [error] = made.server({
		jsonrpc: "2.0",
		id: 1,
		error: { code: -1, message: `no ${zlib.gzipSync(secret).toString("base64")}` },
	}).host;
	for (const line of [note, progress, error]) expect(line).toContain("[redacted]");
	expect(made.reasons).toContain("secret-redacted");
});

/** What a program can do to a text. */
const WAYS: readonly ((text: string) => string)[] = [
	(text) => Buffer.from(text).toString("base64"),
	(text) => Buffer.from(text).toString("base64url"),
	(text) => Buffer.from(text).toString("hex"),
	(text) => Buffer.from(text).toString("hex").toUpperCase(),
	(text) => Buffer.from(text).toString("hex").replace(/../g, "%$&"),
	(text) => JSON.stringify({ value: text, of: 1 }),
	(text) => zlib.gzipSync(text).toString("base64"),
	(text) => zlib.deflateSync(text).toString("base64"),
];
/** What stands at the innermost, or the outermost. */
const SPELLED: readonly ((text: string) => string)[] = [
	(text) => text,
	(text) => [...text].reverse().join(""),
	(text) => [...text].join(" "),
	(text) => [...text].join("-"),
	(text) => [...Buffer.from(text)].join(","),
];

test("whatever promised ways are put together, no part of what says the secret reaches the host, and all else does", () => {
	const alphabets = [
		"0123456789abcdef",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-.~!#$",
	];
	for (let seed = 1; seed <= 600; seed++) {
		const r = random(seed);
		const alphabet = [...r.pick(alphabets)];
		const value = Array.from({ length: 16 + r.below(48) }, () => alphabet[(randomBytes(1)[0] ?? 0) % alphabet.length]).join("");
		const written = hiddenBy(r, value);
		const [before, after] = [`before ${seed}`, `after ${r.below(1000)}`];
		const shape = r.below(3);
		const result =
			shape === 0
				? { content: [{ type: "text", text: `${before} ${written} ${after}` }] }
				: shape === 1
					? { content: [{ type: "text", text: before }], structuredContent: { [after]: [{ x: written }, seed] } }
					: { content: [{ type: "text", text: after }], _meta: { before, s: `<${written}>` } };
		const line = answered(JSON.stringify(result), value, token());
		const got: unknown = JSON.parse(line).result;
		expect([seed, line]).toEqual([seed, expect.stringContaining("[redacted]")]);
		expect(line).toContain(after);
		expect(line).toContain(before);
		// Nothing of it is left from which the rest could be told.
		const middle = JSON.stringify(written).slice(1, -1);
		expect([seed, line.includes(middle.slice(middle.length >> 2, (middle.length * 3) >> 2))]).toEqual([seed, false]);
		expect(shapeOf(got)).toEqual(shapeOf(result));
	}
});

function hiddenBy(r: Random, value: string): string {
	let text = r.pick(SPELLED)(value);
	// With what spells it, three encodings are undone.
	const depth = r.below(text === value ? 4 : 3);
	for (let i = 0; i < depth; i++) text = r.pick(WAYS)(text);
	return text;
}

function shapeOf(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(shapeOf);
	if (typeof value !== "object" || value === null) return typeof value;
	return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}
