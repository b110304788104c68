import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { answerTo } from "../../../src/platform/sandbox/egress-names.ts";

/** A question as resolvers ask it: one name, one type, perhaps with an extension. */
function question(name: string, type = 1, more: Buffer = Buffer.alloc(0)): Buffer {
	const head = Buffer.from([0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, more.length > 0 ? 1 : 0]);
	const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
	return Buffer.concat([head, ...labels, Buffer.from([0, 0, type, 0, 1]), more]);
}

const known = (name: string) => (name === "a.granted.test" ? "127.78.0.1" : null);
const codeOf = (answer: Buffer | null) => (answer === null ? null : (answer[3] ?? 0) & 15);
const answersIn = (answer: Buffer | null) => answer?.readUInt16BE(6);

describe("the name server inside", () => {
	it("answers for a granted name, however its letters are written, with the address of the line", () => {
		for (const name of ["a.granted.test", "A.Granted.TEST"]) {
			const asked = question(name);
			const answer = answerTo(asked, known);
			expect(answer?.subarray(0, 2)).toEqual(asked.subarray(0, 2));
			expect([codeOf(answer), answersIn(answer)]).toEqual([0, 1]);
			expect(answer?.subarray(12, asked.length)).toEqual(asked.subarray(12));
			expect(answer?.subarray(-4)).toEqual(Buffer.from([127, 78, 0, 1]));
		}
	});

	it("knows a granted name has nothing but that address, and no other name", () => {
		for (const type of [28, 16, 65]) {
			const answer = answerTo(question("a.granted.test", type), known);
			expect([codeOf(answer), answersIn(answer)]).toEqual([0, 0]);
		}
		const other = answerTo(question("other.test"), known);
		expect([codeOf(other), answersIn(other)]).toEqual([3, 0]);
	});

	it("overlooks extensions", () => {
		const extension = Buffer.from([0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0]);
		expect(answersIn(answerTo(question("a.granted.test", 1, extension), known))).toBe(1);
	});

	it("answers no answer, and nothing that is too short or too long", () => {
		const answer = question("a.granted.test");
		answer[2] = 0x81;
		for (const each of [answer, Buffer.alloc(0), Buffer.alloc(11), Buffer.alloc(2000)]) expect(answerTo(each, known)).toBeNull();
	});

	it("says so of what is malformed, and survives whatever bytes come", () => {
		const asked = question("a.granted.test");
		const two = Buffer.from(asked);
		two[5] = 2;
		for (const each of [
			two,
			asked.subarray(0, 20),
			asked.subarray(0, asked.length - 1),
			Buffer.concat([asked.subarray(0, 12), Buffer.from([0xc0, 12])]),
		])
			expect(codeOf(answerTo(each, known))).toBe(1);
		for (let i = 0; i < 2000; i++) {
			const bytes = randomBytes(12 + (i % 60));
			bytes.writeUInt16BE(1, 4);
			expect(answersIn(answerTo(bytes, known)) ?? 0).toBe(0);
		}
	});
});
