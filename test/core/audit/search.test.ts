import { expect, test } from "vitest";
import type { EventRecord } from "../../../src/core/audit/record.ts";
import { type AuditSearch, auditMatcher } from "../../../src/core/audit/search.ts";

const NOTHING: AuditSearch = {
	servers: [],
	tools: [],
	methods: [],
	reasons: [],
	hosts: [],
	sessions: [],
	outcomes: [],
	decision: null,
	since: null,
	until: null,
	text: null,
	trace: null,
	minLatency: null,
};

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

const RECORD: EventRecord = {
	kind: "event",
	sequence: 3,
	at: "2026-11-23T10:00:00.000Z",
	session: "abc123",
	host: "cursor",
	server: "git*hub",
	request: 7,
	direction: "server-to-host",
	method: "tools/call",
	tool: "delete_repo",
	decision: "allow",
	reason: "tool-granted",
	outcome: "answered",
	arguments: { Repo: "Acme/Site", list: ["x", { deep: "Needle" }], count: 42 },
	trace: TRACE,
	latency: 250,
};

/** As the log has it: the quick look and the whole one have to agree. */
function fits(search: Partial<AuditSearch>, record: EventRecord = RECORD): boolean {
	const matcher = auditMatcher({ ...NOTHING, ...search });
	const fitting = matcher.fits(record);
	if (fitting) expect(matcher.mayFit({ at: record.at, text: JSON.stringify(record) })).toBe(true);
	return fitting;
}

test.each<Partial<AuditSearch>>([
	{},
	{ servers: ["git*hub"] },
	{ servers: ["other", "git*"] },
	{ tools: ["delete_repo"] },
	{ tools: ["*_repo"] },
	{ methods: ["tools/*"] },
	{ reasons: ["tool-granted"] },
	{ hosts: ["cursor"] },
	{ sessions: ["abc123"] },
	{ outcomes: ["error", "answered"] },
	{ decision: "allow" },
	{ since: "2026-11-23T10:00:00.000Z", until: "2026-11-23T10:00:00.000Z" },
	{ text: "acme/SITE" },
	{ text: "repo" },
	{ text: "needle" },
	{ text: "42" },
	{ trace: TRACE },
	{ minLatency: 250 },
	{ tools: ["delete_repo"], decision: "allow", minLatency: 1 },
])("%j finds the call", (search) => expect(fits(search)).toBe(true));

test.each<Partial<AuditSearch>>([
	{ servers: ["github"] },
	{ tools: ["delete"] },
	{ tools: ["Delete_repo"] },
	{ methods: ["tools"] },
	{ reasons: ["tool"] },
	{ hosts: ["vscode"] },
	{ sessions: ["abc"] },
	{ outcomes: ["error"] },
	{ decision: "refuse" },
	{ since: "2026-11-23T10:00:00.001Z" },
	{ until: "2026-11-23T09:59:59.999Z" },
	{ text: "delete_repo" },
	{ text: "0" },
	{ trace: TRACE.replace("4", "5") },
	{ minLatency: 250.1 },
	{ tools: ["delete_repo"], decision: "refuse" },
])("%j does not", (search) => expect(fits(search)).toBe(false));

test("what is not known is found by no name and no latency", () => {
	const record: EventRecord = { ...RECORD, host: null, tool: null, latency: undefined, trace: undefined, arguments: undefined };
	for (const search of [{ hosts: ["*"] }, { tools: ["*"] }, { minLatency: 0 }, { trace: TRACE }, { text: "" }])
		expect(fits(search, record)).toBe(false);
});

test("only a search for everything needs no look at a record", () => {
	expect(auditMatcher(NOTHING).isAny).toBe(true);
	expect(auditMatcher({ ...NOTHING, minLatency: 0 }).isAny).toBe(false);
	expect(auditMatcher({ ...NOTHING, hosts: ["*"] }).isAny).toBe(false);
});

test("a hostile name and a hostile pattern are compared in time that stays small", () => {
	const tool = "a".repeat(200);
	expect(fits({ tools: [`${"*a".repeat(100)}b`] }, { ...RECORD, tool })).toBe(false);
	expect(fits({ text: "b" }, { ...RECORD, arguments: { text: "a".repeat(1_000_000) } })).toBe(false);
});
