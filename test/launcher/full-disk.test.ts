import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { tree } from "../attack/processes.ts";
import { RawHost } from "../harness/raw-host.ts";
import { callTool, World } from "../harness/world.ts";

/** More calls than fit into the room that a page leaves. */
const ENOUGH = 60;

let world: World;
let host: RawHost | null = null;
const filler = () => path.join(world.audit, "filler");

beforeEach(async () => {
	world = new World();
	await world.grantMini("echo");
	fs.mkdirSync(world.audit, { recursive: true, mode: 0o700 });
});

afterEach(async () => {
	await host?.close();
	host = null;
	execFileSync("umount", [world.audit]);
	world.remove();
});

/** The log has a disk of its own, as large as this. */
function disk(size: string): void {
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0700`, "tmpfs", world.audit]);
}

function fill(): void {
	const descriptor = fs.openSync(filler(), "a");
	try {
		for (;;) fs.writeSync(descriptor, Buffer.alloc(4096));
	} catch (error) {
		expect(error).toMatchObject({ code: "ENOSPC" });
	} finally {
		fs.closeSync(descriptor);
	}
}

async function records() {
	const { stdout } = await world.sallyport(["audit", "list", "--json", "--limit", "1000"]);
	return stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line));
}

async function lost() {
	return (await records()).filter(({ reason }) => reason === "records-lost");
}

// What an ordinary user can try of it stands beside the log's writer.
it.runIf(process.getuid?.() === 0)(
	"a full disk: calls are refused, and once there is room again they go through, and the log says what it lost",
	async () => {
		disk("128k");
		const { client, stderr } = await world.connect("mini");
		expect(await callTool(client, "echo", { text: "before" })).toMatchObject({ ok: true });
		fill();
		const answers: Awaited<ReturnType<typeof callTool>>[] = [];
		for (let n = 0; n < ENOUGH; n++) answers.push(await callTool(client, "echo", { text: "x".repeat(150) }));
		const first = answers.findIndex(({ ok }) => !ok);
		expect(first).toBeGreaterThanOrEqual(0);
		expect(answers.slice(first).every(({ ok, text }) => !ok && text.includes(NOT_AVAILABLE))).toBe(true);
		expect(stderr()).toContain("the audit log cannot be written");
		fs.rmSync(filler());
		expect(await callTool(client, "echo", { text: "after" })).toMatchObject({ ok: true, text: "after" });
		await client.close();
		expect(await lost()).toMatchObject([{ decision: "refuse", count: expect.any(Number) }]);
		// The call whose record was the first without room: the log does not leave it at that it was let through.
		const calls = (await records()).filter(({ tool }) => tool === "echo");
		const refused = calls.filter(({ reason }) => reason === "audit-failed");
		expect(refused).toMatchObject([{ decision: "refuse", outcome: "withheld" }]);
		expect(calls.filter(({ request }) => request === refused[0].request).map(({ outcome }) => outcome)).toEqual(["forwarded", "withheld"]);
		expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
	},
);

it.runIf(process.getuid?.() === 0)(
	"a full disk, where the policy lets calls go on: they do, and the log says how many it does not have",
	async () => {
		fs.writeFileSync(
			path.join(world.sallyportHome, "policy", "audit.jsonc"),
			'{ "version": 1, "servers": [], "audit": { "onFailure": "allow" } }',
		);
		expect(await world.sallyport(["policy", "accept", "--yes"])).toMatchObject({ code: 0 });
		disk("128k");
		const { client } = await world.connect("mini");
		await callTool(client, "echo", { text: "before" });
		fill();
		for (let n = 0; n < ENOUGH; n++) expect(await callTool(client, "echo", { text: "x".repeat(150) })).toMatchObject({ ok: true });
		fs.rmSync(filler());
		await callTool(client, "echo", { text: "after" });
		await client.close();
		const told = await lost();
		// One record, or several where some room was there in between.
		expect(told.length).toBeGreaterThan(0);
		expect(told.filter(({ decision }) => decision !== "allow")).toEqual([]);
		const { stdout } = await world.sallyport(["audit", "list", "--json", "--limit", "1000"]);
		const calls = stdout.split("\n").filter((line) => line.includes('"tools/call"')).length;
		// Each call has two records: of its beginning, and of its end.
		expect(calls + told.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(2 * (ENOUGH + 2));
		expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
	},
);

async function open(): Promise<RawHost> {
	const opened = new RawHost(world, "mini");
	host = opened;
	await opened.open();
	return opened;
}

const call = (id: number, name: string, args: object = {}) => ({ id, method: "tools/call", params: { name, arguments: args } });
/** Refusals whose records do not fit into the room that a page leaves. */
const REFUSED = Array.from({ length: 25 }, (_, n) => call(100 + n, "never-granted", { text: "x ".repeat(40) }));

it.runIf(process.getuid?.() === 0)("a disk that is full as the first call comes: once there is room again, calls go through", async () => {
	disk("128k");
	const host = await open();
	fill();
	// The call waits for the server's tools, which the launcher asks for in the same step.
	host.send(...REFUSED, call(2, "echo", { text: "first" }));
	await expect.poll(() => host.said(2), { timeout: 20_000 }).toBe(NOT_AVAILABLE);
	fs.rmSync(filler());
	host.send(call(3, "echo", { text: "after" }));
	await expect.poll(() => host.said(3), { timeout: 20_000 }).toBe("after");
	await host.close();
	expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
});

it.runIf(process.getuid?.() === 0)(
	"a disk that gets full while a call runs: its answer arrives, and only the next call is refused",
	async () => {
		disk("128k");
		const host = await open();
		host.send(call(1_000, "echo", { text: "before" }));
		await expect.poll(() => host.said(1_000), { timeout: 20_000 }).toBe("before");
		// A server that stands still.
		const server = tree(host.pid).slice(1);
		for (const pid of server) process.kill(pid, "SIGSTOP");
		host.send(call(2, "echo", { text: "is on its way" }));
		const log = () => fs.readdirSync(world.audit).filter((name) => name.endsWith(".jsonl"));
		await expect
			.poll(() => fs.readFileSync(path.join(world.audit, log()[0] ?? ""), "utf8"), { timeout: 20_000 })
			.toContain("is on its way");
		fill();
		host.send(...REFUSED, call(3, "echo", { text: "lost" }));
		await expect.poll(() => host.said(3), { timeout: 20_000 }).toBe(NOT_AVAILABLE);
		expect(host.said(2)).toBeNull();
		fs.rmSync(filler());
		for (const pid of server) process.kill(pid, "SIGCONT");
		await expect.poll(() => host.said(2), { timeout: 20_000 }).toBe("is on its way");
		await host.close();
		const ends = (await records()).filter(({ direction, tool }) => direction === "server-to-host" && tool === "echo");
		expect(ends.filter(({ request }) => request === 2)).toMatchObject([{ outcome: "answered" }]);
		expect(ends.filter(({ request }) => request === 3)).toMatchObject([{ reason: "audit-failed", outcome: "withheld" }]);
		expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
	},
);
