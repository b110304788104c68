import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { EventRecord } from "../../src/core/audit/record.ts";
import { type AcceptedPolicy, NOTHING_ACCEPTED } from "../../src/core/policy/accepted-list.ts";
import { parsePolicy } from "../../src/core/policy/parse.ts";
import { policyPlace } from "../../src/core/policy/place.ts";
import { slice } from "../../src/core/text.ts";
import { type Deciding, decidingOf } from "../../src/editor/activity/deciding.ts";
import { outcomeWord, reasonOf, spokenText } from "../../src/editor/activity/words.ts";
import { type Home, openHome } from "../../src/platform/home.ts";
import { World } from "../harness/world.ts";

const world = new World();
let home: Home;

beforeAll(async () => {
	await world.init();
	world.entry("mini");
	await world.allowTools("mini", "echo", "read", "write");
	for (const args of [
		["--ask", "roots", "--limit", "callsPerMinute=60"],
		["--egress", "example.com:443", "--read", "."],
	]) {
		const allowed = await world.sallyport(["allow", "mini", ...args, "--yes"]);
		expect(allowed.code, allowed.stderr).toBe(0);
	}
	// A prompt that it does not list: written by hand, and accepted.
	const policies = path.join(world.sallyportHome, "policy");
	const file = path.join(policies, fs.readdirSync(policies)[0] ?? "");
	fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"secrets":', '"prompts": ["summary"],\n\t\t\t"secrets":'));
	expect((await world.sallyport(["policy", "accept", "mini", "--yes"])).code).toBe(0);
	world.write(".sallyport/policy.jsonc", {
		version: 1,
		servers: [{ name: "mini", tools: { "*": {}, write: { decision: "deny" } }, egress: [], limits: { callsPerMinute: 5 } }],
	});
	const opened = openHome(world.sallyportHome);
	if (!opened.ok) throw new Error(opened.problem.message);
	home = opened.value;
});
afterAll(() => world.remove());

function record(more: Partial<EventRecord>): EventRecord {
	return {
		...{
			kind: "event",
			sequence: 1,
			at: new Date(Date.now() + 60_000).toISOString(),
			session: "a",
			host: null,
			server: "mini",
			request: 1,
		},
		...{
			direction: "host-to-server",
			method: "tools/call",
			tool: null,
			decision: "refuse",
			reason: "tool-not-granted",
			outcome: "withheld",
		},
		...more,
	};
}

function decide(more: Partial<EventRecord>, accepted: AcceptedPolicy | null = null): Deciding | null {
	const key = { name: "mini", config: path.join(world.workspace, ".mcp.json"), workspace: world.workspace };
	return decidingOf({ id: "a 1", record: record(more), ending: null }, { home, userHome: world.home, key, accepted });
}

/** Whose policy, what it says, and the text of the place. */
function place(more: Partial<EventRecord>): readonly [string, string, string] | null {
	const deciding = decide(more);
	if (deciding === null) return null;
	const text = fs.readFileSync(deciding.file, "utf8");
	const span = policyPlace(text, deciding.entry, deciding.paths);
	return [deciding.source, deciding.says, span === null ? "" : slice(text, span).replaceAll(/\s+/g, " ")];
}

it.each<[string, Partial<EventRecord>, readonly [string, RegExp, RegExp]]>([
	["a tool that is granted", { tool: "echo", decision: "allow", reason: "tool-granted" }, ["user", /^grants it, pinned to/, /^"echo": \{/]],
	["a tool that nobody granted", { tool: "env" }, ["user", /^does not grant it$/, /^"tools": \{ "echo"/]],
	["a tool that the workspace takes away", { tool: "write" }, ["workspace", /^takes it away$/, /^"write": \{ "decision": "deny" \}$/]],
	["a host that the workspace takes away", egress("example.com:443"), ["workspace", /^takes it away$/, /^"egress": \[\]$/]],
	["a host that nobody granted", egress("evil.example:443"), ["user", /^does not grant it$/, /^"egress": \[ "example.com:443" \]$/]],
	["the smaller number of calls", { tool: "echo", reason: "too-many-calls" }, ["workspace", /^/, /^"callsPerMinute": 5$/]],
	[
		"a key that the host was about to send",
		{ tool: "echo", reason: "host-secret", arguments: { kind: "private key", place: "params.arguments.text" } },
		["user", /^does not grant it$/, /^"name": "mini"$/],
	],
	[
		"instructions",
		{ direction: "server-to-host", method: "initialize", reason: "instructions-not-granted" },
		["user", /not grant/, /^"name"/],
	],
	["a prompt", { method: "prompts/get", reason: "kind-not-granted", arguments: { name: "steal" } }, ["user", /not grant/, /^"prompts"/]],
	["what the server may not ask", asked("sampling/createMessage"), ["user", /^does not grant it$/, /^"asks": \{ "roots": true \}$/]],
	[
		"what it may ask",
		{ ...asked("roots/list"), decision: "allow", reason: "ask-granted" },
		["user", /^grants it, 10 a minute$/, /^"roots": true$/],
	],
	["a start", { ...launcher("started"), decision: "allow" }, ["user", /^grants it$/, /^"launch": \{ "command"/]],
])("%s leads to the place in the policy that decided", (_, more, [source, says, text]) => {
	expect(place(more)).toEqual([source, expect.stringMatching(says), expect.stringMatching(text)]);
});

it("what the log itself names counts, and a policy that was written since is told as that", () => {
	const file = path.join(world.workspace, ".sallyport", "policy.jsonc");
	const layer = { source: "workspace", file, says: "takes it away" } as const;
	expect(decide({ tool: "write", layer })).toMatchObject({ source: "workspace", says: "takes it away", isLater: false });
	expect(decide({ tool: "write", layer, at: "2020-01-01T00:00:00.000Z" })).toMatchObject({ isLater: true });
	expect(decide({ tool: "write", layer: { ...layer, file: `${file}.gone` } })).toMatchObject({ isLater: true });
});

it("what stands in a file and no person accepted decides nothing", () => {
	const folder = home.policy;
	const servers = fs.readdirSync(folder).flatMap((name) => {
		const parsed = parsePolicy(fs.readFileSync(path.join(folder, name), "utf8"), name);
		return parsed.ok ? parsed.value.servers : [];
	});
	const call = { tool: "echo", decision: "allow", reason: "tool-granted" } as const;
	expect(decide(call, { ...NOTHING_ACCEPTED, servers })?.says).toMatch(/^grants it/);
	const less = servers.map((server) => ({ ...server, tools: {} }));
	expect(decide({ tool: "echo" }, { ...NOTHING_ACCEPTED, servers: less })).toMatchObject({ source: "user", says: "does not grant it" });
	expect(decide(call, NOTHING_ACCEPTED)).toBeNull();
});

it("of a server that no policy knows nothing is made up", () => {
	expect(decide({ ...launcher("not-approved"), server: "unknown" })).toBeNull();
});

it("an entry is read out as a sentence, in our own words", () => {
	const entry = { id: "a 1", record: record({ tool: "delete\u202ebranch", at: "2026-11-23T10:00:00.000Z" }), ending: null };
	expect(outcomeWord(entry)).toBe("refused");
	expect(reasonOf(entry.record)).toBe("a tool that is not granted was called");
	const spoken = spokenText(entry, new Date("2026-11-24T10:00:00.000Z"));
	expect(spoken).toContain("delete\\u202ebranch of mini: refused, a tool that is not granted was called, ");
	expect(reasonOf(record({ ...egress("a:1"), reason: "egress-private-address" }))).toContain("leads to a private address");
	expect(reasonOf(record(launcher("code-changed")))).toBe("its code is not what was approved");
});

function egress(target: string): Partial<EventRecord> {
	return { ...launcher("egress-not-granted"), arguments: { target } };
}

function launcher(reason: string): Partial<EventRecord> {
	return { request: null, direction: "launcher", method: null, reason };
}

function asked(method: string): Partial<EventRecord> {
	return { direction: "server-to-host", method, reason: "server-request-not-granted" };
}
