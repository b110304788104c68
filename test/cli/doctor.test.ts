import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PassThrough } from "node:stream";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerDoctor } from "../../src/cli/doctor.ts";
import { createHome } from "../../src/platform/home.ts";

let folder: string;
beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "doctor-")));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

async function doctor(env: Record<string, string>, ...args: string[]): Promise<{ code: number | null; text: string }> {
	const stdout = new PassThrough();
	let code: number | null = null;
	const program = new Command();
	registerDoctor(program, { cwd: folder, env, stdin: new PassThrough(), stdout, stderr: new PassThrough() }, (given) => {
		code = given;
	});
	await program.parseAsync(["doctor", ...args], { from: "user" });
	return { code, text: String(stdout.read() ?? "") };
}

describe("sallyport doctor", () => {
	it("tries the sandbox and the keychain for real, and says that all is well", async () => {
		const home = createHome(path.join(folder, "home"), { unattended: true });
		if (!home.ok) throw new Error(home.problem.message);
		fs.writeFileSync(home.value.stub, "#!/bin/sh\n", { mode: 0o700 });
		const { code, text } = await doctor({ SALLYPORT_HOME: home.value.path, HOME: folder }, "--json");
		const report = JSON.parse(text) as { version: number; ok: boolean; checks: { name: string; ok: boolean; message: string }[] };
		expect(report.checks.filter((check) => !check.ok)).toEqual([]);
		expect(report.checks.map((check) => check.name)).toEqual(["node", "home", "launcher", "policy", "sandbox", "egress", "keychain"]);
		expect(report).toMatchObject({ version: 1, ok: true });
		expect(code).toBe(0);
	});

	it("names what is missing, and what to do", async () => {
		const { code, text } = await doctor({ SALLYPORT_HOME: path.join(folder, "none"), HOME: folder });
		expect(code).toBe(1);
		expect(text).toMatch(/MISSING {2}home .*none/);
		expect(text).toContain("Run: sallyport init");
		expect(text).toMatch(/ok {7}sandbox/);
	});
});
