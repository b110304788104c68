import { describe, expect, test, vi } from "vitest";
import type { AuditEvent } from "../../src/core/audit/event.ts";
import { Books } from "./relay/books.ts";
import { grownBy } from "./relay/memory.ts";
import { SECRET } from "./relay/policies.ts";
import { brokenBy, fuzzRelay } from "./relay/run.ts";

/** Enough to meet every kind of message and mutation; `npm run fuzz:relay` goes on. */
const CASES = 150;

describe("sessions that nobody would have", () => {
	test.each(["first", "second", "third"])("break no promise of the relay (seed %s)", (seed) => {
		const { failures } = fuzzRelay(seed, (cases) => cases < CASES);
		expect(failures.map(({ promise, events }) => ({ promise, events }))).toEqual([]);
	});

	test("do not fill the memory, however long they are", () => {
		const { bytes, most } = grownBy("long", 3000);
		expect(bytes).toBeLessThan(most);
	});
});

const line = (from: "host" | "server", message: string) => ({ from, bytes: `${message}\n`, cuts: [] });
const READ = '{"name":"read","description":"Reads a file","inputSchema":{"type":"object","properties":{"path":{"type":"string"}}}}';

/** What fuzzing found, as short as it can be told. */
describe("sessions that broke a promise once", () => {
	test("a refusal that was not written is not forgotten", () => {
		expect(brokenBy([{ log: false }, line("host", "x"), { log: true }, line("host", "x")])).toBeNull();
	});

	test("a page that was asked for before the list changed verifies nothing", () => {
		const events = [
			line("host", '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"2"}}'),
			{ policy: 1 },
			line("server", `{"jsonrpc":"2.0","id":1,"result":{"tools":[${READ}]}}`),
			line(
				"host",
				'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}',
			),
		];
		expect(brokenBy(events)).toBeNull();
	});

	test("what a list shows while another one is under way is not forgotten when that one ends", () => {
		const events = [
			line("host", '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'),
			line("host", '{"jsonrpc":"2.0","id":2,"method":"tools/list"}'),
			line("server", `{"jsonrpc":"2.0","id":1,"result":{"tools":[${READ}],"nextCursor":"more"}}`),
			line("server", '{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"read","description":"Another"}],"nextCursor":"c"}}'),
			line("host", '{"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":"more"}}'),
			line("server", '{"jsonrpc":"2.0","id":3,"result":{"tools":[]}}'),
			line("host", '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"read"}}'),
		];
		expect(brokenBy(events)).toBeNull();
	});

	test("a list that answers no request, because its id is written otherwise, changes nothing", () => {
		const events = [
			line("host", '{"jsonrpc":"2.0","id":0,"method":"tools/list"}'),
			line("host", '{"jsonrpc":"2.0","id":23,"method":"tools/list"}'),
			line("server", `{"jsonrpc":"2.0","id":0,"result":{"tools":[${READ}]}}`),
			line("server", '{"jsonrpc":"2.0","id":23.0,"result":{"tools":[{"name":"read","description":"Another"}]}}'),
			line("host", '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}'),
		];
		expect(brokenBy(events)).toBeNull();
	});

	test("an id that is half a character is not given back", () => {
		expect(brokenBy([line("host", '{"id":"\\udaaa"}')])).toBeNull();
	});

	test("a secret in escapes inside JSON inside JSON is one", () => {
		const escaped = Array.from("k9-Fz7Qw2xLm4Rt8Vb", (c) => `\\\\\\\\u00${c.charCodeAt(0).toString(16)}`).join("");
		const answer = `{"jsonrpc":"2.0","id":1,"result":{"x":"${escaped}"}}`;
		expect(brokenBy([line("host", '{"jsonrpc":"2.0","id":1,"method":"ping"}'), line("server", answer)])).toBeNull();
	});

	test("a call that was called off, and made room for another, has its end in the log", () => {
		const modern = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}';
		const call = (id: number) =>
			line("host", `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"read","arguments":{},${modern}}}`);
		const events = [
			// Eight at once.
			{ policy: 2 },
			line("host", '{"jsonrpc":"2.0","id":0,"method":"tools/list"}'),
			line("server", `{"jsonrpc":"2.0","id":0,"result":{"tools":[${READ}]}}`),
			...[1, 2, 3, 4, 5, 6, 7, 8].map(call),
			line("host", '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'),
			call(9),
			{ closed: "server" as const },
		];
		expect(brokenBy(events)).toBeNull();
	});
});

describe("a log that is not exact is found", () => {
	/** The promise that breaks if the log is handed something else, or nothing (null), in the place of what is recorded. */
	function brokenWith(change: (event: AuditEvent) => AuditEvent | null): string | null {
		const handed = Books.prototype.recorded;
		const spy = vi.spyOn(Books.prototype, "recorded").mockImplementation(function (this: Books, event) {
			const other = change(event);
			if (other !== null) handed.call(this, other);
		});
		try {
			return brokenBy([
				line("host", '{"jsonrpc":"2.0","id":0,"method":"tools/list"}'),
				line("server", `{"jsonrpc":"2.0","id":0,"result":{"tools":[${READ}]}}`),
				line("host", '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"path":"/docs/a"}}}'),
				line("server", '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}'),
				line("host", '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"erase","arguments":{}}}'),
				line("host", '{"jsonrpc":"2.0","id":3,"method":"no/such"}'),
				line("host", "no message"),
				line("host", '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"read","arguments":{}}}'),
				{ closed: "server" },
			]);
		} finally {
			spy.mockRestore();
		}
	}

	test("and one that is, is not", () => {
		expect(brokenWith((event) => event)).toBeNull();
	});

	test.each<[string, (event: AuditEvent) => AuditEvent | null, string]>([
		["a refusal that is missing", (event) => (event.request === 2 ? null : event), "a refusal is not in the log under its id"],
		[
			"a refusal of another request",
			(event) => (event.request === 2 ? { ...event, request: 3 } : event),
			"a refusal is in the log of what the host has not sent",
		],
		[
			"a refusal of another tool",
			(event) => (event.request === 2 ? { ...event, tool: "read" } : event),
			"a refusal is in the log of what the host has not sent",
		],
		[
			"a refusal for another reason",
			(event) => (event.request === 3 ? { ...event, reason: "tool-not-granted" } : event),
			"a refusal is in the log with a wrong reason: tool-not-granted",
		],
		["a note that is missing", (event) => (event.reason === "line-invalid" ? null : event), "a refusal is not in the log under its id"],
		[
			"a beginning that is missing",
			(event) => (event.outcome === "forwarded" && event.request === 1 ? null : event),
			"a call reaches the server and is not in the log",
		],
		[
			"other arguments",
			(event) => (event.arguments === undefined ? event : { ...event, arguments: { path: "/etc" } }),
			"a call is in the log with other arguments",
		],
		["an end that is missing", (event) => (event.outcome === "answered" ? null : event), "a call has ended and it is not in the log how"],
		[
			"another end",
			(event) => (event.outcome === "answered" ? { ...event, outcome: "error" } : event),
			"a call has ended and it is not in the log how",
		],
		["no end at the end", (event) => (event.outcome === "unanswered" ? null : event), "a call has ended and it is not in the log how"],
	])("%s", (_, change, promise) => {
		expect(brokenWith(change)).toBe(promise);
	});

	test("a secret, but what is redacted before it is written is none", () => {
		const withSecret = (key: "method" | "reason") => brokenWith((event) => ({ ...event, [key]: `x ${SECRET}` }));
		expect(withSecret("reason")).toBe("a secret is in the log");
		expect(withSecret("method")).not.toBe("a secret is in the log");
	});
});
