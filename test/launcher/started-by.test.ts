import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { programName } from "../../src/launcher/started-by.ts";
import { World } from "../harness/world.ts";

const world = new World();
const running: ChildProcess[] = [];
afterEach(() => {
	for (const child of running.splice(0)) child.kill("SIGKILL");
});
afterAll(() => world.remove());

const SPEAK = "process.stdout.write('up'); setInterval(() => {}, 1000);";

/** By what name a program is known that is started so, once it runs. */
async function named(command: string, args: readonly string[]): Promise<string | null> {
	const child = spawn(command, args, { cwd: world.workspace, stdio: ["ignore", "pipe", "ignore"] });
	running.push(child);
	await once(child.stdout, "data");
	return programName(child.pid ?? 0);
}

describe("the host in the log", () => {
	it("is the script that a runtime runs, for all of them call themselves alike", async () => {
		fs.writeFileSync(path.join(world.workspace, "my-host.mjs"), SPEAK);
		expect(await named(process.execPath, ["my-host.mjs", "--token", "abc"])).toBe("my-host.mjs");
		fs.writeFileSync(path.join(world.workspace, "host.py"), "import time; print('up', flush=True); time.sleep(1000)");
		expect(await named("python3", ["host.py"])).toBe("host.py");
	});

	it("is the runtime where there is no such file: what stands in an argument is nobody's name", async () => {
		expect(await named(process.execPath, ["-e", SPEAK])).toBe(path.basename(process.execPath));
	});

	it("is what a program calls itself, where it does", async () => {
		expect(await named(process.execPath, ["-e", `process.title = "my-host"; ${SPEAK}`])).toBe("my-host");
		expect(await named("/bin/sh", ["-c", "echo up; read x; :"])).toMatch(/^(?:sh|dash|bash)$/);
	});

	it("is not known of a program that is gone", () => {
		expect(programName(2 ** 30)).toBeNull();
	});
});
