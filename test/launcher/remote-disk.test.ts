import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Readable, Writable } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";

const hasFuse = process.getuid?.() === 0 && fs.existsSync("/dev/fuse");
const PROGRAM = path.resolve(import.meta.dirname, "..", "harness", "fuse-program.ts");

let world: World;
let disk: ChildProcessByStdio<Writable, Readable, null>;

beforeEach(async () => {
	world = new World();
	await world.grantMini("echo");
	// The log lies on what a program answers for, as on a network's folder: whether it does is up to the program.
	fs.mkdirSync(world.audit, { recursive: true, mode: 0o700 });
	disk = spawn(process.execPath, [PROGRAM, world.audit], { stdio: ["pipe", "pipe", "inherit"] });
	await once(disk.stdout, "data");
});

afterEach(async () => {
	disk.stdin.write("go\n");
	execFileSync("umount", ["--lazy", world.audit]);
	const ended = once(disk, "exit");
	disk.kill();
	await ended;
	world.remove();
});

it.runIf(hasFuse)(
	"a log on a file system of somebody else's: not even the first call waits for one that hangs, and nothing is missing",
	async () => {
		const { client } = await world.connect("mini");
		disk.stdin.write("hang\n");
		for (let n = 0; n < 20; n++) expect(await callTool(client, "echo", { text: `hung ${n}` })).toMatchObject({ ok: true });
		disk.stdin.write("go\n");
		expect(await callTool(client, "echo", { text: "after" })).toMatchObject({ ok: true });
		await client.close();
		expect(await world.recorded("hung")).toBe(20);
		expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
	},
);

it.runIf(hasFuse)("one that hangs for good keeps no launcher from ending: it says how much is not in the log", async () => {
	const { client, stderr, pid } = await world.connect("mini");
	disk.stdin.write("hang\n");
	expect(await callTool(client, "echo", { text: "hung" })).toMatchObject({ ok: true });
	process.kill(Number(pid), "SIGTERM");
	await expect.poll(stderr, { timeout: 20_000 }).toMatch(/the end of its audit log could not be written \([2-9] records are not in it\)/);
	await expect.poll(() => fs.existsSync(`/proc/${pid}`), { timeout: 20_000 }).toBe(false);
	await client.close();
});
