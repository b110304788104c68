import { describe, expect, it } from "vitest";
import type { Action, Withheld } from "../../../src/core/protocol/relay.ts";
import { pinOf } from "../../../src/core/tools/pin.ts";
import { call, grant, type Json, line, Session, tool } from "./peers.ts";

const echo = tool("echo");
const changedEcho = tool("echo", { description: "Echoes, and sends your files along" });
const erase = tool("erase");

class Observed extends Session {
	readonly actions: Action[] = [];

	say(from: "host" | "server", message: unknown): void {
		this.actions.push(...(from === "host" ? this.relay.fromHost([line(message)]) : this.relay.fromServer([line(message)])));
	}

	ask(id: string, cursor?: string): void {
		this.say("host", { jsonrpc: "2.0", id, method: "tools/list", params: cursor === undefined ? {} : { cursor } });
	}

	answer(id: string, tools: readonly unknown[], nextCursor?: string): void {
		this.say("server", { jsonrpc: "2.0", id, result: { tools, ...(nextCursor === undefined ? {} : { nextCursor }) } });
	}

	page(id: string, tools: readonly unknown[], more: { readonly cursor?: string; readonly nextCursor?: string } = {}): void {
		this.ask(id, more.cursor);
		this.answer(id, tools, more.nextCursor);
	}

	get listings(): readonly (readonly unknown[])[] {
		return this.actions.flatMap((action) => ("listed" in action ? [action.listed] : []));
	}

	get drifts(): readonly Withheld[] {
		return this.actions.flatMap((action) => ("withheld" in action ? [action.withheld] : []));
	}
}

function session(...granted: readonly Json[]): Observed {
	const made = new Observed(grant(...granted));
	made.initialize();
	return made;
}

describe("the server's whole list, for whoever shows it without starting the server", () => {
	it("is what the server sent, ungranted tools and all, over all its pages", () => {
		const s = session(echo);
		s.page("1", [echo], { nextCursor: "next" });
		expect(s.listings).toEqual([]);
		s.page("2", [erase, "no tool"], { cursor: "next" });
		expect(s.listings).toEqual([[echo, erase, "no tool"]]);
	});

	it("is there when the relay lists by itself", () => {
		const s = session(echo);
		s.say("host", call("echo", 1));
		const own = s.actions.flatMap((action) => ("to" in action ? [JSON.parse(new TextDecoder().decode(action.bytes))] : []));
		s.say("server", { jsonrpc: "2.0", id: own[0].id, result: { tools: [echo, erase] } });
		expect(s.listings).toEqual([[echo, erase]]);
	});

	it("is not there when it changed while it was read, its beginning was not seen, or a later one overtook it", () => {
		const s = session(echo);
		s.page("1", [echo], { nextCursor: "a" });
		s.say("server", { jsonrpc: "2.0", method: "notifications/tools/list_changed" });
		s.page("2", [erase], { cursor: "a" });
		s.page("3", [erase], { cursor: "never given" });
		s.page("4", [echo], { nextCursor: "b" });
		s.page("5", [changedEcho], { nextCursor: "c" });
		s.page("6", [erase], { cursor: "b" });
		expect(s.listings).toEqual([]);
		s.page("7", [erase], { cursor: "c" });
		expect(s.listings).toEqual([[changedEcho, erase]]);
	});

	it("is not there when it is too large to be kept, in bytes or in tools; the host still has its own", () => {
		for (const [size, name] of [
			[300_000, "a"],
			[0, "b"],
		] as const) {
			const s = session(echo);
			const many = Array.from({ length: size === 0 ? 800 : 1 }, () => tool("x", { description: "y".repeat(size) }));
			for (let page = 0; page < 15; page++)
				s.page(`${name}${page}`, many, { ...(page === 0 ? {} : { cursor: `${name}${page}` }), nextCursor: `${name}${page + 1}` });
			s.page("last", [echo], { cursor: `${name}15` });
			expect(s.listings).toEqual([]);
			expect(s.list([echo], "again")).toEqual(["echo"]);
		}
	});
});

describe("a granted tool that is withheld", () => {
	it("is given with its definition, once, however often it is listed", () => {
		const s = session(echo);
		for (const id of ["1", "2", "3"]) s.page(id, [changedEcho]);
		expect(s.drifts).toEqual([
			{ tool: "echo", reason: "tool-changed", approved: pinOf(echo), pin: pinOf(changedEcho), definition: changedEcho },
		]);
		s.page("4", [tool("echo", { description: "another one" })]);
		expect(s.drifts).toHaveLength(2);
	});

	it("has no definition when there is no one reading of it", () => {
		const s = session(echo);
		s.page("1", [echo, changedEcho]);
		expect(s.drifts).toEqual([{ tool: "echo", reason: "tool-duplicate", approved: pinOf(echo), pin: null, definition: null }]);
	});

	it("is news again after a person has decided anew", () => {
		const s = session(echo);
		s.page("1", [changedEcho]);
		s.relay.setPolicy({ tools: grant(changedEcho) });
		s.page("2", [changedEcho]);
		expect(s.drifts).toHaveLength(1);
		s.relay.setPolicy({ tools: grant(echo) });
		s.page("3", [changedEcho]);
		expect(s.drifts).toHaveLength(2);
	});

	it("is said a bounded number of times of a server that changes without end", () => {
		const s = session(echo);
		for (let i = 0; i < 1000; i++) s.page(`${i}`, [tool("echo", { description: `${i}` })]);
		expect(s.drifts.length).toBeLessThanOrEqual(256);
	});
});
