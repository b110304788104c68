import { expect, test } from "vitest";
import { BLOCK_BYTES, blockTables, parted, Suspect, textBytes } from "../../../src/core/secrets/block-tables.ts";

/** All that is no encoding. */
const APART = ~((1 << Suspect.parted2) - 1) & ~((1 << Suspect.lower) | (1 << Suspect.digits));

test("the tables, which are made by kinds of bytes, say of every byte at every place what is so of it alone", () => {
	const tables = blockTables(textBytes([]), BLOCK_BYTES);
	for (let place = 0; place < BLOCK_BYTES; place++)
		for (let byte = 0; byte < 256; byte++)
			expect((tables[place * 256 + byte] ?? 0) & APART, `${byte} at ${place}`).toBe(parted(byte, place) & APART);
});
