import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventRecord } from "../../src/core/audit/record.ts";
import { World } from "../harness/world.ts";

const world = new World();
let entry = "";
beforeAll(async () => {
	await world.init();
	entry = world.entry("mini");
	await world.allowTools("mini", "echo", "read");
});
afterAll(() => world.remove());

const file = (): string => {
	const folder = path.join(world.sallyportHome, "policy");
	return path.join(folder, fs.readdirSync(folder).find((name) => name.startsWith("mini-")) ?? "");
};

/** What the log has of approvals, oldest first. */
async function approvals(...filters: string[]): Promise<readonly EventRecord[]> {
	const { stdout } = await world.sallyport(["audit", "search", "--json", "--limit", "all", "--reason", "approval-*", ...filters]);
	return stdout
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line));
}

describe("who granted what, and when", () => {
	it("is in the log: the account, the program, the server, what it got, and digests of before and after", async () => {
		const granted = await approvals();
		expect(granted).toEqual([
			expect.objectContaining({
				server: "mini",
				host: "sallyport",
				direction: "person",
				decision: "allow",
				reason: "approval-granted",
				arguments: {
					user: os.userInfo().username,
					config: entry,
					workspace: world.workspace,
					gets: ["start: this command", "tool: echo", "tool: read"],
					loses: [],
					before: null,
					after: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
				},
			}),
		]);
		expect((await world.sallyport(["audit", "tail", "--long"])).stdout).toMatch(
			/mini {2,}- {2,}allow {2,}approval-granted[\s\S]*tool: echo/,
		);
		expect((await world.sallyport(["audit", "tail", "--reason", "approval-*", "--text", "tool: echo"])).stdout).toContain(
			"approval-granted",
		);
	});

	it("names by one digest what was approved, and what a server was started with", async () => {
		const { client } = await world.connect("mini");
		await client.close();
		const { stdout } = await world.sallyport(["audit", "search", "--json", "--reason", "started"]);
		const started = JSON.parse(stdout.trim()) as { arguments: { policy: string } };
		expect((await approvals()).at(-1)?.arguments).toMatchObject({ after: started.arguments.policy });
	});

	it("has what was taken back, and what was accepted that another program wrote, each by what it followed on", async () => {
		const wide = fs.readFileSync(file(), "utf8");
		expect((await world.sallyport(["tools", "deny", "mini", "read"])).code).toBe(0);
		fs.writeFileSync(file(), wide.replace('"egress": []', '"egress": ["example.com:443"]'));
		expect((await world.sallyport(["policy", "accept", "--yes"])).code).toBe(0);
		fs.writeFileSync(file(), fs.readFileSync(file(), "utf8").replace('"egress": ["example.com:443"]', '"egress": []'));
		expect((await world.sallyport(["policy", "accept"])).code).toBe(0);
		expect((await world.sallyport(["revoke", "mini"])).code).toBe(0);
		const [granted, ...since] = await approvals();
		expect(since.map(({ reason, arguments: given }) => [reason, given])).toMatchObject([
			["approval-narrowed", { loses: ["tool: read"], gets: [] }],
			["approval-accepted", { gets: ["network: example.com:443", "tool: read"], loses: [] }],
			["approval-struck-out", { gets: [], loses: ["network: example.com:443"] }],
			["approval-revoked", { loses: ["start: this command", "tool: echo", "tool: read"], after: null }],
		]);
		const digests = [granted, ...since].map((record) => record?.arguments as { before: string | null; after: string | null });
		for (const [index, { before }] of digests.entries()) expect(before).toBe(index === 0 ? null : digests[index - 1]?.after);
	});

	it("has settings that were accepted, as of every server", async () => {
		const own = path.join(world.sallyportHome, "policy", "own.jsonc");
		fs.writeFileSync(own, JSON.stringify({ version: 1, servers: [], forbid: [{ name: "legacy" }] }));
		expect((await world.sallyport(["policy", "accept"])).code).toBe(0);
		fs.rmSync(own);
		expect((await world.sallyport(["policy", "accept", "--yes"])).code).toBe(0);
		expect((await approvals("--server", "*")).at(-1)).toMatchObject({
			server: "*",
			reason: "approval-settings",
			arguments: { loses: ['forbid: name "legacy"'] },
		});
	});

	it("holds no secret: what looks like one is masked", async () => {
		const secret = `ghp_${randomBytes(27).toString("base64url").replace(/[-_]/g, "x").slice(0, 36)}`;
		await world.allowTools("mini", "echo");
		const allowed = await world.sallyport(["allow", "mini", "--resource", `https://example.com/?token=${secret}`, "--yes"]);
		expect(allowed.code, allowed.stderr).toBe(0);
		const last = JSON.stringify((await approvals()).at(-1));
		expect(last).toContain("resource: ");
		expect(last).not.toContain(secret);
	});

	it("is no run: explain tells of the last one all the same", async () => {
		const { client } = await world.connect("mini");
		await client.close();
		await world.sallyport(["tools", "deny", "mini", "echo"]);
		expect((await world.sallyport(["explain", "mini"])).stdout).toMatch(/^mini {2}started /);
	});

	it("is checked with all other logs, and is missed when it is gone", async () => {
		const verified = await world.sallyport(["audit", "verify"]);
		expect(verified.code, verified.stdout + verified.stderr).toBe(0);
		const [first] = await approvals();
		const folder = path.join(world.sallyportHome, "state", "audit");
		const name = fs.readdirSync(folder).find((each) => each.includes(first?.session ?? "?")) ?? "";
		const log = path.join(folder, name);
		const text = fs.readFileSync(log, "utf8");
		fs.writeFileSync(log, text.replace("tool: echo", "tool: env!"));
		expect(await world.sallyport(["audit", "verify"])).toMatchObject({ code: 1, stdout: expect.stringContaining(name) });
		fs.rmSync(log);
		expect((await world.sallyport(["audit", "verify"])).code).toBe(1);
	});
});
