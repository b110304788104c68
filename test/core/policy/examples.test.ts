import { describe, expect, it } from "vitest";
import { runExamples } from "../../../src/core/policy/examples.ts";
import type { PolicyFile, PolicyServer } from "../../../src/core/policy/schema.ts";

const pin = `sha256:${"a".repeat(64)}`;
const launch = (command: string, ...args: string[]) => ({ command, args, cwd: null, env: {}, fingerprint: pin });
const granted = (server: Partial<PolicyServer>): PolicyServer => ({
	name: "files",
	config: "/c",
	workspace: null,
	launch: launch("files"),
	...server,
});

function decisions(policy: Omit<PolicyFile, "version">, grants = true): readonly string[] {
	return runExamples({ file: "/policy", policy: { version: 1, ...policy }, grants }, "/work", () => null).map(({ decision }) => decision);
}

const echo = { tool: "echo", expect: "allow" } as const;

describe("examples of a policy file", () => {
	it("are judged, in a grant, by what it grants", () => {
		expect(decisions({ servers: [granted({ tools: { echo: { pin } }, examples: [echo, { tool: "other", expect: "refuse" }] })] })).toEqual([
			"allow",
			"refuse",
		]);
	});

	it("are judged by another grant of the same launch, too", () => {
		const other = granted({ workspace: "/work", tools: {} });
		expect(decisions({ servers: [granted({ tools: { echo: { pin } }, examples: [echo] }), other] })).toEqual(["refuse"]);
		expect(decisions({ servers: [granted({ tools: { echo: { pin } }, examples: [echo] }), { ...other, launch: launch("else") }] })).toEqual(
			["allow"],
		);
	});

	it("find nothing granted where the person's own file has no launch, though the same narrows elsewhere", () => {
		const server: PolicyServer = { name: "files", tools: { "*": {} }, examples: [echo] };
		expect(decisions({ servers: [server] })).toEqual(["refuse"]);
		expect(decisions({ servers: [server] }, false)).toEqual(["allow"]);
	});

	it("are refused where the file forbids the launch by its package", () => {
		const server = granted({ launch: launch("npx", "-y", "@acme/files@1.0.0"), tools: { echo: { pin } }, examples: [echo] });
		expect(decisions({ servers: [server], forbid: [{ package: "@acme/*" }] })).toEqual(["refuse"]);
		expect(decisions({ servers: [server], forbid: [{ package: "@other/*" }] })).toEqual(["allow"]);
	});

	it("allow nothing where two entries want two pins", () => {
		const wants = (character: string): PolicyServer => ({ name: "files", tools: { echo: { pin: `sha256:${character.repeat(64)}` } } });
		expect(decisions({ servers: [{ ...wants("a"), examples: [echo] }] }, false)).toEqual(["allow"]);
		expect(decisions({ servers: [{ ...wants("a"), examples: [echo] }, wants("b")] }, false)).toEqual(["refuse"]);
	});
});
