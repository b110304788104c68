// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";

const world = new World();
const policyFile = (): string => path.join(world.workspace, ".sallyport", "policy.jsonc");
const explain = (...args: string[]) => world.sallyport(["policy", "explain", "mini", ...args]);

beforeAll(async () => {
	await world.init();
	world.entry("mini");
	world.write("docs/a.txt", "a");
	await world.sallyport(["tools", "allow", "mini", "read", "--where", "path=within:docs", "--yes"]);
	await world.allowTools("mini", "echo");
});
afterAll(() => world.remove());
afterEach(() => fs.rmSync(path.join(world.workspace, ".sallyport"), { recursive: true, force: true }));

describe("sallyport policy explain", () => {
	it("names the layer that grants, and what it holds the arguments to", async () => {
		const outcome = await explain("read");
		expect(outcome.code).toBe(0);
		expect(outcome.stdout).toMatch(
			/^read of mini: allowed, with arguments that hold to what follows\n {2}✓ \S+\.jsonc {2}grants it, pinned to sha256:\S+, where path within \S+docs\n {2}✓ while the server lists it as it was approved\n$/,
		);
	});

	it("judges the arguments of a call", async () => {
		expect((await explain("read", JSON.stringify({ path: path.join(world.workspace, "docs/a.txt") }))).code).toBe(0);
		const refused = await explain("read", '{"path":"/etc/passwd"}');
		expect([refused.code, refused.stdout]).toEqual([1, expect.stringMatching(/✗ .*: path does not hold to it \(within\)/)]);
	});

	it("names what bounds calls, and says that what was changed since it was approved does not start", async () => {
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", tools: { "*": {} }, limits: { callsPerMinute: 5 } }] });
		const bounded = await explain("read");
		fs.rmSync(policyFile());
		expect(bounded.stdout).toMatch(/✓ \S+\.sallyport\/policy\.jsonc {2}at most: callsPerMinute 5\n/);
		world.entry("mini", [], { env: { EXTRA: "1" } });
		const changed = await explain("read");
		world.entry("mini");
		expect([changed.code, changed.stdout]).toEqual([
			1,
			expect.stringMatching(/refused\n(?:.*\n)*.*✗ This server's command or environment is not what was approved\./),
		]);
	});

	it("counts the policies that the entry names to the launcher", async () => {
		const file = world.write("extra.jsonc", { version: 1, servers: [{ name: "mini", tools: { echo: {} } }] });
		world.entry("mini");
		const text = fs.readFileSync(path.join(world.workspace, ".mcp.json"), "utf8");
		const { mcpServers } = JSON.parse(text);
		const stub = path.join(world.sallyportHome, "bin", "sallyport");
		const { command, args } = mcpServers.mini;
		world.write(".mcp.json", {
			mcpServers: { mini: { command: stub, args: ["run", "--name", "mini", "--policy", file, "--", command, ...args] } },
		});
		const taken = await explain("read");
		world.entry("mini");
		expect([taken.code, taken.stdout]).toEqual([1, expect.stringMatching(/✗ \S+extra\.jsonc {2}takes it away/)]);
	});

	it("names what a policy file says to no effect: a tool or a server that is spelt wrong", async () => {
		world.write(".sallyport/policy.jsonc", {
			version: 1,
			servers: [
				{ name: "mini", tools: { "*": {}, raed: { decision: "deny" }, entirely_other: {} } },
				{ name: "mimi", tools: {} },
			],
		});
		const { stdout, code } = await explain();
		expect(code).toBe(0);
		expect(stdout).toContain("speaks of a tool raed, which is not granted. Did you mean read?");
		expect(stdout).toContain("speaks of a server mimi, which nothing is granted to. Did you mean mini?");
		expect(stdout).not.toContain("entirely_other");
		expect(JSON.parse((await explain("--json")).stdout).odd).toHaveLength(2);
	});

	it("names the layer that takes a tool away, and no layer behind it", async () => {
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", tools: { "*": {}, echo: { decision: "deny" } } }] });
		const outcome = await explain("echo", "{}", "--json");
		expect(outcome.code).toBe(1);
		expect(JSON.parse(outcome.stdout)).toMatchObject({
			decision: "refuse",
			layers: [
				{ source: "user", refuses: false },
				{ source: "workspace", file: policyFile(), says: "takes it away", refuses: true },
			],
		});
		expect((await explain("read")).code).toBe(0);
	});

	it("says that a tool was never granted, and that nobody approved a server", async () => {
		expect(await explain("write")).toMatchObject({ code: 1, stdout: expect.stringContaining("does not grant it") });
		world.write(".cursor/mcp.json", { mcpServers: { other: { command: process.execPath, args: [world.server] } } });
		const outcome = await world.sallyport(["policy", "explain", "other", "echo"]);
		expect([outcome.code, outcome.stdout]).toEqual([
			1,
			expect.stringContaining("Nobody has approved this server. To see its tools: sallyport tools list other\n"),
		]);
	});

	it("says that a policy forbids the server, whatever it was granted", async () => {
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [], forbid: [{ name: "mini" }] });
		expect(await explain("echo")).toMatchObject({ code: 1, stdout: expect.stringContaining("forbids this server") });
	});

	it("says that a policy forbids what the server's line starts, however it is written, and where that cannot be told", async () => {
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [], forbid: [{ package: "evil" }] });
		const said = async (command: string, args: string[]) => {
			world.write(".mcp.json", { mcpServers: { mini: { command, args } } });
			const explained = await explain("echo");
			const { code, stderr } = await world.sallyport(["run", "--name", "mini", "--", command, ...args]);
			return [explained.code, explained.stdout, code, stderr];
		};
		const forbids = expect.stringMatching(/policy\.jsonc forbids this server\./);
		expect(await said("timeout", ["5", "npx", "alias@npm:evil@1"])).toEqual([1, forbids, 125, forbids]);
		const untold = expect.stringMatching(/forbids programs or packages, and it cannot be told what this line starts\./);
		expect(await said("bash", ["-c", "npx $PACKAGE"])).toEqual([1, untold, 125, untold]);
		const other = expect.not.stringMatching(/forbids/);
		expect(await said("npx", ["-y", "good"])).toEqual([1, other, 125, other]);
		world.entry("mini");
	});

	it("explains what a server may offer beside tools, and what it may ask for", async () => {
		await world.sallyport(["allow", "mini", "--prompt", "*", "--resource", "file:///docs/**", "--ask", "sampling", "--yes"]);
		world.write(".sallyport/policy.jsonc", {
			version: 1,
			servers: [{ name: "mini", prompts: [], resources: ["file:///docs/open/**"], asks: { sampling: { perMinute: 2 } } }],
		});
		const says = async (...args: string[]) => {
			const { code, stdout } = await explain(...args);
			return [
				code,
				stdout
					.split("\n")
					.slice(0, -1)
					.map((text) => text.replace(/\S+\.jsonc/, "FILE")),
			];
		};
		expect(await says("--prompt", "summary")).toEqual([
			1,
			["prompt summary of mini: refused", "  ✓ FILE  grants it, as *", "  ✗ FILE  takes it away"],
		]);
		expect(await says("--resource", "file:///docs/open/a.md")).toEqual([
			0,
			[
				"resource file:///docs/open/a.md of mini: allowed",
				"  ✓ FILE  grants it, as file:///docs/**",
				"  ✓ FILE  leaves it, as file:///docs/open/**",
			],
		]);
		expect((await says("--resource", "file:///docs/a.md"))[0]).toBe(1);
		expect(await says("--resource", "file:///docs/open/../a.md")).toEqual([
			1,
			[
				"resource file:///docs/open/../a.md of mini: refused",
				"  ✗ FILE  does not grant it (a URI that two programs could take for two places fits no pattern)",
			],
		]);
		expect(await says("--ask", "sampling")).toEqual([
			0,
			["ask sampling of mini: allowed", "  ✓ FILE  grants it, 10 a minute", "  ✓ FILE  leaves it, 2 a minute"],
		]);
		expect(await says("--template", "file:///{path}")).toEqual([
			1,
			["template file:///{path} of mini: refused", "  ✗ FILE  does not grant it"],
		]);
		expect((await says("--completions"))[0]).toBe(1);
		expect(await explain("echo", "--ask", "roots")).toMatchObject({ code: 2, stderr: expect.stringContaining("More than one thing") });
		expect(await explain("--ask", "money")).toMatchObject({ code: 2 });
	});

	it("shows, without a tool, what each file takes away of the grant", async () => {
		expect((await explain()).stdout).toContain("No other policy takes anything of it away.");
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", tools: { read: {} } }] });
		const outcome = await explain();
		expect([outcome.code, outcome.stdout]).toEqual([0, expect.stringMatching(/policy\.jsonc takes away:\n {4}- tool {4}echo\n/)]);
		expect(JSON.parse((await explain("--json")).stdout)).toMatchObject({
			decision: "allow",
			narrowed: [{ file: policyFile(), rows: [{ mark: "-", kind: "tool", text: "echo" }] }],
		});
	});

	it("tells whoever allows a tool that another file takes it away", async () => {
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", tools: { "*": {}, echo: { decision: "deny" } } }] });
		const outcome = await world.sallyport(["tools", "allow", "mini", "echo", "--yes"]);
		expect(outcome.stdout).toMatch(/Not all of it is in effect:\n.*policy\.jsonc takes away:\n {4}- tool {4}echo\n.*policy explain mini\n/);
		const listed = await world.sallyport(["tools", "list", "mini"]);
		expect(listed.stdout).toMatch(/\[x\] echo.*\n {6}! another policy takes it away: sallyport policy explain mini echo\n/);
		expect(listed.stdout).toMatch(/1 allowed\./);
	});

	it("wants a JSON object for arguments", async () => {
		for (const given of ["path=/etc", "[1]", "null"])
			expect(await explain("read", given)).toMatchObject({ code: 2, stderr: expect.stringContaining("not a JSON object") });
	});
});

describe("sallyport policy test", () => {
	const server = {
		name: "files",
		tools: { "*": {}, write: { decision: "deny" }, read: { arguments: { path: { within: "${workspace}/docs" } } } },
	};
	const examples = () => [
		{ tool: "read", arguments: { path: path.join(fs.realpathSync(world.workspace), "docs/a.txt") }, expect: "allow" },
		{ tool: "read", arguments: { path: "/etc/passwd" }, expect: "refuse" },
		{ tool: "read", expect: "refuse" },
		{ tool: "write", expect: "refuse" },
		{ tool: "anything", expect: "allow" },
	];

	it("runs the examples of this folder's policy", async () => {
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ ...server, examples: examples() }] });
		expect(await world.sallyport(["policy", "test"])).toMatchObject({ code: 0, stdout: "5 of 5 examples as expected.\n" });
	});

	it("names those that are not as expected", async () => {
		world.write("other.jsonc", { version: 1, servers: [{ ...server, examples: [{ tool: "write", expect: "allow" }, ...examples()] }] });
		const outcome = await world.sallyport(["policy", "test", "other.jsonc"]);
		expect([outcome.code, outcome.stdout]).toEqual([
			1,
			expect.stringMatching(/other\.jsonc:\d+:\d+: files write: expected: allowed; it is: refused\n5 of 6 examples/),
		]);
	});

	it("judges an example by all entries of the file for that server, and by what the file forbids", async () => {
		world.write("several.jsonc", {
			version: 1,
			servers: [
				{
					name: "files",
					tools: { "*": {} },
					examples: [
						{ tool: "write", expect: "refuse" },
						{ tool: "read", expect: "allow" },
					],
				},
				{ name: "files", tools: { "*": {}, write: { decision: "deny" } } },
				{ name: "gone", examples: [{ tool: "read", expect: "refuse" }] },
			],
			forbid: [{ name: "g*" }],
		});
		expect(await world.sallyport(["policy", "test", "several.jsonc"])).toMatchObject({ code: 0, stdout: "3 of 3 examples as expected.\n" });
	});

	it("tries what a server offers and what it asks for", async () => {
		world.write("offers.jsonc", {
			version: 1,
			servers: [
				{
					name: "files",
					prompts: ["summary"],
					resources: ["file:///docs/**"],
					completions: false,
					instructions: false,
					asks: { roots: true },
					examples: [
						{ prompt: "summary", expect: "allow" },
						{ prompt: "other", expect: "refuse" },
						{ resource: "file:///docs/a.md", expect: "allow" },
						{ resource: "file:///docs/%2e%2e/a.md", expect: "refuse" },
						{ template: "file:///{path}", expect: "allow" },
						{ completions: true, expect: "refuse" },
						{ instructions: true, expect: "refuse" },
						{ ask: "roots", expect: "allow" },
						{ ask: "sampling", expect: "refuse" },
					],
				},
			],
		});
		expect(await world.sallyport(["policy", "test", "offers.jsonc"])).toMatchObject({ code: 0, stdout: "9 of 9 examples as expected.\n" });
		world.write("two.jsonc", { version: 1, servers: [{ name: "a", examples: [{ tool: "x", prompt: "y", expect: "allow" }] }] });
		expect(await world.sallyport(["policy", "test", "two.jsonc"])).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("must name one of"),
		});
	});

	it("does not guess at a file that does not parse", async () => {
		world.write("broken.jsonc", '{"version":1,"servers":[{"name":"a","examples":[{"tool":"x","expects":"allow"}]}]}');
		const outcome = await world.sallyport(["policy", "test", "broken.jsonc"]);
		expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringMatching(/unknown key "expects"; did you mean "expect"/)]);
	});
});
