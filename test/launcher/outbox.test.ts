import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { LineSplitter } from "../../src/core/protocol/frame.ts";
import { Outbox } from "../../src/launcher/outbox.ts";

/** What reaches the other side, and in how many writes. */
class Sink extends Writable {
	readonly writes: Buffer[] = [];

	override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
		this.writes.push(Buffer.from(chunk));
		done();
	}

	get text(): string {
		return Buffer.concat(this.writes).toString();
	}
}

function sent(box: Outbox): Sink {
	const sink = new Sink();
	box.flush(sink);
	return sink;
}

function linesOf(...chunks: readonly string[]): readonly Uint8Array[] {
	const splitter = new LineSplitter();
	return chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)).flatMap((event) => (event.kind === "line" ? [event.line] : [])));
}

describe("lines leave together, each with its newline, in the order in which they were added", () => {
	test.each([
		["all that one chunk brought", linesOf("a\nbb\nccc\n"), "a\nbb\nccc\n"],
		["a line that came in two chunks, and those after it", linesOf("a\nb", "b\nccc\nd\n"), "a\nbb\nccc\nd\n"],
		["lines that ended otherwise", linesOf("a\r\nb\n\nc\r\nd\n"), "a\nb\n\nc\nd\n"],
		["lines of our own", [Buffer.from("x"), new TextEncoder().encode("y")], "x\ny\n"],
		[
			"parts of one buffer that do not follow each other",
			[..."acb"].map((c) => Buffer.from("a\nb\nc\n").subarray("abc".indexOf(c) * 2, "abc".indexOf(c) * 2 + 1)),
			"a\nc\nb\n",
		],
	])("%s", (_, lines, text) => {
		const box = new Outbox();
		for (const line of lines) box.add(line);
		const sink = sent(box);
		expect(sink.text).toBe(text);
		expect(sink.writes).toHaveLength(1);
	});

	test("some that were read, one of ours among them, and one left out", () => {
		const [a, , c, d] = linesOf("a\nleft out\nc\nd\n");
		const box = new Outbox();
		for (const line of [a, Buffer.from("ours"), c, d]) if (line !== undefined) box.add(line);
		expect(sent(box).text).toBe("a\nours\nc\nd\n");
	});

	test("what stands after a line in memory is not taken for its end", () => {
		const memory = Buffer.from("one,two\nthree");
		const box = new Outbox();
		box.add(memory.subarray(0, 3));
		box.add(memory.subarray(4, 7));
		box.add(memory.subarray(8));
		expect(sent(box).text).toBe("one\ntwo\nthree\n");
	});

	test("large ones too, without a copy", () => {
		const large = Buffer.alloc(200_000, 97);
		const box = new Outbox();
		box.add(Buffer.from("x"));
		box.add(large);
		expect(sent(box).text).toBe(`x\n${large}\n`);
	});

	test("whatever was read, in whatever pieces", () => {
		for (let seed = 1; seed <= 300; seed++) {
			const text = Array.from({ length: 40 }, (_, n) => "x".repeat((seed * 7 + n * 13) % 50)).join((seed & 1) === 0 ? "\n" : "\r\n");
			const pieces: string[] = [];
			for (let at = 0; at < text.length; at += 1 + (seed % 97)) pieces.push(text.slice(at, at + 1 + (seed % 97)));
			const lines = linesOf(...pieces, "\n").filter((_, n) => n % 5 !== seed % 5);
			const box = new Outbox();
			for (const line of lines) box.add(line);
			expect(sent(box).text).toBe(lines.map((line) => `${Buffer.from(line)}\n`).join(""));
		}
	});
});

test("nothing is written twice, and what is forgotten is not written", () => {
	const box = new Outbox();
	for (const line of linesOf("a\nb\n")) box.add(line);
	expect(sent(box).text).toBe("a\nb\n");
	expect(sent(box).writes).toEqual([]);
	for (const line of linesOf("c\n")) box.add(line);
	box.add(Buffer.from("d"));
	box.clear();
	expect(sent(box).writes).toEqual([]);
	for (const line of linesOf("e\n")) box.add(line);
	expect(sent(box).text).toBe("e\n");
});
