import { expect, describe as group, it } from "vitest";
import { ourCommand } from "../../../src/core/command-words.ts";
import { withName } from "../../../src/core/plain-text.ts";
import { type About, describe, remedyOf } from "../../../src/core/protocol/reasons.ts";

function about(thing: Partial<About>): About {
	return { reason: "tool-not-granted", server: "files", tool: null, method: null, limits: {}, asks: {}, ...thing };
}

group("what a person is told to do about a refusal", () => {
	it.each<[Partial<About>, string]>([
		[{ reason: "server-request-not-granted", method: "roots/list" }, "sallyport allow files --ask roots"],
		[{ reason: "server-request-not-granted", method: "sampling/createMessage" }, "sallyport allow files --ask sampling"],
		[{ reason: "too-many-asks", method: "elicitation/create", asks: { elicitation: 7 } }, "sallyport allow files --ask elicitation=14"],
		[{ reason: "kind-not-granted", method: "prompts/get", given: { name: "sum up" } }, "sallyport allow files --prompt 'sum up'"],
		[{ reason: "kind-not-granted", method: "resources/read", given: { uri: "file:///a" } }, "sallyport allow files --resource file:///a"],
		[{ reason: "kind-not-granted", method: "resources/subscribe", given: { uri: "a://b" } }, "sallyport allow files --resource a://b"],
		[
			{ reason: "kind-not-granted", method: "completion/complete", given: { ref: { type: "ref/prompt", name: "p" } } },
			"sallyport allow files --completions --prompt p",
		],
		[{ reason: "too-many-calls", limits: { callsPerMinute: 45 } }, "sallyport allow files --limit callsPerMinute=90"],
		[{ reason: "too-many-session-calls", limits: { sessionCallsPerMinute: 5 } }, "sallyport allow files --limit sessionCallsPerMinute=10"],
		[{ reason: "session-calls-used-up", limits: { sessionCalls: 70 } }, "sallyport allow files --limit sessionCalls=140"],
		[{ reason: "result-too-large", limits: { resultBytes: 512 * 1024 } }, "sallyport allow files --limit resultSize=1MiB"],
		[{ reason: "too-many-calls" }, "sallyport policy explain files"],
		[{ reason: "argument-not-allowed", tool: "read" }, "sallyport policy explain files read"],
		[{ reason: "tool-changed", tool: "read" }, "sallyport tools show files read"],
		[{ reason: "host-secret", tool: null }, "sallyport allow files --host-secrets '*'"],
		[{ tool: "it's; rm" }, "sallyport tools allow files 'it'\\''s; rm'"],
	])("is one whole command: %j", (thing, command) => {
		expect(remedyOf(about(thing))?.command).toBe(command);
	});

	it("is nothing that nobody could grant", () => {
		expect(remedyOf(about({ reason: "kind-not-granted", method: "prompts/get", given: { name: "a\u200bb" } }))).toBeNull();
		expect(remedyOf(about({ reason: "unknown-method" }))).toBeNull();
	});

	it("stands at the end of its line, with nothing behind it", () => {
		expect(describe("tool-not-granted", "files", "read", about({ tool: "read" }))).toMatch(/: sallyport tools allow files read$/);
	});

	it("is to look who decides, where another policy took it away", () => {
		expect(describe("tool-not-granted", "files", "read", about({ tool: "read" }), "/w/.sallyport/policy.jsonc")).toBe(
			"files: a tool that is not granted was called (read). /w/.sallyport/policy.jsonc takes it away. To see it: sallyport policy explain files read",
		);
	});
});

group("a name that begins with a dash", () => {
	it("is no option of the command that a person pastes", () => {
		expect(ourCommand("tools allow", ["-x", "read"])).toBe("sallyport tools allow -- -x read");
		expect(ourCommand("allow", ["-x"], [["--ask", "roots"]])).toBe("sallyport allow --ask roots -- -x");
		expect(ourCommand("tools allow", ["it", "--tool"])).toBe("sallyport tools allow -- it --tool");
		expect(withName("Run: sallyport tools allow NAME TOOL…", "-x")).toBe("Run: sallyport tools allow -- -x TOOL…");
		expect(withName("to grant one: sallyport allow NAME --egress HOST:PORT", "-x")).toBe(
			"to grant one: sallyport allow --egress HOST:PORT -- -x",
		);
		expect(withName("sallyport allow NAME --egress HOST:PORT", "a b")).toBe("sallyport allow 'a b' --egress HOST:PORT");
	});
});
