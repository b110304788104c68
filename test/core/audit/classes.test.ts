import { describe, expect, test } from "vitest";
import { classText, DEFAULT_CLASSES } from "../../../src/core/audit/classes.ts";
import { withoutPersonalData } from "../../../src/core/audit/personal.ts";
import { looksLikeSql, sqlShape } from "../../../src/core/audit/sql.ts";

describe("a statement keeps its shape and loses what is in it", () => {
	test.each([
		["SELECT * FROM users WHERE email = 'ann@example.com' AND age > 42", "SELECT * FROM users WHERE email = ? AND age > ?"],
		["insert into t (a, b) values ('O''Brien', -1.5e3), (x'00ff', 0x1F)", "insert into t (a, b) values (?, -?), (?, ?)"],
		["UPDATE t SET a = $$it's$$, b = $tag$x$tag$ WHERE id = $1", "UPDATE t SET a = ?, b = ? WHERE id = $1"],
		['SELECT "name" FROM "people" WHERE "name" = "Ann"', 'SELECT "name" FROM "people" WHERE "name" = ?'],
		["SELECT `a`.`b` FROM `c` -- for Ann\nWHERE d = 'x' /* Bob */ LIMIT 5", "SELECT `a`.`b` FROM `c` WHERE d = ?   LIMIT ?"],
		["SELECT * FROM t1 WHERE a = 'x\\' OR b = 'y'", "SELECT * FROM t1 WHERE a = ? …"],
		["SELECT * FROM t WHERE a = 'no end", "SELECT * FROM t WHERE a = ? …"],
		["delete from t where a in (1,2,3) and b = :name", "delete from t where a in (?,?,?) and b = :name"],
		["SELECT E'a\\n', N'b' FROM t", "SELECT ?, ? FROM t"],
	])("%s", (sql, shape) => {
		expect(looksLikeSql(sql)).toBe(true);
		expect(sqlShape(sql)).toBe(shape);
	});

	test.each(["select the best of them", "Show me the way", "with love, Ann", "drop it", "users", ""])("%j is none", (text) => {
		expect(looksLikeSql(text)).toBe(false);
	});
});

describe("personal data", () => {
	test.each([
		["write to Ann.O'Neil+x@mail.example.co.uk today", "write to [e-mail] today"],
		["a@b.de,c@d.org", "[e-mail],[e-mail]"],
		["jörg@müller.de", "[e-mail]"],
		["call +49 (0)30 1234-5678 now", "call [telephone] now"],
		["+15551234567", "[telephone]"],
		["(555) 123-4567 or 555-123-4567", "[telephone] or [telephone]"],
		["030 / 1234567", "[telephone]"],
		["pay to DE89 3704 0044 0532 0130 00, please", "pay to [IBAN], please"],
		["GB82WEST12345698765432", "[IBAN]"],
		["card 4111 1111 1111 1111 exp 12/27", "card [card] exp 12/27"],
		["5500-0000-0000-0004", "[card]"],
		["378282246310005", "[card]"],
		["1 2 4111 1111 1111 1111 3", "1 2 [card] 3"],
	])("%s", (text, masked) => {
		expect(withoutPersonalData(text)).toBe(masked);
	});

	test.each([
		"2026-11-23T10:00:00.000Z",
		"2026-11-23 10:00:00",
		"192.168.100.200",
		"version 1.2.3-4567890",
		"4111 1111 1111 1112",
		"DE89 3704 0044 0532 0130 01",
		"id 1234567890123456",
		"@types/node",
		"user@localhost",
		"git@github",
		"sha256:0123456789012345678901234567890123456789",
		"0.4111111111111111",
		"line 10, column 20",
		"12345 67890",
	])("%j is left", (text) => {
		expect(withoutPersonalData(text)).toBe(text);
	});
});

test("paths lose the person's folder, or all but their last part, as the policy says", () => {
	const home = classText(DEFAULT_CLASSES, "/home/ann");
	expect(home("/home/ann/docs/a.txt")).toBe("~/docs/a.txt");
	expect(home("see /home/ann, /home/anna/x and file:///home/ann/y")).toBe("see ~, /home/anna/x and file:///home/ann/y");
	const names = classText({ ...DEFAULT_CLASSES, paths: "names" }, "/home/ann");
	expect([names("/srv/secret-project/a.txt"), names("C:\\x\\y.doc"), names("/srv/folder/"), names("no/path")]).toEqual([
		"…/a.txt",
		"…/y.doc",
		"…/folder",
		"no/path",
	]);
	const full = classText({ arguments: "full", sql: "full", paths: "full", personal: "full" }, "/home/ann");
	for (const text of ["/home/ann/a", "SELECT 'x' FROM t", "a@example.com"]) expect(full(text)).toBe(text);
});

test.each([
	["digits", "1".repeat(1_000_000)],
	["groups", "1 ".repeat(500_000)],
	["brackets", "+(".repeat(500_000)],
	["quotes", `SELECT ${"'".repeat(1_000_000)} FROM t`],
	["comments", `SELECT ${"/*".repeat(500_000)} FROM t`],
	["letters", `SELECT ${"a".repeat(1_000_000)} FROM t`],
	["dollars", `SELECT ${"$a".repeat(500_000)} FROM t`],
	["addresses", "a@".repeat(500_000)],
	["dots", `${"a".repeat(500_000)}@${"b.".repeat(250_000)}`],
	["account numbers", "DE89 ".repeat(200_000)],
	["blanks", " ".repeat(1_000_000)],
	["numbers with dashes", "411111-".repeat(140_000)],
])(
	"a megabyte of %s is read in one go",
	(_, text) => {
		expect(classText(DEFAULT_CLASSES, "/home/ann")(text).length).toBeGreaterThan(0);
	},
	5_000,
);
