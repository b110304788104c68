import { describe, expect, test } from "vitest";
import { grownBy } from "./relay/memory.ts";
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

	test("an id that is half a character is not given back", () => {
		expect(brokenBy([line("host", '{"id":"\\udaaa"}')])).toBeNull();
	});

	test("a secret in escapes inside JSON inside JSON is one", () => {
		const escaped = Array.from("k9-Fz7Qw2xLm4Rt8Vb", (c) => `\\\\\\\\u00${c.charCodeAt(0).toString(16)}`).join("");
		const answer = `{"jsonrpc":"2.0","id":1,"result":{"x":"${escaped}"}}`;
		expect(brokenBy([line("host", '{"jsonrpc":"2.0","id":1,"method":"ping"}'), line("server", answer)])).toBeNull();
	});
});
