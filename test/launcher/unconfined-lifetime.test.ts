import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isAlive } from "../attack/processes.ts";
import { INITIALIZE, SALLYPORT, World } from "../harness/world.ts";

/** A server that leaves a program behind, with its own output, which nothing ends but itself. */
const SERVER = `
import { spawn } from "node:child_process";
import fs from "node:fs";
import readline from "node:readline";
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
readline
	.createInterface({ input: process.stdin })
	.on("line", (line) => {
		const { id, method, params } = JSON.parse(line);
		if (method === "initialize") {
			const left = spawn(process.execPath, ["-e", "setTimeout(() => {}, 600_000)"], { stdio: ["ignore", "inherit", "inherit"], detached: true });
			left.unref();
			try {
				fs.writeFileSync(process.argv[2], String(left.pid));
			} catch {
				// When it is looked at before it is approved, it is confined.
			}
			send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } } });
		} else if (method === "tools/list") send({ id, result: { tools: [{ name: "a", inputSchema: { type: "object" } }] } });
	})
	.on("close", () => process.exit(0));
`;

const world = new World();
const pidFile = path.join(world.folder, "left.pid");

beforeAll(async () => {
	await world.init();
	fs.writeFileSync(world.server, SERVER);
	world.entry("server", [pidFile]);
	await world.allowTools("server", "a");
	const off = await world.sallyport(["allow", "server", "--sandbox", "off", "--yes"]);
	expect(off.code, off.stderr).toBe(0);
});
afterAll(() => world.remove());

it("without a sandbox, the launcher ends with its host, whatever the server has left behind", async () => {
	const child = spawn(process.execPath, [SALLYPORT, ...world.runArgs("server", [pidFile])], {
		cwd: world.workspace,
		env: world.env(),
		stdio: ["pipe", "pipe", "ignore"],
	});
	let left = 0;
	try {
		child.stdin.write(INITIALIZE);
		await once(child.stdout, "data");
		left = Number(fs.readFileSync(pidFile, "utf8"));
		child.stdin.end();
		const [code] = await once(child, "exit");
		expect(code).toBe(0);
		// It holds what the server wrote to, and the launcher has not waited for it.
		expect(isAlive(left)).toBe(true);
	} finally {
		child.kill("SIGKILL");
		if (left > 0) process.kill(left, "SIGKILL");
	}
});
