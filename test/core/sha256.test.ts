import { createHash, createHmac, randomBytes } from "node:crypto";
import { afterAll, expect, it } from "vitest";
import { hmacSha256Hex, sha256Hex, useSha256 } from "../../src/core/sha256.ts";

const byNode = {
	digest: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex"),
	keyed: (key: Uint8Array, bytes: Uint8Array) => createHmac("sha256", key).update(bytes).digest("hex"),
};
const [key, bytes] = [randomBytes(32), randomBytes(1_000)];

afterAll(() => useSha256(byNode));

it("gives the same by the library, and by what a program's platform has", () => {
	expect(sha256Hex(bytes)).toBe(byNode.digest(bytes));
	expect(hmacSha256Hex(key, bytes)).toBe(byNode.keyed(key, bytes));
	const asked: string[] = [];
	const told = (name: string, digest: string): string => {
		asked.push(name);
		return digest;
	};
	useSha256({ digest: (given) => told("digest", byNode.digest(given)), keyed: (own, given) => told("keyed", byNode.keyed(own, given)) });
	expect([sha256Hex(bytes), hmacSha256Hex(key, bytes), asked]).toEqual([
		byNode.digest(bytes),
		byNode.keyed(key, bytes),
		["digest", "keyed"],
	]);
});
