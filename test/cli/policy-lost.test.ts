import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";

let world: World;
const folder = (): string => path.join(world.sallyportHome, "state", "approvals");
const list = (): string => path.join(folder(), fs.readdirSync(folder()).find((name) => name.endsWith(".json")) ?? "");
const own = (): string => path.join(world.sallyportHome, "policy", "own.jsonc");
const write = (policy: object): void => fs.writeFileSync(own(), JSON.stringify({ version: 1, servers: [], ...policy }));
const ANEW = /begin the list anew, in a terminal: sallyport policy accept\n/;

beforeEach(async () => {
	world = new World();
	// A person's home: nothing widens here without one.
	expect((await world.sallyport(["init"])).code).toBe(0);
	world.entry("mini");
	expect((await world.onTerminal(["tools", "allow", "mini", "echo"], "mini\n")).code).toBe(0);
});
afterEach(() => world.remove());

describe("while the list of what a person accepted is gone or damaged", () => {
	it("nothing is approved, and what was forbidden is not forgotten without a word", async () => {
		write({ forbid: [{ name: "legacy" }] });
		expect(await world.sallyport(["policy", "accept"])).toMatchObject({ code: 0 });
		fs.rmSync(list());
		// Nothing of mini waits: its file is gone, too.
		const file = fs.readdirSync(path.dirname(own())).find((name) => name !== "own.jsonc") ?? "";
		fs.rmSync(path.join(path.dirname(own()), file));
		for (const args of [
			["allow", "mini"],
			["tools", "allow", "mini", "read"],
		]) {
			const outcome = await world.onTerminal(args, "mini\n");
			expect(outcome.code).toBe(2);
			expect(outcome.stdout).toContain("The list of what you accepted is gone");
			expect(outcome.stdout.replaceAll("\r", "")).toMatch(ANEW);
			expect(outcome.stdout).not.toContain("Type ");
		}
		const env = { HTTPS_PROXY: "http://proxy.test:8080" };
		expect(await world.sallyport(["network", "use"], { env })).toMatchObject({ code: 2 });
		const checks = JSON.parse((await world.sallyport(["doctor", "--json"])).stdout).checks as { name: string }[];
		expect(checks.find(({ name }) => name === "policy")).toMatchObject({
			ok: false,
			remedy: expect.stringContaining("begin the list anew"),
		});
		expect(fs.readdirSync(folder()).filter((name) => name.endsWith(".json"))).toEqual([]);
	});

	it.each(["the list", "the whole folder"])(
		"nothing is asked before that is said, where %s is gone and nothing is granted",
		async (what) => {
			await world.sallyport(["revoke", "mini"]);
			fs.rmSync(what === "the list" ? list() : folder(), { recursive: true });
			const outcome = await world.onTerminal(["tools", "allow", "mini", "echo"], "mini\n");
			expect([outcome.code, outcome.stdout]).toEqual([2, expect.stringContaining("The list of what you accepted is gone")]);
			expect(outcome.stdout).not.toContain("Type ");
			const checks = JSON.parse((await world.sallyport(["doctor", "--json"])).stdout).checks as { name: string }[];
			expect(checks.find(({ name }) => name === "policy")).toMatchObject({ ok: false });
			expect((await world.onTerminal(["policy", "accept"], "anew\n")).code).toBe(0);
			expect((await world.onTerminal(["tools", "allow", "mini", "echo"], "mini\n")).code).toBe(0);
		},
	);

	it("no server starts, and what is taken back is gone at once, with the way on", async () => {
		fs.appendFileSync(list(), " ");
		expect(await world.launch("mini")).toMatchObject({
			code: 125,
			stderr: expect.stringMatching(/has been changed by another program\. Nothing that was accepted[\s\S]*sallyport policy accept/),
		});
		const revoked = await world.sallyport(["revoke", "mini"]);
		expect(revoked).toMatchObject({ code: 2, stderr: expect.stringMatching(/It is taken back, and no server has it\./) });
		expect(revoked.stderr).toMatch(ANEW);
		expect(fs.readdirSync(path.dirname(own()))).toEqual([]);
	});

	it("policy accept shows what would count again, and begins it anew once a person says so", async () => {
		write({ forbid: [{ name: "legacy", reason: "old" }] });
		fs.rmSync(list());
		const declined = await world.onTerminal(["policy", "accept"], "mini\n");
		expect(declined.code).toBe(1);
		expect(declined.stdout).toContain("The list of what you accepted is gone");
		expect(declined.stdout).toMatch(/as your policy files say it now:\s+\+ forbid {2}name "legacy"/);
		expect(declined.stdout).toMatch(/You are asked about each[^\n]*\s+mini {2}\(\S+\.mcp\.json\)/);
		expect(declined.stdout).toContain('Type "anew" to allow this');
		expect(declined.stdout).not.toContain("never accepted; it stands in");
		expect((await world.onTerminal(["tools", "allow", "mini", "read"], "mini\n")).code).toBe(2);

		const begun = await world.onTerminal(["policy", "accept"], ["anew\n", "mini\n"]);
		expect(begun.code).toBe(0);
		expect(begun.stdout).toMatch(/The list is begun anew\.[\s\S]*never accepted; it stands in[\s\S]*\+ tool {4}echo[\s\S]*Accepted\./);
		expect((await world.launch("mini")).code).toBe(0);
		expect((await world.sallyport(["audit", "search", "--reason", "approval-begun-anew"])).stdout).toContain("approval-begun-anew");
		// What is forbidden is accepted from then on.
		fs.rmSync(own());
		expect(await world.sallyport(["policy", "accept"])).toMatchObject({
			code: 2,
			stdout: expect.stringMatching(/- forbid {2}name "legacy"/),
		});
	});

	it("nobody begins it anew without a terminal, nor with --yes in a person's home", async () => {
		fs.rmSync(list());
		expect(await world.sallyport(["policy", "accept"], { input: "anew\n" })).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("no terminal"),
		});
		expect(await world.sallyport(["policy", "accept", "--yes"])).toMatchObject({ code: 2, stderr: expect.stringContaining("throw-away") });
		expect(fs.existsSync(list()) && fs.statSync(list()).isFile()).toBe(false);
	});

	it("a throw-away home begins it anew with --yes, and says so to programs", async () => {
		const away = new World();
		await away.init();
		away.entry("mini");
		await away.allowTools("mini", "echo");
		const approvals = path.join(away.sallyportHome, "state", "approvals");
		for (const name of fs.readdirSync(approvals)) if (name.endsWith(".json")) fs.rmSync(path.join(approvals, name));
		expect((await away.sallyport(["tools", "allow", "mini", "read", "--yes"])).code).toBe(2);
		const outcome = await away.sallyport(["policy", "accept", "--yes", "--json"]);
		expect(JSON.parse(outcome.stdout)).toMatchObject({ begunAnew: true, accepted: [{ server: "mini" }] });
		expect(JSON.parse((await away.sallyport(["policy", "accept", "--yes", "--json"])).stdout)).toMatchObject({ begunAnew: false });
		expect((await away.launch("mini")).code).toBe(0);
		away.remove();
	});
});
