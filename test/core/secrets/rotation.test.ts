import { expect, test } from "vitest";
import { detectSecrets } from "../../../src/core/secrets/detector.ts";
import { credentialIds } from "../../../src/core/secrets/providers/match.ts";
import { ROTATION_PAGES, rotationPage } from "../../../src/core/secrets/rotation.ts";
import { Dice, githubToken } from "./samples.ts";

test("every page is a plain https address, of a kind that is detected", () => {
	for (const [credential, page] of Object.entries(ROTATION_PAGES)) {
		expect(credentialIds(), credential).toContain(credential);
		const url = new URL(page);
		expect([url.protocol, url.username, url.port]).toEqual(["https:", "", ""]);
	}
	for (const id of credentialIds()) expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
});

test("a token leads to the page of its provider, and of its own kind", () => {
	const page = (value: string): string | null => rotationPage(detectSecrets("TOKEN", value)[0]?.credential ?? null);
	expect(page(githubToken(new Dice(1), "ghp"))).toBe("https://github.com/settings/tokens");
	expect(page(githubToken(new Dice(1), "gho"))).toBe("https://github.com/settings/applications");
	// Ends by itself within the hour.
	expect(page(githubToken(new Dice(1), "ghs"))).toBeNull();
	expect(page(`Bearer ${githubToken(new Dice(2), "ghp")}`)).toBe("https://github.com/settings/tokens");
	expect(page(`Q7${new Dice(2).text(20, "abcdefghjk23456789")}`)).toBeNull();
});

test("what is no kind has no page", () => {
	for (const credential of [null, "", "constructor", "__proto__", "private-key"]) expect(rotationPage(credential)).toBeNull();
});
