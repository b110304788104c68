import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { callTool, World } from "../harness/world.ts";

const world = new World();
const docs = (): string => path.join(world.workspace, "docs");

beforeAll(async () => {
	await world.init();
	world.entry("mini");
	world.write("docs/a.txt", "a");
	world.write("notes/b.txt", "b");
	expect((await world.sallyport(["allow", "mini", "--read", "docs", "--read", "notes", "--yes"])).code).toBe(0);
	const allowed = await world.sallyport(["tools", "allow", "mini", "read", "--where", "path=within:docs", "--yes"]);
	expect([allowed.code, allowed.stdout]).toEqual([0, expect.stringContaining(`read  where path within ${docs()}`)]);
	await world.sallyport(["tools", "allow", "mini", "echo", "--where", 'text=schema:{"type":"string","maxLength":5}', "--yes"]);
});
afterAll(() => world.remove());

/** What a call answers, and what the person was told meanwhile. */
async function call(tool: string, args: Record<string, unknown>) {
	const { client, stderr } = await world.connect("mini");
	try {
		const answer = await callTool(client, tool, args);
		return { ...answer, stderr: stderr() };
	} finally {
		await client.close();
	}
}

describe("a tool whose arguments the policy constrains", () => {
	it("runs with what the policy allows", async () => {
		expect(await call("read", { path: path.join(docs(), "a.txt") })).toMatchObject({ ok: true, text: "a" });
		expect(await call("echo", { text: "short" })).toMatchObject({ ok: true, text: "short" });
	});

	it("is refused with the constant sentence otherwise, and the person is told why, without the value", async () => {
		fs.symlinkSync("../notes", path.join(docs(), "link"));
		for (const value of [path.join(world.workspace, "notes/b.txt"), "../notes/b.txt", `${docs()}/../notes/b.txt`, `${docs()}/link/b.txt`]) {
			const answer = await call("read", { path: value });
			expect(answer).toMatchObject({ ok: false, text: expect.stringContaining(NOT_AVAILABLE) });
			expect(answer.stderr).toContain("read was called with a value for path that the policy does not allow (within). It was refused.");
			expect(answer.stderr).not.toContain(value);
		}
		expect(await call("read", {})).toMatchObject({ ok: false, stderr: expect.stringContaining("without path") });
		expect(await call("echo", { text: "much longer" })).toMatchObject({
			ok: false,
			stderr: expect.stringContaining("the policy does not allow (schema)"),
		});
	});

	it("is in the log as refused for its argument", async () => {
		await call("read", { path: "/etc/passwd" });
		const { stdout } = await world.sallyport(["audit", "list", "--json"]);
		expect(stdout).toContain('"argument-not-allowed"');
	});

	it("is asked about again when the constraint is taken away", async () => {
		const outcome = await world.sallyport(["tools", "allow", "mini", "read", "--where", "path=within:docs,notes", "--yes"]);
		expect(outcome.stdout).toMatch(/\+ tool\s+read {2}where path within .*docs, .*notes/);
		expect(await call("read", { path: path.join(world.workspace, "notes/b.txt") })).toMatchObject({ ok: true, text: "b" });
	});

	it("is called again at once after a text that a workspace's pattern could read in very many ways", async () => {
		const echo = { arguments: { text: { schema: { pattern: "^(a+)+$" } } } };
		const file = world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", tools: { "*": {}, echo } }] });
		const { client } = await world.connect("mini");
		expect(await callTool(client, "echo", { text: "aaaa!" })).toMatchObject({ ok: false, text: expect.stringContaining(NOT_AVAILABLE) });
		expect(await callTool(client, "echo", { text: "aaaa" })).toMatchObject({ ok: true, text: "aaaa" });
		await client.close();
		fs.rmSync(file);
		// Of any length: the person's own policy says no more here than that.
		await world.sallyport(["tools", "allow", "mini", "echo", "--where", 'text=schema:{"pattern":"^(a+)+$"}', "--yes"]);
		expect(await call("echo", { text: `${"a".repeat(50_000)}!` })).toMatchObject({ ok: false });
		expect(await call("echo", { text: "a".repeat(50_000) })).toMatchObject({ ok: true });
		await world.sallyport(["tools", "allow", "mini", "echo", "--where", 'text=schema:{"type":"string","maxLength":5}', "--yes"]);
	});

	it("can be narrowed further by the workspace's policy, which need not know its pin", async () => {
		const policy = {
			version: 1,
			servers: [{ name: "mini", tools: { "*": {}, read: { arguments: { path: { glob: "**/a.txt" } } }, echo: { decision: "deny" } } }],
		};
		world.write(".sallyport/policy.jsonc", policy);
		expect(await call("read", { path: path.join(docs(), "a.txt") })).toMatchObject({ ok: true });
		expect(await call("read", { path: path.join(world.workspace, "notes/b.txt") })).toMatchObject({ ok: false });
		expect(await call("echo", { text: "short" })).toMatchObject({ ok: false });
	});

	it.each(["path", "path=inside:docs", "=enum:a"])("cannot be constrained by %s, which is told in one line", async (where) => {
		const outcome = await world.sallyport(["tools", "allow", "mini", "read", "--where", where, "--yes"]);
		expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining("ARGUMENT=KIND:VALUE")]);
	});
});
