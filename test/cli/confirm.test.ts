import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SALLYPORT, World } from "../harness/world.ts";

const world = new World();
beforeAll(async () => {
	// A person's home: nothing widens here without one.
	expect((await world.sallyport(["init"])).code).toBe(0);
	world.entry("mini");
});
afterAll(() => world.remove());

/** Starts `tools allow` on a terminal, and types nothing yet. */
function ask(tool: string) {
	const program = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
	const args = ["-c", program, process.execPath, SALLYPORT, "tools", "allow", "mini", tool];
	const asking = spawn("/usr/bin/python3", args, { cwd: world.workspace, env: world.env(), stdio: ["pipe", "pipe", "ignore"] });
	let text = "";
	asking.stdout.on("data", (chunk: Buffer) => {
		text += chunk.toString();
	});
	return { asking, ended: once(asking, "close"), said: () => text };
}

/** The question stands. */
async function asked(said: () => string, { stdout }: ReturnType<typeof ask>["asking"]): Promise<void> {
	while (!said().includes("Type the server's name")) await once(stdout, "data");
}

describe("on a terminal, in a person's home", () => {
	it("anything but the server's name leaves everything as it was", async () => {
		for (const typed of ["yes\n", "\n", "Mini\n"]) {
			const outcome = await world.onTerminal(["tools", "allow", "mini", "echo"], typed);
			expect(outcome.code).toBe(1);
			expect(outcome.stdout).toContain("Nothing was changed");
		}
		expect(fs.readdirSync(path.join(world.sallyportHome, "policy"))).toEqual([]);
	});

	it("the end of what is typed leaves everything as it was, and says so", async () => {
		const { asking, ended, said } = ask("echo");
		await asked(said, asking);
		// Ctrl-D.
		asking.stdin.write("\u0004");
		expect((await ended)[0]).toBe(1);
		expect(said()).toContain("Nothing was changed");
	});

	it("the exact change is shown, and the typed name allows it", async () => {
		const outcome = await world.onTerminal(["tools", "allow", "mini", "echo"], "mini\n");
		expect(outcome.stdout).toMatch(/command {3}\S+ \S+mini\.mjs/);
		expect(outcome.stdout).toMatch(/\+ start {3}this command\s+\+ tool {4}echo/);
		expect(outcome.code).toBe(0);
		const { client } = await world.connect("mini");
		expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["echo"]);
		await client.close();
	});

	it("what was taken away while the question stood does not come back", async () => {
		const { asking, ended, said } = ask("env");
		await asked(said, asking);
		expect((await world.sallyport(["tools", "deny", "mini", "echo"])).code).toBe(0);
		asking.stdin.end("mini\n");
		expect((await ended)[0]).toBe(2);
		expect(said()).toContain("has changed meanwhile");
		const listed = JSON.parse((await world.sallyport(["tools", "list", "mini", "--json"])).stdout);
		expect(listed.tools.filter((tool: { state: string }) => tool.state === "allowed")).toEqual([]);
	});

	it("--yes does not stand in for the name", async () => {
		const outcome = await world.onTerminal(["tools", "allow", "mini", "env", "--yes"], "mini\n");
		expect(outcome.code).toBe(2);
		expect(outcome.stdout).toContain("--yes works only in a throw-away home");
	});
});
