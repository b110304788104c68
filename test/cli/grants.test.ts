import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { generateFakeToken } from "../../src/platform/example.ts";
import { type Outcome, World } from "../harness/world.ts";

const world = new World();
const policy = (): string => path.join(world.sallyportHome, "policy");
const at = (relative: string): string => path.join(world.workspace, relative);

beforeAll(async () => {
	await world.init();
	world.entry("mini");
	world.write("docs/d.txt", "d");
});
beforeEach(() => world.allowTools("mini", "read"));
afterEach(() => {
	for (const file of fs.readdirSync(policy())) fs.rmSync(path.join(policy(), file));
});
afterAll(() => world.remove());

async function run(...args: string[]): Promise<string> {
	const outcome = await world.sallyport(args);
	expect(outcome.code, outcome.stderr).toBe(0);
	return outcome.stdout;
}
const allow = (...args: string[]): Promise<string> => run("allow", "mini", "--yes", ...args);
const grants = (): Promise<string> => run("grants", "mini");

/** A person who is not there cannot be asked. */
function expectAsked({ code, stderr }: Outcome): void {
	expect(code).toBe(2);
	expect(stderr).toContain("no terminal to ask a person on");
}

describe("sallyport grants", () => {
	it("shows what a server is granted although it never ran, and changes nothing", async () => {
		await allow("--read", "docs", "--limit", "memory=2GB", "--egress", "api.example.com:443");
		await run("tools", "allow", "mini", "read", "--where", "path=within:docs", "--yes");
		const before = fs.readdirSync(policy()).map((file) => fs.readFileSync(path.join(policy(), file), "utf8"));
		const shown = await grants();
		for (const row of [
			`read      ${at("docs")}`,
			"limit     memory 2GB",
			"network   api.example.com:443",
			`tool      read  where path within ${at("docs")}`,
		])
			expect(shown).toContain(`  ${row}\n`);
		expect(fs.readdirSync(policy()).map((file) => fs.readFileSync(path.join(policy(), file), "utf8"))).toEqual(before);
	});

	it("gives a program the grants as their files have them, with credentials of the command masked", async () => {
		const token = generateFakeToken();
		world.entry("mini", ["--token", token]);
		await world.allowTools("mini", "read");
		const shown = await run("grants", "--json");
		world.entry("mini");
		expect(JSON.parse(shown)).toMatchObject({
			version: 1,
			grants: [{ name: "mini", tools: { read: { pin: expect.stringMatching(/^sha256:/) } } }],
		});
		expect(shown).not.toContain(token);
	});

	it("shows what a person accepted, and names what a file says beyond that as waiting", async () => {
		const [name = ""] = fs.readdirSync(policy());
		const file = path.join(policy(), name);
		fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"egress": []', '"egress": ["example.com:443"]'));
		const shown = await grants();
		expect(shown).not.toContain("example.com");
		expect(shown).toContain(`mini: ${file} says more than was accepted, which waits: sallyport policy accept mini\n`);
		expect(JSON.parse(await run("grants", "--json"))).toMatchObject({
			grants: [{ name: "mini", egress: [] }],
			waiting: [{ name: "mini", file }],
		});
		expect((await world.sallyport(["grants", "mimi"])).stdout).toBe("Nothing is granted to it. Did you mean mini?\n");
	});

	it("leaves comments and examples of the policy file where they are when something is granted or taken back", async () => {
		const [name = ""] = fs.readdirSync(policy());
		const file = path.join(policy(), name);
		const examples = '"examples": [{ "tool": "write", "expect": "refuse" }],';
		fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"egress": []', `// mine\n${examples}\n"egress": []`));
		expect(await run("policy", "test")).toBe("1 of 1 example as expected.\n");
		await allow("--limit", "callsPerMinute=50");
		await run("tools", "deny", "mini", "read");
		const text = fs.readFileSync(file, "utf8");
		for (const part of ["// mine", examples, '"callsPerMinute": 50']) expect(text).toContain(part);
		expect(text).not.toContain('"read": {');
		expect(await run("policy", "test")).toBe("1 of 1 example as expected.\n");
	});

	it("says that nothing is granted, and is named where a person looks for it", async () => {
		expect(await world.sallyport(["grants", "nobody"])).toMatchObject({ code: 1, stdout: "Nothing is granted to it.\n" });
		expect((await world.sallyport(["explain", "mini"])).stderr).toContain("sallyport grants mini");
		expect((await world.sallyport(["revoke", "mini", "--env", "LANG"])).stdout).toContain("sallyport grants mini");
	});
});

describe("what takes away from a grant", () => {
	it("goes again when a person says so: a limit, a deny, what arguments are held to", async () => {
		await allow("--limit", "memory=1GiB", "--limit", "files=64", "--deny", "*.key", "--deny", "old/**");
		await run("tools", "allow", "mini", "read", "--where", "path=within:docs", "--yes");
		expectAsked(await world.sallyport(["allow", "mini", "--limit", "memory=none"]));
		expectAsked(await world.sallyport(["allow", "mini", "--undeny", "*.key"]));
		expectAsked(await world.sallyport(["tools", "allow", "mini", "read", "--no-where"]));

		const change = await allow("--limit", "memory=none", "--undeny", "*.key");
		expect(change).toContain("- limit   memory 1GiB");
		expect(change).toContain("- deny    *.key");
		expect(await run("tools", "allow", "mini", "read", "--no-where", "--yes")).toMatch(/- tool {4}read {2}where .*\n {2}\+ tool {4}read\n/);
		const left = await grants();
		expect(left).toContain("limit     files 64");
		expect(left).toContain("deny      old/**");
		expect(left).not.toMatch(/memory|\*\.key|where/);
	});

	it("is a mistake when it is not there", async () => {
		const outcome = await world.sallyport(["allow", "mini", "--undeny", "*.pem", "--yes"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toContain("Nothing of the form *.pem is denied to it.");
	});
});

describe("a sandbox that is off for a while", () => {
	it("has what it had when it is on again, and asks nobody for that", async () => {
		await allow("--read", "docs", "--deny", "*.key", "--env", "LANG");
		const before = await grants();
		const off = await allow("--sandbox", "off");
		expect(off).toContain("+ sandbox off: it can do whatever you can do");
		expect(off).toContain(`    read    ${at("docs")}  (once its sandbox is on again)`);
		expect(off).not.toMatch(/^ {2}- /m);
		expect(await run("tools", "list", "mini")).toContain("its sandbox is off");
		expect(await run("allow", "mini", "--sandbox", "on")).toContain("Saved; nothing was widened.");
		expect(await grants()).toBe(before);
	});

	it("keeps what is granted meanwhile, and gives up what is taken back", async () => {
		await allow("--read", "docs", "--env", "LANG");
		await allow("--sandbox", "off");
		expectAsked(await world.sallyport(["allow", "mini", "--write", "docs"]));
		await run("revoke", "mini", "--read", "docs");
		await run("allow", "mini", "--sandbox", "on");
		const left = await grants();
		expect(left).toContain("env       LANG");
		expect(left).not.toContain("read      ");
	});
});

describe("sallyport revoke --egress", () => {
	it("takes a place back without the addresses that were granted with it", async () => {
		await allow("--egress", "db.example.com:5432=10.1.2.3", "--egress", "db.example.com:5433");
		await run("revoke", "mini", "--egress", "DB.example.com:5432");
		expect(await grants()).not.toContain("5432");
		expect(await grants()).toContain("db.example.com:5433");
	});
});

describe("sallyport tools allow", () => {
	it("says that no tool only reads, and allows none", async () => {
		world.write("quiet.mjs", fs.readFileSync(world.server, "utf8").replaceAll("readOnlyHint", "otherHint"));
		world.write(".mcp.json", { mcpServers: { quiet: { command: process.execPath, args: [at("quiet.mjs")] } } });
		const outcome = await world.sallyport(["tools", "allow", "quiet", "--all-read", "--yes"]);
		world.entry("mini");
		expect(outcome.code).toBe(1);
		expect(outcome.stderr).toContain("None of its tools only reads");
		expect(outcome.stdout).not.toContain("Allowed.");
	});

	it.each([
		["an argument that the tool does not have", "bogus=enum:a", /read has no argument "bogus".*It has: path\./s],
		["a number that is none", "path=minimum:abc", /--where path=minimum:abc: minimum takes a number\./],
		["an origin that is none", "path=origin:notaurl", /origin takes one or more origins such as https:/],
		["a value for what takes none", "path=optional:true", /optional takes no value\./],
		["a schema that is none", "path=schema:{", /schema takes a JSON Schema/],
		["a kind that is none", "path=beneath:docs", /not of the form ARGUMENT=KIND:VALUE/],
	])("refuses %s", async (_what, where, expected) => {
		const outcome = await world.sallyport(["tools", "allow", "mini", "read", "--where", where, "--yes"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(expected);
	});

	it("says that a folder is not there, and shows in the list what a tool is held to", async () => {
		const outcome = await world.sallyport(["tools", "allow", "mini", "read", "--where", "path=within:nowhere", "--yes"]);
		expect(outcome.code).toBe(0);
		expect(outcome.stderr).toContain(`${at("nowhere")} does not exist`);
		expect(await run("tools", "list", "mini")).toContain(`where path within ${at("nowhere")}`);
	});
});

describe("sallyport tools list", () => {
	it("names the file without which a server ended, and the line that would grant it", async () => {
		const missing = at("docs/d.txt");
		world.write("needs.mjs", `import fs from "node:fs"; fs.readFileSync(${JSON.stringify(missing)});`);
		world.write(".mcp.json", {
			mcpServers: { needs: { command: process.execPath, args: [path.join(world.folder, "server", "needs.mjs")] } },
		});
		fs.renameSync(at("needs.mjs"), path.join(world.folder, "server", "needs.mjs"));
		const outcome = await world.sallyport(["tools", "list", "needs"]);
		world.entry("mini");
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toContain(`It may need ${missing}: sallyport allow needs --read ${missing}\n`);
	});
});
