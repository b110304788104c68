import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";

const world = new World();
const file = path.join(world.sallyportHome, "network.json");
const word = randomBytes(12).toString("hex");
/** What a proxy of somebody else's was told. */
const told: (string | undefined)[] = [];
const proxy = http.createServer();

beforeAll(async () => {
	for (const event of ["connect", "request"] as const)
		proxy.on(event, ({ headers }: http.IncomingMessage, to: { end(): unknown }) => {
			told.push(headers["proxy-authorization"]);
			to.end();
		});
	await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
	await world.init();
	// A secret that was never granted to anything.
	expect((await world.sallyport(["secrets", "set", "sealed://bank/TOKEN"], { input: `${word}\n` })).code).toBe(0);
	world.entry("mini");
	await world.allowTools("mini", "fetch", "echo");
});
afterAll(() => {
	proxy.close();
	world.remove();
});

const forged = (): string => {
	const { port } = proxy.address() as AddressInfo;
	const entry = { url: `http://127.0.0.1:${port}`, credentials: "sealed://bank/TOKEN" };
	return `${JSON.stringify({ version: 1, https: entry, http: entry }, null, "\t")}\n`;
};

async function refused(): Promise<void> {
	const outcome = await world.launch("mini");
	expect(outcome).toMatchObject({ code: 125, stderr: expect.stringContaining("no person has accepted that") });
	expect(`${outcome.stdout}${outcome.stderr}`).not.toContain(word);
	expect(told).toEqual([]);
}

it("a file that another program wrote leads no server to a proxy, and tells none a secret", async () => {
	expect((await world.sallyport(["allow", "mini", "--egress", "a.granted.test:80", "--yes"])).code).toBe(0);
	fs.writeFileSync(file, forged());
	await refused();
	const shown = await world.sallyport(["network"]);
	expect(shown).toMatchObject({ code: 0, stdout: expect.stringMatching(/Not in use: [\s\S]*sallyport network use/) });
	expect(JSON.parse((await world.sallyport(["network", "--json"])).stdout)).toMatchObject({ accepted: false });

	// Not beside what a person accepted either, and not what they accepted once and have cleared since.
	const env = { HTTPS_PROXY: "http://proxy.test:8080" };
	expect((await world.sallyport(["network", "use", "--yes"], { env })).code).toBe(0);
	const own = fs.readFileSync(file, "utf8");
	expect(JSON.parse((await world.sallyport(["network", "--json"])).stdout)).toMatchObject({ accepted: true });
	fs.writeFileSync(file, forged());
	await refused();
	expect((await world.sallyport(["network", "clear"])).code).toBe(0);
	fs.writeFileSync(file, own);
	await refused();
});

it("a server without a network starts whatever stands there, and without the file hosts are reached straight", async () => {
	fs.writeFileSync(file, forged());
	expect((await world.sallyport(["revoke", "mini", "--egress", "a.granted.test:80"])).code).toBe(0);
	expect(await world.launch("mini")).toMatchObject({ code: 0 });
	fs.rmSync(file);
	expect((await world.sallyport(["allow", "mini", "--egress", "a.granted.test:80", "--yes"])).code).toBe(0);
	const { client } = await world.connect("mini");
	expect(await callTool(client, "echo", { text: "a" })).toMatchObject({ ok: true });
	await client.close();
	expect(told).toEqual([]);
});
