import { expect, it } from "vitest";
import type { Vault } from "../../../src/core/ports.ts";
import type { Result } from "../../../src/core/result.ts";

/** What every vault promises. */
export function vaultContract(open: () => Vault): void {
	it("creates, reads back, and never overwrites on create", async () => {
		const vault = open();
		expect(await vault.read("github/TOKEN")).toEqual({ ok: true, value: null });
		expect(await vault.create("github/TOKEN", "first")).toEqual({ ok: true, value: "created" });
		expect(await vault.create("github/TOKEN", "first")).toEqual({ ok: true, value: "equal" });
		expect(await vault.create("github/TOKEN", "second")).toEqual({ ok: true, value: "different" });
		expect(await vault.read("github/TOKEN")).toEqual({ ok: true, value: "first" });
	});

	it("replaces, deletes, and lists the names in order", async () => {
		const vault = open();
		for (const path of ["b/X", "a/Y", "__proto__"]) expect(await vault.create(path, path)).toEqual({ ok: true, value: "created" });
		expect(await vault.replace("a/Y", "new")).toEqual({ ok: true, value: undefined });
		expect(await vault.read("a/Y")).toEqual({ ok: true, value: "new" });
		expect(await vault.list()).toEqual({ ok: true, value: ["__proto__", "a/Y", "b/X"] });
		expect(await vault.delete("b/X")).toEqual({ ok: true, value: true });
		expect(await vault.delete("b/X")).toEqual({ ok: true, value: false });
		expect(await vault.list()).toEqual({ ok: true, value: ["__proto__", "a/Y"] });
	});

	it.each([
		["lines", "-----BEGIN\nline\r\nend\n"],
		["unicode", "pässwörd 密码 🔑 \u0001 \" \\ ' $"],
		["ten kilobytes", "x🔑".repeat(2_500)],
	])("keeps a value with %s exactly", async (_, value) => {
		const vault = open();
		expect(await vault.create("odd/VALUE", value)).toEqual({ ok: true, value: "created" });
		expect(await vault.read("odd/VALUE")).toEqual({ ok: true, value });
	});

	it.each([
		["an empty value", "a/B", ""],
		["a NUL", "a/B", "x\0y"],
		["half a character", "a/B", "\uD800"],
	])("refuses %s", async (_, path, value) => {
		expect(code(await open().create(path, value))).toBe("secret-value");
		expect(code(await open().replace(path, value))).toBe("secret-value");
	});

	it("refuses a path that no reference could name", async () => {
		for (const path of ["", "../x", "-x", "a b", "probe:1", "a//b"])
			expect(code(await open().create(path, "v"))).toBe("reference-malformed");
	});

	it("lets exactly one of many writers create an entry, and loses no other", async () => {
		const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => open().create("race/ONE", `value-${i}`)));
		expect(answers.filter((answer) => answer.ok && answer.value === "created")).toHaveLength(1);
		expect(answers.filter((answer) => answer.ok && answer.value === "different")).toHaveLength(7);
		await Promise.all(Array.from({ length: 8 }, (_, i) => open().create(`many/N${i}`, `value-${i}`)));
		expect(await open().list()).toMatchObject({ ok: true, value: { length: 9 } });
	});
}

export function code(result: Result<unknown>): string | null {
	return result.ok ? null : result.problem.code;
}
