import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { callTool, World } from "../harness/world.ts";

/** More calls than fit into the room that a page leaves. */
const ENOUGH = 60;

let world: World;
const folder = () => path.join(world.sallyportHome, "state", "audit");
const filler = () => path.join(folder(), "filler");

beforeEach(async () => {
	world = new World();
	await world.init();
	world.entry("mini");
	await world.allowTools("mini", "echo");
	fs.mkdirSync(folder(), { recursive: true, mode: 0o700 });
});

afterEach(() => {
	execFileSync("umount", [folder()]);
	world.remove();
});

/** The log has a disk of its own, as large as this. */
function disk(size: string): void {
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0700`, "tmpfs", folder()]);
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
		expect(told).toMatchObject([{ decision: "allow" }]);
		const { stdout } = await world.sallyport(["audit", "list", "--json", "--limit", "1000"]);
		const calls = stdout.split("\n").filter((line) => line.includes('"tools/call"')).length;
		// Each call has two records: of its beginning, and of its end.
		expect(calls + told[0].count).toBe(2 * (ENOUGH + 2));
		expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
	},
);
