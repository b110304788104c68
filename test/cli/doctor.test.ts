import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerDoctor } from "../../src/cli/doctor.ts";
import { World } from "../harness/world.ts";
import { type Run, runCommand } from "./run-command.ts";

let world: World;
beforeEach(() => {
	world = new World();
});
afterEach(() => world.remove());

interface Report {
	readonly version: number;
	readonly ok: boolean;
	readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message: string; readonly remedy: string }[];
}

const doctor = (...args: string[]): Promise<Run> =>
	runCommand(registerDoctor, ["doctor", ...args], { cwd: world.workspace, env: { ...world.env(), SALLYPORT_HOME: world.sallyportHome } });

async function check(name: string): Promise<Report["checks"][number] | undefined> {
	const { out } = await doctor("--json");
	return (JSON.parse(out) as Report).checks.find((each) => each.name === name);
}

describe("sallyport doctor", () => {
	it("tries the sandbox and the keychain for real, and says that all is well", async () => {
		await world.init();
		const { code, out } = await doctor("--json");
		const report = JSON.parse(out) as Report;
		expect(report.checks.filter((each) => !each.ok)).toEqual([]);
		expect(report.checks.map((each) => each.name)).toEqual([
			"node",
			"home",
			"launcher",
			"policy",
			"audit",
			"sandbox",
			"egress",
			"keychain",
		]);
		expect(report).toMatchObject({ version: 1, ok: true });
		expect(report.checks[0]?.message).toBe(`Node.js ${process.versions.node} (${fs.realpathSync(process.execPath)})`);
		expect(code).toBe(0);
	});

	it("names what is missing, and what to do", async () => {
		const { code, out } = await doctor();
		expect(code).toBe(1);
		expect(out).toMatch(/MISSING {2}home .*sallyport/);
		expect(out).toContain("Run: sallyport init");
		expect(out).toMatch(/ok {7}sandbox/);
		expect(out).toMatch(/Something is missing; see above\.\n$/);
	});

	it("tells that the launcher's stub was edited, without starting it", async () => {
		await world.init();
		const stub = path.join(world.sallyportHome, "bin", "sallyport");
		const marker = path.join(world.folder, "was-run");
		fs.writeFileSync(stub, fs.readFileSync(stub, "utf8").replace("\n", `\ntouch ${marker}\n`));
		expect(await check("launcher")).toEqual({
			name: "launcher",
			ok: false,
			message: `${stub} was changed after it was installed.`,
			remedy: "Run: sallyport init",
		});
		expect(fs.existsSync(marker)).toBe(false);
		await world.init();
		expect(await check("launcher")).toMatchObject({ ok: true, remedy: "" });
	});

	it("tells that the installed launcher was changed", async () => {
		await world.init();
		const launchers = path.join(world.sallyportHome, "launcher");
		fs.appendFileSync(path.join(launchers, fs.readdirSync(launchers)[0] ?? "", "launcher.cjs"), "//");
		expect(await check("launcher")).toMatchObject({ ok: false, remedy: "Run: sallyport init" });
	});

	it("tells that the Node which servers were approved with lies in a workspace that is approved", async () => {
		const node = path.join(world.workspace, "another-node");
		fs.copyFileSync(process.execPath, node);
		fs.chmodSync(node, 0o755);
		const program = path.resolve(import.meta.dirname, "../../dist/sallyport.cjs");
		expect(await world.run(node, [program, "init", "--unattended"], { cwd: world.home })).toMatchObject({ code: 0 });
		world.entry("mini");
		expect(await world.sallyport(["allow", "mini", "--yes"])).toMatchObject({ code: 0 });
		expect(await check("node")).toMatchObject({ ok: false, remedy: "Run: sallyport init" });
		expect(await world.sallyport(["init", "--unattended", "--json"], { cwd: world.home })).toMatchObject({
			code: 0,
			stdout: expect.stringContaining(JSON.stringify(fs.realpathSync(process.execPath))),
		});
	});

	it("tells that the Node which servers were approved with is gone", async () => {
		const node = path.join(world.folder, "another-node");
		fs.copyFileSync(process.execPath, node);
		fs.chmodSync(node, 0o755);
		const program = path.resolve(import.meta.dirname, "../../dist/sallyport.cjs");
		expect(await world.run(node, [program, "init", "--unattended"])).toMatchObject({ code: 0 });
		expect(await check("node")).toMatchObject({ ok: true });
		fs.rmSync(node);
		expect(await check("node")).toMatchObject({ ok: false, message: `The Node that servers were approved with is gone: ${node}.` });
	});
});
