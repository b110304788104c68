import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openHome } from "../../src/platform/home.ts";
import { KeychainVault } from "../../src/platform/vault/keychain.ts";
import { World } from "../harness/world.ts";

const world = new World();
afterAll(() => world.remove());

const folder = (): string => path.join(world.sallyportHome, "policy");
const file = (): string => path.join(folder(), fs.readdirSync(folder())[0] ?? "");
const edit = (from: string, to: string): void => fs.writeFileSync(file(), fs.readFileSync(file(), "utf8").replace(from, to));
const EGRESS = ['"egress": []', '"egress": ["evil.example:443"]'] as const;
const explain = () => world.sallyport(["policy", "explain", "mini", "echo"]);

beforeEach(async () => {
	// A person's home: nothing widens here without one.
	if (!fs.existsSync(world.sallyportHome)) expect((await world.sallyport(["init"])).code).toBe(0);
	world.entry("mini");
	await world.sallyport(["revoke", "mini"]);
	expect((await world.onTerminal(["tools", "allow", "mini", "echo"], "mini\n")).code).toBe(0);
});

describe("sallyport policy accept", () => {
	it("shows the exact difference, and takes the server's name typed on a terminal, nothing else", async () => {
		edit(...EGRESS);
		for (const typed of ["yes\n", "\n", "Mini\n"]) {
			const outcome = await world.onTerminal(["policy", "accept"], typed);
			expect(outcome.code).toBe(1);
			expect(outcome.stdout).toContain("Left as it is");
		}
		const outcome = await world.onTerminal(["policy", "accept", "mini"], "mini\n");
		expect(outcome.stdout).toMatch(/changed in \S+\.jsonc/);
		expect(outcome.stdout).toMatch(/ {2}command \S+ \S+mini\.mjs/);
		expect(outcome.stdout).toMatch(/\+ network evil\.example:443/);
		expect(outcome.stdout).not.toMatch(/[+-] tool/);
		expect(outcome.code).toBe(0);
		expect(await world.sallyport(["policy", "accept"])).toMatchObject({ code: 0, stdout: "Nothing waits.\n" });
	});

	it("knows no server that no policy and no config file has, and names the nearest that one has", async () => {
		expect(await world.sallyport(["policy", "accept", "mini"])).toMatchObject({ code: 0, stdout: "Nothing of mini waits.\n" });
		for (const more of [[], ["--json"]])
			expect(await world.sallyport(["policy", "accept", "mimi", ...more])).toMatchObject({
				code: 2,
				stdout: "",
				stderr: expect.stringMatching(/has a server "mimi"\.\n {2}Did you mean mini\? /),
			});
		// One that is only configured is known.
		await world.sallyport(["revoke", "mini"]);
		expect(await world.sallyport(["policy", "accept", "mini"])).toMatchObject({ code: 0, stdout: "Nothing of mini waits.\n" });
	});

	it("needs a terminal, and no --yes will do", async () => {
		edit(...EGRESS);
		expect(await world.sallyport(["policy", "accept", "mini"], { input: "mini\n" })).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("no terminal"),
		});
		expect(await world.sallyport(["policy", "accept", "mini", "--yes"])).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("throw-away home"),
		});
		expect((await explain()).stdout).toMatch(/says more than was accepted, which waits: sallyport policy accept mini/);
	});

	it("shows a grant that nobody ever accepted as new in all it has: a home of an older version", async () => {
		fs.rmSync(path.join(world.sallyportHome, "state", "approvals"), { recursive: true });
		fs.rmSync(path.join(world.sallyportHome, "kept-in-keychain"));
		const home = openHome(world.sallyportHome);
		const vault = home.ok ? new KeychainVault(home.value) : null;
		expect(await vault?.delete("approvals:1")).toMatchObject({ ok: true });
		vault?.close();
		expect(await world.launch("mini")).toMatchObject({ code: 125, stderr: expect.stringContaining("sallyport policy accept mini") });
		expect(await explain()).toMatchObject({ code: 1 });
		const outcome = await world.onTerminal(["policy", "accept"], "mini\n");
		expect(outcome.stdout).toMatch(/never accepted; it stands in/);
		expect(outcome.stdout).toMatch(/\+ command .*mini\.mjs[\s\S]*\+ tool {4}echo/);
		expect(outcome.code).toBe(0);
		expect((await explain()).code).toBe(0);
	});

	it("shows a command that was put in the place of the approved one, with its fingerprint left as it was", async () => {
		edit(JSON.stringify(world.server), JSON.stringify("/tmp/evil.mjs"));
		const outcome = await world.onTerminal(["policy", "accept"], "no\n");
		expect(outcome.stdout).toMatch(/- command .*mini\.mjs/);
		expect(outcome.stdout).toMatch(/\+ command .*\/tmp\/evil\.mjs/);
		expect(outcome.stdout).toContain("not verified: its config file does not start this command");
		expect(outcome.code).toBe(2);
	});

	it("accepts what was shown, and nothing that came into the file meanwhile", async () => {
		const before = fs.readFileSync(file(), "utf8");
		edit(...EGRESS);
		const shown = fs.readFileSync(file(), "utf8");
		const editor = setInterval(() => {
			const now = fs.readFileSync(file(), "utf8");
			fs.writeFileSync(file(), now === shown ? before.replace(EGRESS[0], '"egress": ["worse.example:443"]') : shown);
		}, 1);
		await world.onTerminal(["policy", "accept"], "mini\n");
		clearInterval(editor);
		fs.writeFileSync(file(), before.replace(EGRESS[0], '"egress": ["worse.example:443", "evil.example:443"]'));
		expect((await world.sallyport(["doctor", "--json"])).stdout).toContain("sallyport policy accept mini");
	});

	it("strikes out what was taken away by hand, so that it does not come back by hand", async () => {
		expect((await world.onTerminal(["tools", "allow", "mini", "read"], "mini\n")).code).toBe(0);
		const wide = fs.readFileSync(file(), "utf8");
		const narrow = JSON.parse(wide) as { servers: { tools: Record<string, unknown> }[] };
		delete narrow.servers[0]?.tools.read;
		fs.writeFileSync(file(), JSON.stringify(narrow));
		expect(await world.sallyport(["policy", "accept"])).toMatchObject({
			code: 0,
			stdout: expect.stringContaining("struck out for good (1)"),
		});
		fs.writeFileSync(file(), wide);
		expect((await world.sallyport(["policy", "explain", "mini", "read"])).code).toBe(1);
	});

	it("asks about a constraint that is gone behind words that look like it", async () => {
		const grants = (more: object): void => {
			const policy = JSON.parse(fs.readFileSync(file(), "utf8"));
			Object.assign(policy.servers[0].tools.echo, more);
			fs.writeFileSync(file(), JSON.stringify(policy));
		};
		const limit = { glob: ["/p/**"], optional: true };
		grants({ arguments: { mode: { enum: ["append"], optional: true }, path: limit } });
		expect((await world.onTerminal(["policy", "accept"], "mini\n")).code).toBe(0);
		grants({ arguments: { mode: { enum: ["append, optional; path glob /p/**"], optional: true } } });
		const { stdout } = await world.onTerminal(["policy", "accept"], "no\n");
		expect(stdout).toContain("- tool    echo  where mode enum append, optional; path glob /p/**, optional");
		expect(stdout).toContain('+ tool    echo  where mode enum "append, optional; path glob /p/**", optional');
	});

	it("refuses where two files speak of the same entry", async () => {
		edit(...EGRESS);
		fs.copyFileSync(file(), path.join(folder(), "zz.jsonc"));
		const outcome = await world.onTerminal(["policy", "accept", "mini"], "mini\n");
		expect(outcome.stdout).toContain("Two policy files grant something to this very entry");
		fs.rmSync(path.join(folder(), "zz.jsonc"));
		expect(outcome.code).toBe(2);
	});

	it("is what sallyport doctor asks for", async () => {
		const fine = JSON.parse((await world.sallyport(["doctor", "--json"])).stdout).checks.find(
			({ name }: { name: string }) => name === "policy",
		);
		expect(fine).toMatchObject({ ok: true, message: "every grant can be read, and was accepted by a person" });
		edit(...EGRESS);
		const waits = JSON.parse((await world.sallyport(["doctor", "--json"])).stdout).checks.find(
			({ name }: { name: string }) => name === "policy",
		);
		expect(waits).toMatchObject({ ok: false, remedy: expect.stringContaining("sallyport policy accept mini") });
	});
});
