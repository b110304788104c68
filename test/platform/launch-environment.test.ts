import { describe, expect, it } from "vitest";
import type { Grant } from "../../src/core/policy/layers.ts";
import { environmentParts, mayBeSet } from "../../src/platform/launch/environment.ts";

type Asked = Pick<Grant, "name" | "config" | "launch" | "secrets">;

/** A grant for a server whose entry sets these variables. */
function grantOf(...names: readonly string[]): Asked {
	const env = Object.fromEntries(names.map((name) => [name, "literal"] as const));
	const launch = { command: "node", args: ["a.js"], cwd: null, env, fingerprint: `sha256:${"0".repeat(64)}` };
	return { name: "a", config: "/w/.mcp.json", launch, secrets: new Map() };
}

describe("variables that can decide which code runs", () => {
	it.each([
		["NODE_OPTIONS", "--max-old-space-size=4096 --no-warnings", true],
		["NODE_OPTIONS", "--require ./x.js", false],
		["NODE_OPTIONS", "--inspect", false],
		["NODE_OPTIONS", "--conditions=x", false],
		["ENV", "production", true],
		["ENV", "/tmp/x.sh", false],
		["ENV", "$(touch x)", false],
		["MODE", "/tmp/x.sh", true],
		["BUN_OPTIONS", "--smol", false],
		["BUN_INSPECT", "localhost:1", false],
		["BUN_INSTALL", "/home/sam/.bun", true],
	])("%s as %j may be approved: %s", (name, value, expected) => {
		expect(mayBeSet(name, { kind: "literal", value })).toBe(expected);
	});

	it("may not come from elsewhere than the entry's own text", () => {
		for (const name of ["NODE_OPTIONS", "ENV", "BUN_OPTIONS"]) {
			expect(mayBeSet(name, { kind: "host" })).toBe(false);
			expect(mayBeSet(name, { kind: "reference", text: "keychain://a/B" })).toBe(false);
		}
	});

	it("reach the server as the stub kept them", () => {
		const kept = { SALLYPORT_NODE_OPTIONS: "--max-old-space-size=4096", ENV: "staging" };
		expect(environmentParts(grantOf("NODE_OPTIONS", "ENV"), kept)).toEqual({
			ok: true,
			value: {
				NODE_OPTIONS: { kind: "literal", value: "--max-old-space-size=4096" },
				ENV: { kind: "literal", value: "staging" },
			},
		});
	});

	it("are not taken from the host where the entry was approved without them", () => {
		expect(environmentParts(grantOf(), { NODE_OPTIONS: "--no-warnings", ENV: "production" })).toEqual({ ok: true, value: {} });
	});

	it("refuse the launch where the host's file says something else by now", () => {
		for (const value of ["--import ./evil.mjs", "--no-warnings --inspect"]) {
			const parts = environmentParts(grantOf("NODE_OPTIONS"), { SALLYPORT_NODE_OPTIONS: value });
			expect(parts).toMatchObject({ ok: false, problem: { code: "launch-changed" } });
		}
		expect(environmentParts(grantOf("ENV"), { ENV: "/w/evil.sh" })).toMatchObject({ ok: false });
	});
});
