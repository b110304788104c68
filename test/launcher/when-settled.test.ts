import { expect, it, vi } from "vitest";
import { WhenSettled } from "../../src/launcher/when-settled.ts";

it("hands on nothing of a server whose writes cannot be passed on any more, and says so once", async () => {
	const taken: string[] = [];
	const lost = vi.fn();
	const settle = vi.fn(async () => {}).mockRejectedValueOnce(new Error("the disk is gone"));
	const said = new WhenSettled(settle, (chunk) => taken.push(String(chunk)), lost);
	said.push(Buffer.from("written"));
	said.push(Buffer.from("and this"));
	await said.done();
	said.push(Buffer.from("too late"));
	await said.done();
	expect(taken).toEqual([]);
	expect(lost).toHaveBeenCalledTimes(1);
});

it("hands on in order what came while it settled", async () => {
	const taken: string[] = [];
	const said = new WhenSettled(
		async () => {},
		(chunk) => taken.push(String(chunk)),
		() => {},
	);
	said.push(Buffer.from("a"));
	said.push(Buffer.from("b"));
	await said.done();
	expect(taken).toEqual(["a", "b"]);
});
