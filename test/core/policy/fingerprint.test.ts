import { describe, expect, it } from "vitest";
import { fingerprintOf, type LaunchParts } from "../../../src/core/policy/fingerprint.ts";

const key = new Uint8Array(32).fill(7);
const parts: LaunchParts = {
	command: "node",
	args: ["server.js"],
	cwd: null,
	env: { MODE: { kind: "literal", value: "x" }, TOKEN: { kind: "reference", text: "keychain://a/b" } },
	executable: { path: "/usr/bin/node", startedAs: "/usr/bin/node", sha256: "0".repeat(64) },
	argv: ["/project/server.js"],
	code: { kind: "script", script: { path: "/project/server.js", sha256: "1".repeat(64) } },
	roots: ["/project"],
};

describe("a fingerprint", () => {
	it("is the same for the same launch, in whatever order its variables stand", () => {
		const { MODE, TOKEN } = parts.env;
		if (MODE === undefined || TOKEN === undefined) throw new Error("the fixture");
		expect(fingerprintOf({ ...parts, env: { TOKEN, MODE } }, key)).toBe(fingerprintOf(parts, key));
	});

	it.each<[string, Partial<LaunchParts>]>([
		["the command", { command: "nodejs" }],
		["an argument", { args: ["server.js", "--all"] }],
		["where an argument ends", { args: ["server", ".js"] }],
		["the working folder", { cwd: "/" }],
		["a literal value", { env: { ...parts.env, MODE: { kind: "literal", value: "y" } } }],
		["a reference", { env: { ...parts.env, TOKEN: { kind: "reference", text: "keychain://a/c" } } }],
		["a reference into a literal", { env: { ...parts.env, TOKEN: { kind: "literal", value: "keychain://a/b" } } }],
		["one variable more", { env: { ...parts.env, MORE: { kind: "literal", value: "" } } }],
		["the executable's content", { executable: { ...parts.executable, sha256: "2".repeat(64) } }],
		["the path that it is started by", { executable: { ...parts.executable, startedAs: "/project/venv/bin/node" } }],
		["the script's content", { code: { kind: "script", script: { path: "/project/server.js", sha256: "3".repeat(64) } } }],
		["what is really executed", { argv: ["-r", "evil", "/project/server.js"] }],
		["what may be read", { roots: ["/"] }],
	])("changes with %s", (_what, change) => {
		expect(fingerprintOf({ ...parts, ...change }, key)).not.toBe(fingerprintOf(parts, key));
	});

	it("does not help to guess a literal value: it depends on the home's key", () => {
		expect(fingerprintOf(parts, new Uint8Array(32))).not.toBe(fingerprintOf(parts, key));
	});
});
