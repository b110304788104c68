import { expect, it } from "vitest";
import { networkErrors } from "../../../src/core/policy/network-errors.ts";

it.each([
	["Error: getaddrinfo EAI_AGAIN api.github.com", ["api.github.com:443"]],
	["getaddrinfo ENOTFOUND a.example\\n getaddrinfo ENOTFOUND B.example.", ["a.example:443", "b.example:443"]],
	["curl: (6) Could not resolve host: example.org", ["example.org:443"]],
	["connect ENETUNREACH 1.1.1.1:8443 - Local", ["1.1.1.1:8443"]],
	["[Errno -3] Temporary failure in name resolution", [""]],
	["TypeError: fetch failed", [""]],
	["all is well", []],
])("%j speaks of %j", (text, expected) => {
	expect(networkErrors(text)).toEqual(expected);
});

it("takes time in proportion to the text", () => {
	expect(networkErrors("getaddrinfo EAI_AGAIN ".repeat(50_000)).length).toBeLessThanOrEqual(10);
});
