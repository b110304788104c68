import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Outcome, SALLYPORT, World } from "../harness/world.ts";

/** Of a command that says what is wrong, many times over. */
const SECONDS = 30;

const world = new World();
const at = (relative: string): string => path.join(world.workspace, relative);

/** What stands in a file's place. git keeps links, and an archive keeps pipes. */
const KINDS: Readonly<Record<string, (file: string) => void>> = {
	"a link to a device without end": (file) => fs.symlinkSync("/dev/zero", file),
	"a link to a file of the kernel's without a size": (file) => fs.symlinkSync("/proc/self/pagemap", file),
	"a pipe that nobody writes to": (file) => void execFileSync("mkfifo", [file]),
};

/** With so much memory and so many seconds: else its code is 124, or that of what killed it. */
function bounded(args: readonly string[]): Promise<Outcome> {
	const limited = ["-k", "1", String(SECONDS), "prlimit", "--data=2000000000", "--", process.execPath, SALLYPORT, ...args];
	return world.run("timeout", limited);
}

function put(kind: string, relative: string): void {
	fs.mkdirSync(path.dirname(at(relative)), { recursive: true });
	KINDS[kind]?.(at(relative));
}

beforeAll(() => world.init());
afterAll(() => world.remove());
afterEach(() => {
	for (const name of fs.readdirSync(world.workspace)) fs.rmSync(at(name), { recursive: true });
});

describe.each(Object.keys(KINDS))("%s", (kind) => {
	it.each([
		["tools list mini"],
		["tools show mini echo"],
		["allow mini --yes"],
		["policy explain mini"],
		["tools list mini --file .mcp.json"],
		["allow mini --file .mcp.json --yes"],
	])("in the place of a config file is named by `%s`", async (command) => {
		put(kind, ".mcp.json");
		const { code, stderr } = await bounded(command.split(" "));
		expect([code, stderr]).toEqual([
			2,
			expect.stringMatching(/\.mcp\.json (?:is (?:not a plain file|larger than)|cannot be read)[^\n]*\n/),
		]);
		expect(stderr).toMatch(/\n {2}(?:Put a plain config file in its place, or remove it|Name a config file that exists)/);
		expect(stderr.split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(2);
	});

	it("beside a good config file stands in nobody's way", async () => {
		world.entry("mini");
		put(kind, ".cursor/mcp.json");
		expect(await bounded(["tools", "list", "mini"])).toMatchObject({ code: 0, stdout: expect.stringContaining("echo") });
		expect((await bounded(["tools", "lock"])).code).toBe(0);
	});

	it("in the place of a package.json is no package", async () => {
		put(kind, "server/package.json");
		world.write(".mcp.json", { mcpServers: { mini: { command: process.execPath, args: ["server"] } } });
		expect(await bounded(["tools", "list", "mini"])).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("is not there, or is not a file"),
		});
		world.write("server/index.js", "");
		expect((await bounded(["policy", "explain", "mini"])).code).not.toBeGreaterThan(2);
	});

	it("in the place of the program, a policy, the lock or the baseline is refused in words", async () => {
		put(kind, "server/program");
		world.write(".mcp.json", { mcpServers: { mini: { command: "./server/program" } } });
		expect([2, 125]).toContain((await bounded(["tools", "list", "mini"])).code);
		world.entry("mini");
		put(kind, "sallyport.lock.json");
		expect(await bounded(["tools", "verify"])).toMatchObject({ code: 2, stderr: expect.stringContaining("sallyport.lock.json") });
		put(kind, ".sallyport/baseline.json");
		expect(await bounded(["scan"])).toMatchObject({ code: 2, stderr: expect.stringContaining("baseline.json") });
		put(kind, ".sallyport/policy.jsonc");
		expect(await bounded(["policy", "test"])).toMatchObject({ code: 2, stderr: expect.stringContaining("policy.jsonc") });
	});
});
