import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callTool, SALLYPORT, World } from "../harness/world.ts";

let world: World;
beforeEach(() => {
	world = new World();
});
afterEach(() => world.remove());

const stub = (): string => path.join(world.sallyportHome, "bin", "sallyport");
const ROOT = path.dirname(path.dirname(SALLYPORT));

/** The built programs and the keychain's library, as a clone or an extension has them; elsewhere, so that they can go. */
function copyOfPrograms(): string {
	const clone = path.join(world.folder, "clone");
	fs.mkdirSync(path.join(clone, "dist"), { recursive: true });
	for (const name of ["sallyport.cjs", "launcher.cjs", "cli.cjs"])
		fs.copyFileSync(path.join(ROOT, "dist", name), path.join(clone, "dist", name));
	fs.cpSync(path.join(ROOT, "node_modules", "keytar"), path.join(clone, "node_modules", "keytar"), { recursive: true });
	return clone;
}

async function init(program = SALLYPORT, node = process.execPath): Promise<Record<string, unknown>> {
	const { code, stdout, stderr } = await world.run(node, [program, "init", "--unattended", "--json"]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	return JSON.parse(stdout) as Record<string, unknown>;
}

describe("sallyport init", () => {
	it("installs a launcher that starts servers, and reaches the keychain, when the clone is gone", async () => {
		const clone = copyOfPrograms();
		const program = path.join(clone, "dist", "sallyport.cjs");
		expect(await init(program)).toMatchObject({ version: 1, launcher: stub(), installed: "new", unattended: true });
		world.entry("mini");
		fs.rmSync(clone, { recursive: true });
		const allowed = await world.run(stub(), ["tools", "allow", "mini", "echo", "--yes"]);
		expect(allowed).toMatchObject({ code: 0 });
		const { client } = await world.connect("mini", [], { launcher: [stub()] });
		expect(await callTool(client, "echo", { text: "still here" })).toMatchObject({ ok: true });
		await client.close();
		const doctor = await world.run(stub(), ["doctor", "--json"]);
		const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; ok: boolean }[] };
		expect(checks.filter(({ name }) => name === "launcher" || name === "keychain")).toMatchObject([{ ok: true }, { ok: true }]);
	});

	it("says so when the Node that it names would go with the clone", async () => {
		const clone = copyOfPrograms();
		const inside = path.join(clone, ".cache", "node");
		fs.mkdirSync(path.dirname(inside), { recursive: true });
		fs.copyFileSync(process.execPath, inside, fs.constants.COPYFILE_FICLONE);
		const run = (node: string) => world.run(node, [path.join(clone, "dist", "sallyport.cjs"), "init", "--unattended"]);
		expect((await run(process.execPath)).stdout).not.toContain("belongs to this copy");
		fs.rmSync(world.sallyportHome, { recursive: true });
		expect((await run(inside)).stdout).toMatch(
			/^Node {6}.*\/clone\/\.cache\/node\n {10}It belongs to this copy of Sallyport\. Before that goes: install Node\.js 22\.12/m,
		);
	});

	it("says that it is as it was when it is run again, and does nothing", async () => {
		await init();
		const written = fs.statSync(stub(), { bigint: true });
		expect(await init()).toMatchObject({ installed: "same" });
		expect(fs.statSync(stub(), { bigint: true }).mtimeNs).toBe(written.mtimeNs);
	});

	it("keeps the Node that servers were approved with when another one runs it", async () => {
		const node = path.join(world.folder, "another-node");
		fs.copyFileSync(process.execPath, node);
		fs.chmodSync(node, 0o755);
		expect(await init(SALLYPORT, node)).toMatchObject({ node });
		expect(await init()).toMatchObject({ node, installed: "same" });
		fs.rmSync(node);
		expect(await init()).toMatchObject({ node: fs.realpathSync(process.execPath) });
		expect(fs.readFileSync(stub(), "utf8")).not.toContain(node);
	});

	it("installs one whole launcher when it is run many times at once", async () => {
		await Promise.all(Array.from({ length: 6 }, () => init()));
		expect(fs.readdirSync(path.join(world.sallyportHome, "launcher")).length).toBe(1);
		expect(spawnSync(stub(), ["run", "--help"], { env: {}, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
	});

	it("says in one line what is missing, and installs nothing", async () => {
		const clone = copyOfPrograms();
		fs.rmSync(path.join(clone, "node_modules"), { recursive: true });
		const outcome = await world.run(process.execPath, [path.join(clone, "dist", "sallyport.cjs"), "init", "--unattended"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(/^sallyport: The keychain's library \(keytar\) .* cannot be installed\.\n {2}Install Sallyport again/);
		expect(fs.existsSync(stub())).toBe(false);
		expect(fs.existsSync(path.join(world.sallyportHome, "launcher"))).toBe(false);
	});
});
