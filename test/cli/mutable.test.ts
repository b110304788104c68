import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generateFakeToken } from "../../src/platform/example.ts";
import { callTool, World } from "../harness/world.ts";

const REFERENCE = "sealed://mini/TOKEN";
const SECRET = ["--secret", `env:TOKEN=${REFERENCE}`];
let world: World;
let token: string;

beforeEach(async () => {
	world = new World();
	await world.init();
	token = generateFakeToken();
	expect((await world.sallyport(["secrets", "set", REFERENCE], { input: `${token}\n` })).code).toBe(0);
	world.entry("mini", [], { env: { TOKEN: REFERENCE } });
});
afterEach(() => world.remove());

const policyFile = (): string => {
	const folder = path.join(world.sallyportHome, "policy");
	return path.join(folder, fs.readdirSync(folder)[0] ?? "");
};

describe("code that the person's other programs can change", () => {
	it("is called so before anything is allowed", async () => {
		const { stdout } = await world.sallyport(["tools", "list", "mini"]);
		expect(stdout).toContain("mutable   your other programs can change this code; only its entry file is pinned");
	});

	it("is listed without its secrets where another layer does not let them go there", async () => {
		world.entry("mini", ["tells"], { env: { TOKEN: REFERENCE } });
		expect((await world.sallyport(["allow", "mini", ...SECRET, "--mutable-secrets", "--yes"])).code).toBe(0);
		const listed = async () => (await world.sallyport(["tools", "list", "mini"])).stdout;
		expect(await listed()).toContain(`A token of ${token.length} characters`);
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", mutableSecrets: false }] });
		expect(await listed()).toContain(`A token of ${"sallyport-placeholder".length} characters`);
		expect(token).not.toHaveLength("sallyport-placeholder".length);
	});

	it("is not approved for secrets that it is not granted", async () => {
		const outcome = await world.sallyport(["allow", "mini", "--mutable-secrets", "--yes"]);
		expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining("is granted none")]);
	});

	it("gets no secret without an approval of its own", async () => {
		const refused = await world.sallyport(["allow", "mini", ...SECRET, "--yes"]);
		expect(refused.code).toBe(2);
		expect(refused.stderr).toContain("Your other programs can change this server's code");
		expect(refused.stderr).toContain("--mutable-secrets");
		expect(fs.readdirSync(path.join(world.sallyportHome, "policy"))).toEqual([]);

		const allowed = await world.sallyport(["allow", "mini", ...SECRET, "--mutable-secrets", "--yes"]);
		expect(allowed.code, allowed.stderr).toBe(0);
		expect(allowed.stdout).toContain("+ secret  its secrets go to whatever your other programs put into its code");
		expect(JSON.parse(fs.readFileSync(policyFile(), "utf8")).servers[0]).toMatchObject({ mutableSecrets: true });
		await world.allowTools("mini", "env");
		const { client } = await world.connect("mini", [], { env: { TOKEN: REFERENCE } });
		expect((await callTool(client, "env")).ok).toBe(true);
		await client.close();
	});

	it("does not start with a secret that was granted by hand, nor where a narrower policy says no", async () => {
		await world.sallyport(["allow", "mini", ...SECRET, "--mutable-secrets", "--yes"]);
		const narrowed = path.join(world.folder, "narrow.jsonc");
		fs.writeFileSync(narrowed, JSON.stringify({ version: 1, servers: [{ name: "mini", mutableSecrets: false }] }));
		const options = { env: { TOKEN: REFERENCE }, before: ["--policy", narrowed] };
		const refused = await world.launch("mini", [], options);
		expect(refused.code).toBe(125);
		expect(refused.stderr).toContain("Your other programs can change this server's code");

		const file = policyFile();
		fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"mutableSecrets": true', '"mutableSecrets": false'));
		const { code, stderr } = await world.launch("mini", [], { env: { TOKEN: REFERENCE } });
		expect(code).toBe(125);
		expect(stderr).toContain("--mutable-secrets");
		expect(stderr).not.toContain(token);
	});

	it("is asked for again when every secret was taken back", async () => {
		await world.sallyport(["allow", "mini", ...SECRET, "--mutable-secrets", "--yes"]);
		expect((await world.sallyport(["revoke", "mini", "--secret", "env:TOKEN"])).code).toBe(0);
		expect(fs.readFileSync(policyFile(), "utf8")).not.toContain("mutableSecrets");
		expect((await world.sallyport(["allow", "mini", ...SECRET, "--yes"])).code).toBe(2);
	});

	it("is stopped when that approval is taken away", async () => {
		await world.sallyport(["allow", "mini", ...SECRET, "--mutable-secrets", "--yes"]);
		const { client } = await world.connect("mini", [], { env: { TOKEN: REFERENCE } });
		const closed = new Promise<void>((resolve) => {
			client.onclose = () => resolve();
		});
		const file = policyFile();
		fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"mutableSecrets": true', '"mutableSecrets": false'));
		await closed;
	});

	it("starts without a secret as before", async () => {
		world.entry("mini");
		await world.allowTools("mini", "echo");
		const { client } = await world.connect("mini");
		expect((await callTool(client, "echo", { text: "hello" })).text).toBe("hello");
		await client.close();
	});
});
