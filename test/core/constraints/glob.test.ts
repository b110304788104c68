import { describe, expect, test } from "vitest";
import { coversGlob, fitsGlob } from "../../../src/core/constraints/glob.ts";
import { offersOf, offersResource } from "../../../src/core/policy/offers.ts";

describe("an address fits a glob", () => {
	test.each([
		["https://*.h.com/**", "https://a.h.com/x"],
		["https://*.h.com/**", "https://a.b.h.com/x/y?q=1#z"],
		["https://*.h.com/**", "https://a.h.com"],
		["https://h.com/**", "https://h.com/wiki/Köln"],
		["https://h.com/**", "https://h.com/C%23?q=a%2Fb&u=https://x.example/y"],
		["https://h.com/search?q=*", "https://h.com/search?q=x"],
		["https://h.com/a?.md", "https://h.com/ab.md"],
		["https://h.com:8443/**", "https://h.com:8443/x"],
		["https://*:8443/**", "https://h.com:8443/x"],
		["http://localhost*/**", "http://localhost:3000/x"],
		["https://git@h.com/**", "https://git@h.com/x"],
		["https://[::1]/**", "https://[::1]/x"],
		["https://*/x", "https://h.com/x"],
		["https://**", "https://h.com/x/y"],
		["*://h.com/**", "https://h.com/x"],
		["file://**", "file:///docs/a"],
		["file:///docs/**", "file:///docs/node_modules/@scope/x=1,2;v=3/(a)"],
		["memo://*", "memo://Shopping%20list"],
		["memo://a%2Fb/*", "memo://a%2Fb/x"],
		["https://h.com/api/a%2Fb/*", "https://h.com/api/a%2Fb/x"],
		["https://h.com/a//**", "https://h.com/a//b"],
		["**", "https://h.com//x"],
	])("%s, as %s does", (glob, text) => {
		expect(fitsGlob(text, glob)).toBe(true);
	});

	test.each([
		...[
			"#",
			"?",
			"\\",
			"%23",
			"%3f",
			"%2f",
			"%5c",
			"%00",
			";",
			",",
			"&",
			"=",
			"@",
			":80",
			":",
			"%20",
			"\t",
			"|",
			"^",
			"'",
			"／",
			"＃",
			"。",
			"%",
		].map((sign) => ["https://*.h.com/**", `https://evil.com${sign}.h.com/x`]),
		["https://*.h.com/**", "https://a@evil.h.com/x"],
		["https://*.h.com/**", "https://evil.com:80@a.h.com/x"],
		["https://*.h.com/**", "https://.h.com/x"],
		["memo://*", "memo://größe"],
		["https://*.h.com/**", "https://a..h.com/x"],
		["https://h?com/**", "https://h/com/x"],
		["https://h?com/**", "https://h#com/x"],
		["https://h.com*/**", "https://h.com@evil.com/x"],
		["https://h.com*/**", "https://h.com:80@evil.com/x"],
		["https://*@h.com/**", "https://x@h.com/x"],
		["https://git@h.com/**", "https://h.com/x"],
		["https://h.com/*.png", "https://h.com/secret?x=.png"],
		["https://h.com/*.png", "https://h.com/secret#.png"],
		["https://h.com/*.png", "https://h.com/secret%3f.png"],
		["https://h.com/*.png*", "https://h.com/secret?x=.png"],
		["https://h.com/**", "https://h.com//evil.com"],
		["https://h.com/**", "https://h.com/a b"],
		["https://h.com/**", "https://h.com/a%2fb"],
		["https://h.com/**", "https://h.com/100%"],
		["https://h.com/**", "https:/h.com/x"],
		["https://*/docs/**", "https:///docs/x"],
		["https://**", "https:///evil.com/x"],
		["https://h.com/**", "https:\\\\h.com\\x"],
		["https://*/docs/*", "https://h.com%2fdocs/docs/x"],
		["https://*/docs/*", "https://h.com%23/docs/x"],
		["*://h.com/**", "view-source:https://h.com/x"],
		["*//h.com/**", "javascript:alert(1)//h.com/x"],
		["*//*.h.com/**", "https://evil.com#.h.com/x"],
		["file:///docs/**", "file:///docs//etc/passwd"],
		["file:///docs/**", "file:////etc/passwd"],
		["file:///docs/**", "file:///docs/%c0%ae%c0%ae/etc"],
		["file:///docs/**", "file:///docs/%uff0e%uff0e/etc"],
	])("%s, but %j does not", (glob, text) => {
		expect(fitsGlob(text, glob)).toBe(false);
		expect(offersResource(offersOf({ resources: [glob] }), text)).toBe(false);
	});

	test("only with a host that a URL parser finds there, too", () => {
		const signs = ["", "#", "?", "@", ":", ":1", "\\", ";", "%23", "%2e", "[", "]", "//", "/", "%40", "~", "*", "_", "-", "."];
		for (const a of signs)
			for (const b of signs)
				for (const text of [`https://evil.com${a}x${b}.h.com/y`, `https://${a}evil.com${b}.h.com/y`, `https://a${a}${b}.h.com/y`])
					if (fitsGlob(text, "https://*.h.com/**")) expect(URL.parse(text)?.hostname ?? ".h.com", text).toMatch(/\.h\.com$/);
	});
});

describe("a path fits a glob", () => {
	test.each([
		["docs/**", "docs/a/b"],
		["docs/**", "docs/"],
		["/docs/**", "/docs/a"],
		["**/x", "/a/x"],
		["**", "/a//b"],
		["docs/*", "docs/½ größe 日本.md"],
		["docs/*", "docs/100% sure"],
		["docs/*", "docs/❤️ 👩‍💻.md"],
		["docs\\*", "docs\\a"],
		["group%2F*", "group%2Fproject"],
		["main..*", "main..feature"],
		["*", "wait ... what"],
	])("%s, as %s does", (glob, text) => {
		expect(fitsGlob(text, glob)).toBe(true);
	});

	test.each([
		["docs/*", "docs/..%00"],
		["docs/**", "docs/..%00/etc"],
		["docs/**", "docs/.\u200b./etc"],
		["docs/**", "docs/.%E2%80%8B./etc"],
		["docs/**", "docs/a\u200bb"],
		["docs/**", "docs/.\u200c./etc"],
		["docs/**", "docs/%c0%ae%c0%ae/etc"],
		["docs/**", "docs/%uff0e%uff0e/etc"],
		["docs/**", "docs/.../etc"],
		["docs/**", "docs//etc/passwd"],
		["docs/*/x", "docs//x"],
		["docs/**", "docs/\ud800/x"],
		["docs/**", "docs/..\u2215etc"],
		["docs/**", "docs/..:/x"],
		["docs/**", "docs/..,/x"],
		["docs/*", "docs/a%2fb"],
		["docs/*", "docs/a%5cb"],
		["docs/*", "docs/a%252fb"],
		["docs/*", "docs/a／b"],
		["docs/*", "docs\\a"],
		["*", "a\\b"],
		["group%2F*", "group%2Fa%2Fb"],
		["*", `a${"\u0301\u0316".repeat(20)}`],
		["*", "a".repeat(100_000)],
	])("%s, but %j does not", (glob, text) => {
		expect(fitsGlob(text, glob)).toBe(false);
	});

	test("however long it is, in a time that grows with its length", () => {
		const start = performance.now();
		for (const part of ["\u0301\u0316", "%", "%25", "a/", "a", "..", "%2", "\u200ea\u0627"])
			for (const glob of ["a*a*a*b", "**/a*/**/b", "https://*.h.com/**"]) {
				expect(fitsGlob(part.repeat(1_000_000 / part.length), glob)).toBe(false);
				expect(fitsGlob(`https://h.com/${part.repeat(60_000 / part.length)}`, glob)).toBe(false);
			}
		// Quadratic time would be minutes here.
		expect(performance.now() - start).toBeLessThan(20_000);
	});
});

describe("a glob covers another", () => {
	test.each([
		["https://*.h.com/**", "https://a.h.com/x/**", true],
		["https://*.h.com/**", "https://a.h.com/x?y=*", true],
		["https://**", "https://a.h.com/x/*", true],
		["https://*/**", "https://*.h.com/**", true],
		["*://h.com/**", "https://h.com/*", true],
		["docs/**", "docs/a/*", true],
		["**", "https://h.com/**", true],
		["https://*.h.com/**", "https://*/**", false],
		["https://*.h.com/**", "https://a%23.h.com/**", false],
		["https://*.h.com/**", "https://a@b.h.com/**", false],
		["https://*.h.com/**", "https://a.h.com//**", false],
		["https://h.com/*", "https://h.com/a?x=*", false],
		["https:/**", "https://h.com/**", false],
		["docs/*", "docs\\*", false],
		["docs/*", "docs/a%2f*", false],
	])("%s %s: %s", (wide, narrow, expected) => {
		expect(coversGlob(wide, narrow)).toBe(expected);
	});

	test("only where every text that fits the one fits the other", () => {
		const parts = {
			scheme: ["https:", "*:"],
			host: ["h.com", "*", "**", "*.h.com", "a.h.com", "u@h.com", "?.h.com", "h.com:8*"],
			rest: ["", "/**", "/*", "/a", "/a*", "/a?b", "/a?x=*", "/**/a", "//a", "/*#a"],
		};
		const globs = parts.scheme.flatMap((s) => parts.host.flatMap((h) => parts.rest.map((r) => `${s}//${h}${r}`)));
		const texts = ["h.com", "a.h.com", "u@h.com", "h.com:80", "", "x%20y"].flatMap((h) =>
			["", "/", "/a", "/a?b", "/a?x=1", "/ab", "/b/a", "//a", "/a#a", "/b?a/b", "/a/b?c"].map((r) => `https://${h}${r}`),
		);
		const fitting = new Map([...globs, "**"].map((glob) => [glob, texts.filter((text) => fitsGlob(text, glob))]));
		for (const [wide, wider] of fitting)
			for (const [narrow, narrower] of fitting)
				if (coversGlob(wide, narrow))
					expect(
						narrower.filter((text) => !wider.includes(text)),
						`${wide} ${narrow}`,
					).toEqual([]);
	});
});
