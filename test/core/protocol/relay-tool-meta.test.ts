import { describe, expect, test } from "vitest";
import { metaPinOf, type Pin } from "../../../src/core/tools/pin.ts";
import { grant, type Json, modernMeta, Session, tool } from "./peers.ts";

const META = { ui: { resourceUri: "ui://page" }, count: 1 };
const read = tool("read");
const write = tool("write");

function approved(meta: Json): ReadonlyMap<string, Pin> {
	const pin = metaPinOf({ _meta: meta });
	if (pin == null) throw new Error("a fixture has no pin");
	return new Map([["read", pin]]);
}

function session(toolMeta?: ReadonlyMap<string, Pin>): Session {
	return new Session(grant(read, write), {}, undefined, toolMeta === undefined ? {} : { toolMeta }).initialize();
}

/** The page as the host gets it. */
function listed(here: Session, tools: string, params: Json = {}): string {
	here.host({ jsonrpc: "2.0", id: 1, method: "tools/list", params });
	return here.server(`{"jsonrpc":"2.0","id":1,"result":{"tools":${tools}}}`).host[0] ?? "";
}

const text = (definition: Json, meta: string): string => `${JSON.stringify(definition).slice(0, -1)},"_meta":${meta}}`;

describe("what stands beside a tool's definition, in its `_meta`,", () => {
	test("passes untouched as it was approved, however it is written", () => {
		const tools = `[${text(read, '{"count":1.0, "ui":{"resourceUri":"ui:\\/\\/page"}}')},${JSON.stringify(write)}]`;
		const here = session(approved(META));
		expect(listed(here, tools)).toBe(`{"jsonrpc":"2.0","id":1,"result":{"tools":${tools}}}`);
		expect(here.events).toEqual([]);
	});

	test.each([
		["another value", '{"ui":{"resourceUri":"ui://EVIL"},"count":1}'],
		["one more member", '{"ui":{"resourceUri":"ui://page"},"count":1,"note":"EVIL"}'],
		["no object", '["EVIL"]'],
		["nothing at all", "null"],
	])("is left out when it is not what was approved (%s), and the tool stays, as it was written", (_, meta) => {
		const here = session(approved(META));
		const tools = `[${text({ ...read, n: 1 }, meta)},${text(read, meta)},${JSON.stringify(write)}]`;
		// The first is another definition of the same name, so that neither would be shown: one alone is what is tried.
		expect(listed(here, tools)).not.toContain("EVIL");
		const alone = session(approved(META));
		expect(listed(alone, `[${text(read, meta)}, ${JSON.stringify(write)}]`)).toBe(
			`{"jsonrpc":"2.0","id":1,"result":{"tools":[${JSON.stringify(read)}, ${JSON.stringify(write)}]}}`,
		);
		expect(alone.call("read", 2).server).toHaveLength(1);
	});

	test("is left out where the tool was approved without, and told once, and once in the log, for each tool", () => {
		const here = session();
		const tools = `[${text(read, '{"count":1}')},${text(write, '{"count":1}')}]`;
		const again = `[${text(read, '{"count":2}')},${JSON.stringify(write)}]`;
		expect(listed(here, tools)).not.toContain("_meta");
		expect(listed(here, again)).not.toContain("_meta");
		const about = (name: string) => ({
			reason: "tool-meta-changed",
			method: "tools/list",
			tool: name,
			decision: "refuse",
			outcome: "withheld",
		});
		expect(here.events).toMatchObject([about("read"), about("write")]);
	});

	test("costs nothing where nothing is in it", () => {
		const here = session();
		const tools = `[${text(read, "{}")}]`;
		expect(listed(here, tools)).toBe(`{"jsonrpc":"2.0","id":1,"result":{"tools":${tools}}}`);
		expect(here.events).toEqual([]);
	});

	test("is judged in the stateless era, too, and by the grant of that moment", () => {
		const here = session(approved(META));
		const tools = `[${text(read, JSON.stringify(META))}]`;
		expect(listed(here, tools, modernMeta())).toContain("ui://page");
		here.relay.setPolicy({ tools: grant(read) });
		expect(listed(here, tools, modernMeta())).not.toContain("ui://page");
	});

	test("of a tool that is not shown is told of to nobody", () => {
		const here = session();
		expect(listed(here, `[${text(tool("other"), '{"a":"EVIL"}')}]`)).toBe('{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}');
		expect(here.events).toEqual([]);
	});

	test("deeper in a definition is a part of what is pinned", () => {
		const inner = { ...read, inputSchema: { type: "object", _meta: { a: 1 } } };
		const here = new Session(grant(inner)).initialize();
		expect(here.list([inner])).toEqual(["read"]);
		expect(here.list([{ ...inner, inputSchema: { type: "object", _meta: { a: 2 } } }])).toEqual([]);
	});
});
