import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateFakeToken } from "../../src/platform/example.ts";
import { startKeyring } from "../harness/keyring.ts";
import { callTool, World } from "../harness/world.ts";

const world = new World();
const secret = generateFakeToken();

beforeAll(() => world.init());
afterAll(async () => {
	await world.sallyport(["secrets", "delete", "keychain://mini/TOKEN"]);
	world.remove();
});

/** Every file of Sallyport's home that holds the text, in any of the ways in which a program would write it. */
function filesWith(text: string): string[] {
	const forms = [text, Buffer.from(text).toString("base64").replace(/=+$/, ""), Buffer.from(text).toString("hex")];
	return fs
		.readdirSync(world.sallyportHome, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter((file) => forms.some((form) => fs.readFileSync(file).includes(form)));
}

describe.each(["keychain", "sealed"])("a token that fix moved into the %s vault", (vault) => {
	const reference = `${vault}://mini/TOKEN`;

	it("reaches its server's environment, and nothing else on the way", async () => {
		const config = world.entry("mini", ["stderr"], { env: { TOKEN: secret } });
		const fixed = await world.sallyport(["fix", "--vault", vault]);
		expect(fixed.code, fixed.stderr).toBe(0);
		expect(JSON.parse(fs.readFileSync(config, "utf8")).mcpServers.mini.env).toEqual({ TOKEN: reference });
		await world.allowTools("mini", "env", "echo");
		const granted = await world.sallyport(["allow", "mini", "--secret", `env:TOKEN=${reference}`, "--mutable-secrets", "--yes"]);
		expect(granted.code, granted.stderr).toBe(0);

		const { client, pid, stderr } = await world.connect("mini", ["stderr"], { env: { TOKEN: reference } });
		const env = await callTool(client, "env");
		// It has the very value, or there would be nothing to take out.
		expect(JSON.parse(env.text).TOKEN).toBe("[redacted]");
		expect(env.text).not.toContain(secret);
		const echoed = await callTool(client, "echo", { text: `please keep ${secret}` });
		expect(echoed.text).toBe("please keep [redacted]");
		const processes = fs
			.readdirSync("/proc")
			.filter((name) => /^\d+$/.test(name))
			.map((name) => readOr(`/proc/${name}/cmdline`));
		await client.close();
		expect(pid).not.toBeNull();
		expect(processes.filter((line) => line.includes(secret))).toEqual([]);
		expect(stderr()).toContain("token [redacted]");
		expect(`${stderr()}${fixed.stdout}${fixed.stderr}${granted.stdout}${granted.stderr}`).not.toContain(secret);
		expect(filesWith(secret)).toEqual([]);
		const log = await world.sallyport(["audit", "list", "--json", "--limit", "100"]);
		expect(log.stdout).toContain("please keep [redacted]");
	});

	it("unwraps only when told to keep the reference", async () => {
		const refused = await world.sallyport(["unwrap", "--server", "mini"]);
		expect(refused.code).not.toBe(0);
		expect((await world.sallyport(["unwrap", "--server", "mini", "--keep-references"])).code).toBe(0);
	});
});

describe("a server that is careless with its key", () => {
	const careless = new World();
	const { privateKey } = generateKeyPairSync("rsa", {
		modulusLength: 2048,
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
		publicKeyEncoding: { type: "spki", format: "pem" },
	});
	beforeAll(async () => {
		fs.copyFileSync(path.resolve(import.meta.dirname, "..", "fixtures", "servers", "careless.mjs"), careless.server);
		await careless.init();
	});
	afterAll(() => careless.remove());

	/** What the host, the person and the files under the home get of it. */
	async function tells(name: string, key: string, ...tools: readonly string[]) {
		const TOKEN = `sealed://${name}/TOKEN`;
		const kept = await careless.sallyport(["secrets", "set", TOKEN], { input: key });
		expect(kept.code, kept.stderr).toBe(0);
		careless.entry(name, [], { env: { TOKEN } });
		await careless.allowTools(name, ...tools);
		const options = ["--secret", `env:TOKEN=${TOKEN}`, "--mutable-secrets", "--egress", "api.example:443", "--yes"];
		expect((await careless.sallyport(["allow", name, ...options])).code).toBe(0);
		const { client, stderr } = await careless.connect(name, [], { env: { TOKEN } });
		const answers: string[] = [];
		for (const tool of tools) answers.push((await callTool(client, tool)).text);
		await client.close();
		const logs = fs.readdirSync(path.join(careless.sallyportHome, "state", "audit"));
		const logged = logs.map((log) => fs.readFileSync(path.join(careless.sallyportHome, "state", "audit", log), "utf8")).join("");
		return { answers, stderr: stderr(), logged };
	}

	it("cannot tell one that has lines, however they stand", async () => {
		const { answers, stderr, logged } = await tells("lines", privateKey, "indented", "numbered", "logged");
		expect(answers[0]).toContain("  -----BEGIN PRIVATE KEY-----\n  [redacted]");
		expect(stderr).toContain("-----BEGIN PRIVATE KEY-----\n[redacted]");
		const body = privateKey.trim().split("\n").slice(1, -2);
		for (const line of body) expect(`${answers.join("")}${stderr}${logged}`).not.toContain(line);
	});

	it("cannot have it in what is said of it, as a host's name or a cut name of a message", async () => {
		const { answers, stderr, logged } = await tells("names", secret, "reach", "unknown");
		expect(answers[0]).toContain("403");
		expect(stderr).toContain("it tried to reach [redacted].out.example:443");
		// As much as a word may have by chance.
		const piece = secret.slice(0, 12);
		expect(`${stderr}${logged}`.toLowerCase()).not.toContain(piece.toLowerCase());
	});
});

describe("a keychain that does not open", () => {
	const reference = "keychain://shut/TOKEN";
	const shut = new World();
	beforeAll(() => shut.init());
	afterAll(() => shut.remove());

	it.each([
		["is locked", () => startKeyring("locked"), /locked.*--vault sealed/s],
		[
			"is not there",
			async () => ({ env: { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: shut.folder }, stop: async () => {} }),
			/--vault sealed/,
		],
	])("refuses fix and launch with one clear line when it %s, and changes no file", async (_how, start, fixed) => {
		const keyring = await start();
		try {
			const config = shut.entry("shut", [], { env: { TOKEN: secret } });
			const before = fs.readFileSync(config);
			const fix = await shut.sallyport(["fix"], { env: keyring.env });
			expect(fix.code).toBe(2);
			expect(fix.stderr).toMatch(fixed);
			expect(fs.readFileSync(config)).toEqual(before);

			shut.entry("shut", [], { env: { TOKEN: reference } });
			await shut.allowTools("shut", "echo");
			await shut.sallyport(["allow", "shut", "--secret", `env:TOKEN=${reference}`, "--mutable-secrets", "--yes"]);
			const launch = await shut.launch("shut", [], { env: { ...keyring.env, TOKEN: reference } });
			expect(launch.code).toBe(125);
			expect(launch.stderr.trim().split("\n")).toHaveLength(1);
			expect(launch.stderr).toMatch(/keychain/i);
		} finally {
			await shut.sallyport(["revoke", "shut"]);
			await keyring.stop();
		}
	});
});

function readOr(file: string): string {
	try {
		return fs.readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
