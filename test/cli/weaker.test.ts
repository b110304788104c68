import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { landlockEngine } from "../../src/platform/sandbox/landlock/engine.ts";
import { probeSandbox } from "../../src/platform/sandbox/probe.ts";
import { canForbidNamespaces, WITHOUT_NAMESPACES } from "../harness/forbidden-namespaces.ts";
import { callTool, SALLYPORT, World } from "../harness/world.ts";

/** The kernel has to have it, Linux 6.7 or newer. */
const stands = await probeSandbox(landlockEngine(), []);

/** Who makes a namespace to try this in sees root's files as nobody's, and such a bubblewrap is refused for that alone. */
const isRoot = process.getuid?.() === 0;
const world = new World();
const at = (relative: string): string => path.join(world.workspace, relative);
beforeAll(async () => {
	await world.grantMini("read", "write");
	world.write("docs/a.txt", "seen");
	world.write("docs/.env", "hidden");
});
afterAll(() => world.remove());

async function answers(...calls: readonly (readonly [tool: string, given: object])[]): Promise<readonly unknown[]> {
	const { client } = await world.connect("mini");
	try {
		const said: unknown[] = [];
		for (const [tool, given] of calls) said.push(await callTool(client, tool, { ...given }));
		return said;
	} finally {
		await client.close();
	}
}

describe.skipIf(!stands.ok)("the weaker sandbox", () => {
	it("is never given to a server without a person", async () => {
		const outcome = await world.sallyport(["allow", "mini", "--tier", "landlock"]);
		expect(outcome.stdout).toContain("+ sandbox weaker (Landlock): ");
		expect(outcome.stderr).toMatch(/no terminal/);
		expect(outcome.code).toBe(2);
		expect((await world.sallyport(["allow", "mini", "--tier", "none"])).stderr).toContain("--tier is bubblewrap or landlock.");
	});

	it("runs a server with what it was granted, and is named wherever the grant is", async () => {
		const outcome = await world.sallyport(["allow", "mini", "--tier", "landlock", "--read", "docs", "--yes"]);
		expect(outcome).toMatchObject({ code: 0, stderr: "" });
		const [seen, hidden] = await answers(["read", { path: at("docs/a.txt") }], ["read", { path: at("docs/.env") }]);
		expect(seen).toEqual({ ok: true, text: "seen" });
		expect(hidden).toMatchObject({ ok: false });
		expect((await world.sallyport(["explain", "mini"])).stdout).toMatch(/^ {2}sandbox weaker \(Landlock\)/m);
		expect((await world.sallyport(["audit", "list", "--json"])).stdout).toContain('"tier":"landlock"');
		expect((await world.sallyport(["allow", "mini"])).stdout).toContain("Saved; nothing was widened.");
	});

	it("is given up without a question, and then the full one stands again", async () => {
		const outcome = await world.sallyport(["allow", "mini", "--tier", "bubblewrap"]);
		expect(outcome.stdout).toContain("- sandbox weaker (Landlock): ");
		expect(outcome.stdout).toContain("Saved; nothing was widened.");
		await answers(["read", { path: at("docs/a.txt") }]);
		expect((await world.sallyport(["explain", "mini"])).stdout).not.toContain("weaker");
	});

	it("is no workspace's to choose", async () => {
		world.write(".sallyport/policy.jsonc", JSON.stringify({ version: 1, servers: [{ name: "mini", sandbox: { tier: "landlock" } }] }));
		await answers(["read", { path: at("docs/a.txt") }]);
		expect((await world.sallyport(["explain", "mini"])).stdout).not.toContain("weaker");
		fs.rmSync(at(".sallyport"), { recursive: true });
	});
});

describe.skipIf(!stands.ok || !canForbidNamespaces())("where the full sandbox is forbidden", () => {
	const there = [...WITHOUT_NAMESPACES, process.execPath, SALLYPORT];
	const sallyport = (...args: string[]) => world.run("unshare", [...there.slice(1), ...args]);

	it.runIf(isRoot)(
		"the doctor says what forbids it, what mends it, and what is left (as root alone: in an ordinary user's namespace nothing is root's)",
		async () => {
			const { checks } = JSON.parse((await sallyport("doctor", "--json")).stdout) as { checks: Record<string, unknown>[] };
			expect(checks.find(({ name }) => name === "sandbox")).toMatchObject({
				ok: false,
				message: "This system allows no user namespaces (user.max_user_namespaces is 0).",
				remedy: expect.stringContaining("sudo sysctl -w user.max_user_namespaces=1024"),
			});
			expect(checks.find(({ name }) => name === "weaker")).toMatchObject({
				ok: true,
				remedy: "For one server: sallyport allow NAME --tier landlock",
			});
		},
	);

	it.runIf(isRoot)("a server is refused with the remedy, and starts when a person has accepted less (as root alone, too)", async () => {
		const refused = await sallyport(...world.runArgs("mini"));
		expect(refused.code).toBe(125);
		expect(refused.stderr).toMatch(
			/^sallyport: mini: This system allows no user namespaces .* Or accept .*: sallyport allow mini --tier landlock$/m,
		);
		expect((await sallyport("allow", "mini", "--tier", "landlock", "--yes")).code).toBe(0);
		const { client } = await world.connect("mini", [], { launcher: there });
		expect(await callTool(client, "read", { path: at("docs/a.txt") })).toEqual({ ok: true, text: "seen" });
		await client.close();
	});
});
