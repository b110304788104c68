import { describe, expect, test } from "vitest";
import { placeAt } from "../../../src/core/config/cursor.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { mayTakeReference, replacedByReference } from "../../../src/core/config/reference-typing.ts";
import { slice } from "../../../src/core/text.ts";

const TEXT = `{
	// "keych
	"mcpServers": {
		"a": {
			"command": "npx", "args": ["-y", "keychain://a/b"],
			"env": {
				"EMPTY": "", "SCHEME": "keych", "COLON": "sealed:/", "WHOLE": "keychain://a/b",
				"INSIDE": "Bearer {{ keychain://a/b }} and {{ se",
				"BARE": "Bearer keychain://a/b",
				"ESCAPED": "k\\u0065ychain://a/b", "QUOTED": "a \\" b",
				"OTHER": "bench-abc", "WORDS": "some words", "NUMBER": 1
			}
		},
		"b": { "env": { "T": "keychain://" } }
	},
	"inputs": []
}
`;

function replacedAt(text: string, offset: number): string | null {
	const place = placeAt(parseConfig(text, "cursor", "mcp.json"), offset);
	const span = place === null ? null : replacedByReference(place, text, offset);
	return span === null ? null : slice(text, span);
}

function mayAt(text: string, offset: number): boolean {
	const start = text.lastIndexOf("\n", offset - 1) + 1;
	const end = text.indexOf("\n", offset);
	return mayTakeReference(text.slice(start, end < 0 ? text.length : end), offset - start);
}

describe("where a reference belongs", () => {
	test.each([
		['"EMPTY": "', ""],
		['"SCHEME": "key', "keych"],
		['"COLON": "sealed:/', "sealed:/"],
		['"WHOLE": "keychain:', "keychain://a/b"],
		["and {{ se", "se"],
		['"BARE": "Bearer ', "keychain://a/b"],
		['"ESCAPED": "k', "k\\u0065ychain://a/b"],
		['"OTHER": "bench-abc', null],
		['"WORDS": "some', null],
		['"args": ["-y", "keychain:', null],
	])("after %s it takes the place of %o", (before, expected) => {
		expect(replacedAt(TEXT, TEXT.indexOf(before) + before.length)).toBe(expected);
	});

	test("its line says that it may, also in a file that is only half there", () => {
		for (const text of [TEXT, TEXT.slice(0, TEXT.indexOf('keych", ') + 5), TEXT.slice(0, TEXT.indexOf(" and {{ se") + 10)])
			for (let offset = 0; offset <= text.length; offset++)
				if (replacedAt(text, offset) !== null) expect([offset, mayAt(text, offset)]).toEqual([offset, true]);
	});
});

test("a key that is pressed in another value, a name or between them has no file read for it", () => {
	for (const before of ['"OTHER": "bench-', '"OTHER": "bench-abc', '"WORDS": "some w', '"NUMBER": 1', '"env": ', '\t"inputs": [', '"OTH'])
		expect([before, mayAt(TEXT, TEXT.indexOf(before) + before.length)]).toEqual([before, false]);
});
