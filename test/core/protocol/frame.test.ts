import { expect, test } from "vitest";
import { LineSplitter } from "../../../src/core/protocol/frame.ts";

function split(chunks: readonly string[], limit?: number): string[] {
	const splitter = new LineSplitter(limit);
	return chunks.flatMap((chunk) =>
		splitter
			.push(new TextEncoder().encode(chunk))
			.map((event) => (event.kind === "line" ? new TextDecoder().decode(event.line) : "<too long>")),
	);
}

test.each([
	["one line", ["a\n"], ["a"]],
	["several in one chunk", ["a\nbc\n\nd\n"], ["a", "bc", "", "d"]],
	["one line over many chunks", ["a", "b", "", "c\nd", "\n"], ["abc", "d"]],
	["a return before the newline", ["a\r\nb\r", "\nc\n"], ["a", "b", "c"]],
	["a return elsewhere is kept", ["a\rb\n", "\r\r\n"], ["a\rb", "\r"]],
	["what has no newline is no line", ["a\nb"], ["a"]],
	["letters of several bytes, cut in the midst", ["é".slice(0, 1), "\n"], ["é"]],
])("%s", (_, chunks, lines) => {
	expect(split(chunks)).toEqual(lines);
});

test.each([
	["exactly the limit", ["12345\n"], ["12345"]],
	["exactly the limit, with a return", ["12345\r\n"], ["12345"]],
	["exactly the limit, the return in a later chunk", ["12345", "\r", "\n"], ["12345"]],
	["one more", ["123456\na\n"], ["<too long>", "a"]],
	["one more, byte for byte", ["1", "2", "3", "4", "5", "6", "\n", "a\n"], ["<too long>", "a"]],
	["far more, said once, the rest discarded", ["123456789", "0123456789", "0\nok\n"], ["<too long>", "ok"]],
	["two in a row", ["1234567\n1234567\nok\n"], ["<too long>", "<too long>", "ok"]],
])("a limit of five bytes: %s", (_, chunks, lines) => {
	expect(split(chunks, 5)).toEqual(lines);
});

test("an endless line never takes more memory than the limit, and is reported before it ends", () => {
	const splitter = new LineSplitter(1000);
	let reported = 0;
	for (let i = 0; i < 10_000; i++) {
		reported += splitter.push(new Uint8Array(100).fill(97)).length;
		expect(splitter.waiting).toBeLessThanOrEqual(1001);
	}
	expect(reported).toBe(1);
});

test("a line that dribbles in byte by byte comes out whole", () => {
	const splitter = new LineSplitter();
	const one = Uint8Array.of(120);
	let events = 0;
	for (let i = 0; i < 1_000_000; i++) events += splitter.push(one).length;
	expect(events).toBe(0);
	const [event] = splitter.push(Uint8Array.of(10));
	expect(event?.kind === "line" ? event.line.length : 0).toBe(1_000_000);
});

test("a line that was handed out does not change when more comes in", () => {
	const splitter = new LineSplitter();
	splitter.push(new TextEncoder().encode("fir"));
	const [first] = splitter.push(new TextEncoder().encode("st\n"));
	splitter.push(new TextEncoder().encode("SECOND"));
	splitter.push(new TextEncoder().encode("\n"));
	expect(first?.kind === "line" ? new TextDecoder().decode(first.line) : "").toBe("first");
});
