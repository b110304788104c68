import { type Node, parseTree } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { Random } from "../../../bench/detection/random.ts";
import { readQuickly } from "../../../src/core/config/json-quick.ts";
import type { TreeNode } from "../../../src/core/config/tree.ts";
import { mutate } from "../../fuzz/mutate.ts";
import { JsoncSource } from "../fixes/jsonc-source.ts";

/** What both say of a node; the library's also leads back to its parent. */
function plain(node: TreeNode | Node | undefined): unknown {
	if (node === undefined) return undefined;
	const { type, offset, length, value, children } = node;
	return { type, offset, length, value, children: children?.map(plain) };
}

describe("the quick reader of JSON", () => {
	test("reads what the tolerant parser has nothing against, and the same in it", () => {
		let read = 0;
		for (let seed = 0; seed < 3000; seed++) {
			const random = new Random(`quick ${seed}`);
			const source = new JsoncSource(seed).file().replace(/^\uFEFF/, "");
			const text = random.chance(0.3) ? source : mutate(random, source, source);
			const errors: { error: number }[] = [];
			const tree = parseTree(text, errors as never, { allowTrailingComma: true, allowEmptyContent: true });
			const quick = readQuickly(text, 100);
			if (quick === null) continue;
			read++;
			expect(errors, text).toEqual([]);
			expect(plain(quick.root), text).toEqual(plain(tree));
		}
		expect(read).toBeGreaterThan(1000);
	});

	test.each([
		"",
		" ",
		"// a",
		"/* a */ ",
		"{}",
		"[]",
		'{"a":1,}',
		"[1,]",
		"[[],{}]",
		'"\\u0041\\n\\ud83d"',
		"-0",
		"1e5",
		"0.5E-3",
		"true",
		"null//",
		'{"":{"":[null]}}',
	])("reads %j", (text) => {
		const quick = readQuickly(text, 100);
		expect(quick).not.toBeNull();
		expect(plain(quick?.root)).toEqual(plain(parseTree(text, [], { allowTrailingComma: true })));
	});

	test.each([
		"{",
		"[1 2]",
		"[,]",
		"{,}",
		'{"a"}',
		'{"a":}',
		"{a:1}",
		"'a'",
		'"a',
		'"\t"',
		'"\\x"',
		'"\\u00"',
		"01",
		"1.",
		"+1",
		"truex",
		"1x",
		"/*",
		"/",
		"{} {}",
		"\uFEFF{}",
		"\u00a0",
		"[".repeat(101) + "]".repeat(101),
	])("leaves %j to the tolerant one", (text) => {
		expect(readQuickly(text, 100)).toBeNull();
	});
});
