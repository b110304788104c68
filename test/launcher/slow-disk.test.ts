import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";

/** Whoever may make disks here can also stop them. */
const hasDisks = process.getuid?.() === 0 && fs.existsSync("/dev/loop-control");

let world: World;

beforeEach(async () => {
	world = new World();
	await world.grantMini("echo");
	// The log has a disk of its own, which can be stopped: whoever writes to it then waits in the system.
	const image = path.join(world.folder, "disk.img");
	fs.writeFileSync(image, "");
	fs.truncateSync(image, 16 * 1024 * 1024);
	execFileSync("mkfs.ext4", ["-q", "-F", image]);
	fs.mkdirSync(world.audit, { recursive: true, mode: 0o700 });
	execFileSync("mount", ["-o", "loop", image, world.audit]);
	fs.chmodSync(world.audit, 0o700);
});

afterEach(() => {
	try {
		thaw();
	} catch {}
	execFileSync("umount", ["--lazy", world.audit]);
	world.remove();
});

function freeze(): void {
	execFileSync("fsfreeze", ["--freeze", world.audit]);
}

function thaw(): void {
	execFileSync("fsfreeze", ["--unfreeze", world.audit], { stdio: "ignore" });
}

// What an ordinary user can try of it stands beside the log's writer, with a disk that is played.
it.runIf(hasDisks)(
	"a real disk that hangs: once it was slow, calls go through while it stands still, and all of them are in the log",
	async () => {
		const { client } = await world.connect("mini");
		freeze();
		// The first one finds out.
		setTimeout(thaw, 1_000);
		expect(await callTool(client, "echo", { text: "first" })).toMatchObject({ ok: true, text: "first" });
		freeze();
		for (let n = 0; n < 20; n++) expect(await callTool(client, "echo", { text: `frozen ${n}` })).toMatchObject({ ok: true });
		thaw();
		expect(await callTool(client, "echo", { text: "after" })).toMatchObject({ ok: true });
		await client.close();
		expect(await world.recorded("frozen")).toBe(20);
		expect(await world.recorded("after")).toBe(1);
		const verified = await world.sallyport(["audit", "verify"]);
		expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/complete, 4\d records/) });
	},
);

it.runIf(hasDisks)("a real disk that hangs to the end: the person is told how much is not in the log", async () => {
	const { client, stderr } = await world.connect("mini");
	freeze();
	setTimeout(thaw, 1_000);
	await callTool(client, "echo", { text: "first" });
	freeze();
	await callTool(client, "echo", { text: "frozen" });
	const closing = client.close();
	await expect.poll(stderr, { timeout: 20_000 }).toMatch(/the end of its audit log could not be written \([2-9] records are not in it\)/);
	thaw();
	await closing;
	expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
});

it.runIf(hasDisks)("a real disk that is slow and then full: calls are refused until there is room again, and the log says so", async () => {
	const { client } = await world.connect("mini");
	const filler = path.join(world.audit, "filler");
	freeze();
	setTimeout(thaw, 1_000);
	expect(await callTool(client, "echo", { text: "first" })).toMatchObject({ ok: true });
	const descriptor = fs.openSync(filler, "a");
	expect(() => {
		for (;;) fs.writeSync(descriptor, Buffer.alloc(4096));
	}).toThrow("ENOSPC");
	fs.closeSync(descriptor);
	// More than fits into what is left of the log's last block.
	const answers: boolean[] = [];
	for (let n = 0; n < 40; n++) answers.push((await callTool(client, "echo", { text: "x".repeat(150) })).ok);
	const refused = answers.indexOf(false);
	expect(refused).toBeGreaterThanOrEqual(0);
	expect(answers.slice(refused)).not.toContain(true);
	fs.rmSync(filler);
	await expect.poll(async () => (await callTool(client, "echo", { text: "after" })).ok, { timeout: 20_000 }).toBe(true);
	await client.close();
	const { stdout } = await world.sallyport(["audit", "search", "--json", "--limit", "all", "--reason", "records-lost"]);
	expect(JSON.parse(stdout.split("\n")[0] ?? "")).toMatchObject({ decision: "refuse", count: expect.any(Number) });
	expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
});
