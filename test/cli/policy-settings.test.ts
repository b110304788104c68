import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";

let world: World;
const own = (): string => path.join(world.sallyportHome, "policy", "own.jsonc");
const write = (policy: object): void => fs.writeFileSync(own(), JSON.stringify({ version: 1, servers: [], ...policy }));
const accept = () => world.sallyport(["policy", "accept", "--yes"]);

beforeEach(async () => {
	world = new World();
	await world.grantMini("echo");
});
afterEach(() => world.remove());

/** What the log of one call has of its arguments. */
async function recorded(): Promise<unknown> {
	const { client, stderr } = await world.connect("mini");
	expect(await callTool(client, "echo", { text: "hello" })).toMatchObject({ ok: true });
	const said = stderr();
	await client.close();
	const { stdout } = await world.sallyport(["audit", "list", "--json", "--limit", "1000"]);
	const last = stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line))
		.findLast(({ tool, decision, outcome }) => tool === "echo" && decision === "allow" && outcome === "forwarded");
	return { arguments: last.arguments ?? null, waits: said.includes("that waits") };
}

describe("what a person's own policy files say beside grants", () => {
	it("forbids at once, and goes on to do so after another program has taken it out, until a person accepts that", async () => {
		write({ forbid: [{ name: "mini", reason: "not here" }] });
		expect(await world.launch("mini")).toMatchObject({ code: 125, stderr: expect.stringContaining("forbids this server: not here") });
		expect(await accept()).toMatchObject({ code: 0, stdout: "Nothing waits.\n" });
		fs.rmSync(own());
		expect(await world.launch("mini")).toMatchObject({ code: 125, stderr: expect.stringContaining("forbids this server: not here") });
		expect((await world.sallyport(["tools", "allow", "mini", "read", "--yes"])).stderr).toContain("forbids this server");
		expect((await world.sallyport(["policy", "explain", "mini", "echo"])).stdout).toContain("forbids this server");
		const hosts = await world.sallyport(["hosts", "--json"]);
		expect(JSON.parse(hosts.stdout).files[0].servers[0]).toMatchObject({ forbidden: expect.stringContaining("not here") });
		expect((await world.sallyport(["doctor", "--json"])).stdout).toContain("less strict");
		expect(await accept()).toMatchObject({ code: 0, stdout: expect.stringMatching(/- forbid {2}name "mini"[\s\S]*Accepted\./) });
		expect(await recorded()).toMatchObject({ waits: false });
	});

	it("forbids so from the next approval on, without a question", async () => {
		write({ forbid: [{ name: "other" }] });
		await world.allowTools("mini", "read");
		write({});
		expect(await accept()).toMatchObject({ code: 0, stdout: expect.stringMatching(/- forbid {2}name "other"/) });
	});

	it("decides what the log keeps once a person has accepted it, and as long as they have not accepted another", async () => {
		const full = { arguments: { text: "hello" } };
		write({ audit: { arguments: "none" } });
		expect(await recorded()).toEqual({ ...full, waits: true });
		expect(await accept()).toMatchObject({
			code: 0,
			stdout: expect.stringMatching(/- log {5}arguments: full\n.*\+ log {5}arguments: none/),
		});
		expect(await recorded()).toEqual({ arguments: null, waits: false });
		fs.rmSync(own());
		expect(await recorded()).toEqual({ arguments: null, waits: true });
		expect(await accept()).toMatchObject({ code: 0 });
		expect(await recorded()).toEqual({ ...full, waits: false });
	});

	it("is accepted by the word typed on a terminal, in a person's home", async () => {
		fs.rmSync(world.sallyportHome, { recursive: true });
		expect((await world.sallyport(["init"])).code).toBe(0);
		write({ audit: { onFailure: "allow" } });
		expect(await world.onTerminal(["policy", "accept"], "yes\n")).toMatchObject({ code: 1 });
		const outcome = await world.onTerminal(["policy", "accept"], "settings\n");
		expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining("goes on") });
		expect(await world.sallyport(["policy", "accept"])).toMatchObject({ code: 0, stdout: "Nothing waits.\n" });
	});

	it("is not forged by whoever writes the list of approvals", async () => {
		write({ forbid: [{ name: "mini" }] });
		await accept();
		fs.rmSync(own());
		const folder = path.join(world.sallyportHome, "state", "approvals");
		for (const name of fs.readdirSync(folder).filter((each) => each.endsWith(".json"))) {
			const list = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
			delete list.forbid;
			fs.writeFileSync(path.join(folder, name), `${JSON.stringify(list, null, "\t")}\n`);
		}
		expect(await world.launch("mini")).toMatchObject({ code: 125 });
	});
});
