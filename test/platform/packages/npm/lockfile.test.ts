import { describe, expect, it } from "vitest";
import { redact } from "../../../../src/platform/packages/confined-install.ts";
import { checkLock } from "../../../../src/platform/packages/npm/lockfile.ts";

const STRONG = `sha512-${Buffer.alloc(64, 1).toString("base64")}`;
const HOSTS = ["packages.example:443"];

function lock(packages: Record<string, unknown>, more: Record<string, unknown> = {}): string {
	return JSON.stringify({
		lockfileVersion: 3,
		packages: { "": {}, "node_modules/tool": { version: "1.0.0", integrity: STRONG, ...more }, ...packages },
	});
}

function refusal(text: string): string {
	const checked = checkLock(text, "tool", HOSTS);
	if (checked.ok) throw new Error("accepted");
	expect(checked.problem.code).toBe("package-unpinned");
	return checked.problem.message;
}

describe("a lock file", () => {
	it("is pinned by every package's name, version, integrity and place", () => {
		const digest = (text: string) => {
			const checked = checkLock(text, "tool", HOSTS);
			if (!checked.ok) throw new Error(checked.problem.message);
			return checked.value.digest;
		};
		const dep = { version: "2.0.0", integrity: STRONG };
		const first = digest(lock({ "node_modules/dep": dep }));
		expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
		// What says nothing about the code does not count.
		expect(digest(lock({ "node_modules/dep": { ...dep, resolved: "https://packages.example/dep/-/dep-2.0.0.tgz", license: "MIT" } }))).toBe(
			first,
		);
		const others = [
			lock({}),
			lock({ "node_modules/other": dep }),
			lock({ "node_modules/tool/node_modules/dep": dep }),
			lock({ "node_modules/dep": { ...dep, version: "2.0.1" } }),
			lock({ "node_modules/dep": { ...dep, name: "alias-of" } }),
			lock({ "node_modules/dep": { ...dep, integrity: `sha512-${Buffer.alloc(64, 2).toString("base64")}` } }),
		].map(digest);
		expect(new Set([first, ...others]).size).toBe(7);
	});

	it.each([
		["git", "git+ssh://git@host/a.git#0123"],
		["another host", "https://elsewhere.example/dep.tgz"],
		["another port", "https://packages.example:8443/dep.tgz"],
		["a file", "file:../dep"],
	])("is refused with a package from %s", (_, resolved) => {
		expect(refusal(lock({ "node_modules/dep": { version: "1.0.0", integrity: STRONG, resolved } }))).toContain("not from the registry");
	});

	it("is refused with a link, a missing or weak hash, a missing version, or a place outside", () => {
		expect(refusal(lock({ "node_modules/dep": { link: true, resolved: "../dep" } }))).toContain("link");
		expect(refusal(lock({ "node_modules/dep": { version: "1.0.0" } }))).toContain("no integrity");
		expect(refusal(lock({ "node_modules/dep": { version: "1.0.0", integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" } }))).toContain("weak");
		expect(refusal(lock({ "node_modules/dep": { version: "1.0.0", integrity: "sha512-AAAA" } }))).toContain("weak");
		expect(refusal(lock({ "node_modules/dep": { integrity: STRONG } }))).toContain("no version");
		expect(refusal(lock({ "../dep": { version: "1.0.0", integrity: STRONG } }))).toContain("outside");
	});

	it("is refused when the package itself is missing or is another one", () => {
		expect(refusal(JSON.stringify({ lockfileVersion: 3, packages: {} }))).toContain("tool itself");
		expect(refusal(lock({}, { name: "other" }))).toContain("tool itself");
		for (const text of ["", "{}", '{"lockfileVersion":1,"packages":{}}']) expect(refusal(text)).toContain("not understood");
	});

	it("accepts a bundled package only inside one that has an integrity", () => {
		const bundled = { version: "1.0.0", inBundle: true };
		expect(checkLock(lock({ "node_modules/tool/node_modules/dep": bundled }), "tool", HOSTS).ok).toBe(true);
		expect(
			checkLock(
				lock({ "node_modules/tool/node_modules/dep": bundled, "node_modules/tool/node_modules/dep/node_modules/x": bundled }),
				"tool",
				HOSTS,
			).ok,
		).toBe(true);
		expect(refusal(lock({ "node_modules/dep": bundled }))).toContain("no integrity");
	});
});

describe("what npm says", () => {
	it("is shown without credentials and control characters", () => {
		const secret = ["s3", "cr3t", "v4lue"].join("-");
		const said = `\u001b[31mGET https://ann:${secret}@host/x?key=${secret} _authToken=${secret} Bearer ${secret} plain ${secret}\u202e\u0007`;
		const shown = redact(said, [secret]);
		expect(shown).not.toContain(secret);
		expect(shown).toMatch(/^GET https:\/\/host\/x/);
		expect(shown).not.toMatch(/[^\x20-\x7e]/);
	});
});
