import { describe, expect, test } from "vitest";
import { type Offers, offersOf } from "../../../src/core/policy/offers.ts";
import { pinOf, promptPinOf } from "../../../src/core/tools/pin.ts";
import { grant, type Json, modernMeta, RANDOM, refused, type Seen, Session } from "./peers.ts";

const summary = { name: "summary", description: "Sums up", arguments: [{ name: "topic", required: true }] };
const plan = { name: "plan", title: "Plan" };
const changed = { ...summary, description: "Sums up. EVIL" };

function offers(prompts: readonly string[] = ["summary", "plan"], pinned: readonly Json[] = [summary]) {
	return offersOf({
		prompts,
		promptPins: Object.fromEntries(pinned.map((prompt) => [String(prompt.name), pinOf(prompt) ?? ""])),
		completions: true,
	});
}

function ready(granted = offers()): Session {
	return new Session(grant(), {}, undefined, { offers: granted }).initialize();
}

let ids = 0;
const get = (name: string, params: Json = {}): Json => ({
	jsonrpc: "2.0",
	id: `get-${++ids}`,
	method: "prompts/get",
	params: { name, arguments: { topic: "x" }, ...params },
});
const complete = (name: string): Json => ({
	jsonrpc: "2.0",
	id: `complete-${++ids}`,
	method: "completion/complete",
	params: { ref: { type: "ref/prompt", name }, argument: { name: "topic", value: "w" } },
});

/** The host lists, the server shows these; gives the names that the host was shown. */
function list(here: Session, prompts: readonly Json[], more: Json = {}, params: Json = {}): readonly string[] {
	const id = `list-${++ids}`;
	here.host({ jsonrpc: "2.0", id, method: "prompts/list", params });
	const [answer = "null"] = here.server({ jsonrpc: "2.0", id, result: { prompts, ...more } }).host;
	const { result } = JSON.parse(answer) as { result: { prompts: { name: string }[] } };
	return result.prompts.map(({ name }) => name);
}

/** Answers the relay's own request. */
function answerOwn(here: Session, { server }: Seen, prompts: readonly Json[], more: Json = {}): Seen {
	const own = server.find((each) => each.includes(`"id":"sallyport-${RANDOM}-`)) ?? "null";
	const { id, method } = JSON.parse(own) as Json;
	expect(method).toBe("prompts/list");
	return here.server({ jsonrpc: "2.0", id, result: { prompts, ...more } });
}

describe("a prompt that is granted with its definition", () => {
	test("is shown and given while the server lists it as that", () => {
		const here = ready();
		expect(list(here, [{ ...summary, _meta: {} }, plan])).toEqual(["summary", "plan"]);
		const request = get("summary");
		expect(here.host(request).server).toEqual([JSON.stringify(request)]);
		expect(here.host(complete("summary")).server).toHaveLength(1);
		expect(here.reasons).toEqual(["offer-granted", "offer-granted"]);
	});

	test.each([
		["another description", changed],
		["another argument", { ...summary, arguments: [{ name: "topic", description: "EVIL" }] }],
		["another title", { ...summary, title: "EVIL" }],
		["a member that no one knows", { ...summary, icons: [{ src: "https://example.org/EVIL" }] }],
	])("is neither shown nor given once it has %s", (_, definition) => {
		const here = ready();
		expect(list(here, [definition, plan])).toEqual(["plan"]);
		for (const request of [get("summary"), complete("summary")])
			expect(here.host(request)).toMatchObject({ server: [], host: [refused(String(request.id))] });
		expect(here.reasons).toEqual(["prompt-changed", "prompt-changed", "prompt-changed"]);
		expect(here.host(get("plan")).server).toHaveLength(1);
	});

	test("is told of once, by its name and with the way to approve it, and what changed is handed to whoever keeps it", () => {
		const here = ready();
		here.host({ jsonrpc: "2.0", id: 1, method: "prompts/list" });
		const line = new TextEncoder().encode(JSON.stringify({ jsonrpc: "2.0", id: 1, result: { prompts: [changed] } }));
		const actions = here.relay.fromServer([{ kind: "line", line }]);
		expect(actions).toContainEqual({
			heldPrompt: { name: "summary", why: "changed", approved: pinOf(summary), pin: pinOf(changed), definition: changed },
		});
		expect(here.take(actions).warnings).toEqual([
			expect.stringMatching(/^demo: a prompt is not what was approved .*\(summary\)\. .*sallyport allow demo --prompt summary$/),
		]);
		expect(here.events.at(-1)).toMatchObject({
			method: "prompts/list",
			reason: "prompt-changed",
			arguments: { name: "summary", approved: pinOf(summary), listed: pinOf(changed) },
		});
		expect(here.host(get("summary")).warnings).toEqual([]);
	});

	test("that is listed twice, on one page or on two, is neither", () => {
		const here = ready();
		expect(list(here, [summary, changed])).toEqual([]);
		const pages = ready();
		expect(list(pages, [summary], { nextCursor: "2" })).toEqual(["summary"]);
		expect(list(pages, [changed], {}, { cursor: "2" })).toEqual([]);
		for (const each of [here, pages]) expect(each.host(get("summary")).server).toEqual([]);
		expect(pages.reasons).toContain("prompt-duplicate");
	});

	test("that is not listed any more is refused", () => {
		const here = ready();
		list(here, [plan]);
		expect(here.host(get("summary")).server).toEqual([]);
		expect(here.reasons).toEqual(["prompt-not-listed"]);
	});

	test("counts as it is listed now: in the second list, and after the server has said that its list changed", () => {
		const here = ready();
		expect(list(here, [summary])).toEqual(["summary"]);
		expect(list(here, [changed])).toEqual([]);
		expect(list(here, [summary])).toEqual(["summary"]);
		here.server({ jsonrpc: "2.0", method: "notifications/prompts/list_changed" });
		const request = get("summary");
		const { host } = answerOwn(here, here.host(request), [changed]);
		expect(host).toEqual([refused(String(request.id))]);
	});
});

describe("a prompt that is asked for before any list", () => {
	test("waits while the relay lists by itself, over all pages, and is given as it is approved", () => {
		const here = ready();
		const request = get("summary");
		const asked = here.host(request);
		expect(asked.server).toHaveLength(1);
		const second = answerOwn(here, asked, [plan], { nextCursor: "2" });
		expect(second.server).toHaveLength(1);
		expect(answerOwn(here, second, [summary])).toMatchObject({ server: [JSON.stringify(request)], host: [] });
		// The next one need not wait.
		expect(here.host(get("summary")).server).toHaveLength(1);
	});

	test("is refused when it is another, or the list cannot be read", () => {
		for (const [answer, reason] of [
			[{ prompts: [changed] }, "prompt-changed"],
			[{ prompts: [] }, "prompt-not-listed"],
			[{ prompts: {} }, "list-failed"],
			[{ prompts: [summary], Prompts: [] }, "list-failed"],
		] as const) {
			const here = ready();
			const request = get("summary");
			const own = JSON.parse(here.host(request).server[0] ?? "null") as Json;
			expect(here.server({ jsonrpc: "2.0", id: own.id, result: answer }).host).toEqual([refused(String(request.id))]);
			expect(here.reasons.at(-1)).toBe(reason);
		}
	});

	test("in the stateless era, too, with what such a server must know", () => {
		const here = new Session(grant(), {}, undefined, { offers: offers() });
		const request = get("summary", modernMeta());
		const asked = here.host(request);
		expect(JSON.parse(asked.server[0] ?? "null").params).toEqual(modernMeta());
		expect(answerOwn(here, asked, [summary]).server).toEqual([JSON.stringify(request)]);
	});

	test("is judged by what is granted while it waits: refused, given, or held to another definition", () => {
		const here = ready();
		const request = get("summary");
		const asked = here.host(request);
		const gone = here.take(here.relay.setPolicy({ tools: new Map(), offers: offers(["plan"], []) }));
		expect(gone.host).toContain(refused(String(request.id)));
		expect(gone.server).toEqual([]);
		expect(answerOwn(here, asked, [summary])).toMatchObject({ host: [], server: [] });
		const free = ready();
		const waits = get("summary");
		free.host(waits);
		expect(free.take(free.relay.setPolicy({ tools: new Map(), offers: offers(["*"], []) })).server).toEqual([JSON.stringify(waits)]);
		const other = ready();
		const third = get("summary");
		const first = other.host(third);
		other.relay.setPolicy({ tools: new Map(), offers: offers(["summary"], [changed]) });
		// What was asked for before the change says nothing.
		const second = answerOwn(other, first, [summary]);
		expect(answerOwn(other, second, [summary]).host).toEqual([refused(String(third.id))]);
	});

	test("can be called off, and is refused when the server ends", () => {
		const here = ready();
		const first = get("summary");
		here.host(first);
		expect(here.host({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: first.id } }).server).toEqual([]);
		const second = get("summary");
		here.host(second);
		expect(here.take(here.relay.serverClosed()).host).toEqual([refused(String(second.id))]);
		expect(here.reasons).toEqual(["cancelled", "session-ended"]);
	});

	test("does not keep a tool waiting, nor the other way round", () => {
		const read = { name: "read", inputSchema: { type: "object" } };
		const here = new Session(grant(read), {}, undefined, { offers: offers() }).initialize();
		const call = { jsonrpc: "2.0", id: "call", method: "tools/call", params: { name: "read", arguments: {} } };
		const [tools = "null"] = here.host(call).server;
		const asked = here.host(get("summary"));
		const own = JSON.parse(tools) as Json;
		expect(own.method).toBe("tools/list");
		expect(here.server({ jsonrpc: "2.0", id: own.id, result: { tools: [read] } }).server).toEqual([JSON.stringify(call)]);
		expect(answerOwn(here, asked, [summary]).server).toHaveLength(1);
	});
});

describe("a prompt that is granted without its definition", () => {
	test("by its name or by `*`, counts whatever that is, and nothing is listed for it", () => {
		for (const granted of [offers(["summary"], []), offers(["*"], [])]) {
			const here = ready(granted);
			expect(here.host(get("summary")).server).toHaveLength(1);
			expect(list(here, [changed])).toEqual(["summary"]);
		}
	});

	test("beside one that is granted with it, by `*`, leaves that one held to it", () => {
		const here = ready(offers(["*"]));
		expect(list(here, [changed, plan])).toEqual(["plan"]);
		expect(here.host(get("summary")).server).toEqual([]);
		expect(here.host(get("other")).server).toHaveLength(1);
	});
});

test("a list that was asked for before a prompt was granted with its definition says nothing of it", () => {
	const here = ready(offers(["summary"], []));
	here.host({ jsonrpc: "2.0", id: 1, method: "prompts/list" });
	here.relay.setPolicy({ tools: new Map(), offers: offers() });
	here.server({ jsonrpc: "2.0", id: 1, result: { prompts: [summary] } });
	const request = get("summary");
	expect(answerOwn(here, here.host(request), [changed]).host).toEqual([refused(String(request.id))]);
});

test("a change of the definitions that are granted is worth listing anew", () => {
	const here = ready(offers());
	here.host({ jsonrpc: "2.0", id: "again", method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {} } });
	const result = { protocolVersion: "2025-11-25", capabilities: { prompts: {} }, serverInfo: { name: "s", version: "1" } };
	here.server({ jsonrpc: "2.0", id: "again", result });
	const { host } = here.take(here.relay.setPolicy({ tools: new Map(), offers: offers(["summary", "plan"], [changed]) }));
	expect(host).toEqual(['{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}']);
	expect(list(here, [changed])).toEqual(["summary"]);
});

describe("what stands beside a prompt's definition, in its `_meta`", () => {
	const beside = { ...summary, _meta: { "example/note": "For the model" } };
	const evil = { ...summary, _meta: { "example/note": "EVIL" } };

	/** What the host is shown of the one prompt that is listed, and what else came of it. */
	function shown(granted: Offers, prompt: Json): { readonly prompts: readonly Json[]; readonly here: Session } {
		const here = ready(granted);
		const id = `list-${++ids}`;
		here.host({ jsonrpc: "2.0", id, method: "prompts/list", params: {} });
		const [answer = "null"] = here.server({ jsonrpc: "2.0", id, result: { prompts: [prompt] } }).host;
		return { prompts: (JSON.parse(answer) as { result: { prompts: Json[] } }).result.prompts, here };
	}
	const approved = (pin: string | null): Offers => offersOf({ prompts: ["summary"], promptPins: { summary: pin ?? "" } });

	test("passes as it was approved with the prompt", () => {
		const { prompts, here } = shown(approved(promptPinOf(beside)), beside);
		expect(prompts).toEqual([beside]);
		expect(here.host(get("summary")).server).toHaveLength(1);
		expect(here.reasons).toEqual(["offer-granted"]);
	});

	test("takes the prompt away where it is another one than was approved", () => {
		const { prompts, here } = shown(approved(promptPinOf(beside)), evil);
		expect(prompts).toEqual([]);
		expect(here.host(get("summary")).server).toEqual([]);
		expect(here.reasons).toEqual(["prompt-changed", "prompt-changed"]);
	});

	test("is left out, and the prompt stays, where it was approved without: told with the remedy, and in the log", () => {
		const { prompts, here } = shown(approved(pinOf(summary)), evil);
		expect(prompts).toEqual([summary]);
		expect(here.host(get("summary")).server).toHaveLength(1);
		expect(here.events[0]).toMatchObject({ reason: "prompt-meta-not-granted", method: "prompts/list", arguments: { name: "summary" } });
	});
});
