import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { isAlive, list, tree as processTree, text } from "../attack/processes.ts";
import { INITIALIZE, SALLYPORT, World } from "../harness/world.ts";

/** Half a second is what it takes at most on a machine that is not busy; `npm run bench:launch` says so. */
const WAIT = { timeout: 20_000, interval: 20 };

let world: World;
let host: ChildProcess | null;
let tree: readonly number[];
let launcher: number;

beforeAll(async () => {
	world = new World();
	await world.init();
	fs.writeFileSync(world.server, SERVER);
	world.entry("server", ["stay"]);
	const allowed = await world.sallyport(["allow", "server", "--egress", "127.0.0.1:9", "--yes"]);
	expect(allowed.code, allowed.stderr).toBe(0);
	await world.allowTools("server", "flood");
});
afterAll(() => world.remove());

beforeEach(() => {
	host = null;
	tree = [];
});
afterEach(() => {
	for (const pid of [launcher, host?.pid, ...tree]) if (pid !== undefined && isAlive(pid)) process.kill(pid, "SIGKILL");
});

/** A server that does not mind that its input has ended, nor that it is told to end; `flood` says more than anyone reads. */
const SERVER = `
import readline from "node:readline";
process.on("SIGTERM", () => {});
setInterval(() => {}, 1000);
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
readline.createInterface({ input: process.stdin }).on("line", (line) => {
	const { id, method, params } = JSON.parse(line);
	if (method === "initialize")
		send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } } });
	else if (method === "tools/list") send({ id, result: { tools: [{ name: "flood", inputSchema: { type: "object" } }] } });
	else if (method === "tools/call") {
		const more = () => {
			while (process.stdout.write(JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x".repeat(100_000) } }) + "\\n"));
			process.stdout.once("drain", more);
		};
		more();
	}
});
`;

/** A host that starts the launcher and hands it its own input and output, as a program in its own right. */
const HOST = `
const { spawn } = require("node:child_process");
const child = spawn(process.argv[1], process.argv.slice(2), { stdio: ["pipe", "pipe", "inherit"] });
child.stdin.write(${JSON.stringify(INITIALIZE)});
child.stdout.once("data", () => process.stdout.write(child.pid + "\\n"));
setInterval(() => {}, 1000);
`;

/** Starts host, launcher and server, and waits until the server has answered. */
async function start(): Promise<void> {
	const args = ["-e", HOST, process.execPath, SALLYPORT, ...world.runArgs("server", ["stay"])];
	host = spawn(process.execPath, args, { cwd: world.workspace, env: world.env(), stdio: ["ignore", "pipe", "ignore"] });
	const [said] = host.stdout === null ? [""] : await once(host.stdout, "data");
	launcher = Number(said);
	tree = processTree(launcher).slice(1);
	// bubblewrap outside and inside with its reapers, the bridge, and the server.
	expect(tree.length).toBeGreaterThanOrEqual(5);
	expect(leftovers(launcher)).not.toEqual([]);
}

/** The innermost of those that name it: the others start it. */
function server(): number | undefined {
	return tree.findLast((pid) => text(`/proc/${pid}/cmdline`).includes(world.server));
}

/** Everything outside the sandbox that bears a launcher's number: sockets, folders, control groups, mounts. */
function leftovers(pid: number): readonly string[] {
	const groups = ["/sys/fs/cgroup/sallyport", "/sys/fs/cgroup/pids/sallyport"];
	return [
		...list("/tmp").filter((name) => name.startsWith(`sallyport-egress-${pid}-`)),
		...groups.flatMap((folder) => list(folder).filter((name) => name.startsWith(`${pid}-`))),
		...list(path.join(world.sallyportHome, "state", "live")).filter((name) => name.endsWith(".sock")),
		...text("/proc/self/mountinfo")
			.split("\n")
			.filter((line) => line.includes(world.folder)),
	];
}

describe("when one of them is killed, nothing is left of the others", () => {
	const victims: readonly (readonly [name: string, pid: () => number | undefined])[] = [
		["the host", () => host?.pid],
		["the server", () => server()],
		["the sandbox around it", () => tree[0]],
		["the bridge to the proxy", () => tree.find((pid) => text(`/proc/${pid}/comm`).trim() === "socat")],
	];

	it.each(victims)("%s", async (name, victim) => {
		await start();
		const pid = victim();
		expect(pid).toBeDefined();
		process.kill(pid ?? 0, "SIGKILL");
		// Without its bridge a server has no network, and may go on.
		if (name.startsWith("the bridge")) process.kill(host?.pid ?? 0, "SIGKILL");
		await vi.waitFor(() => expect([launcher, ...tree].filter(isAlive)).toEqual([]), WAIT);
		await vi.waitFor(() => expect(leftovers(launcher)).toEqual([]), WAIT);
	});

	it("the launcher: no process; what it could not remove is gone after the next start", async () => {
		await start();
		process.kill(launcher, "SIGKILL");
		await vi.waitFor(() => expect(tree.filter(isAlive)).toEqual([]), WAIT);
		// Only the socket for editors waits for the next start.
		await vi.waitFor(() => expect(leftovers(launcher).filter((name) => !name.endsWith(".sock"))).toEqual([]), WAIT);
		const dead = launcher;
		process.kill(host?.pid ?? 0, "SIGKILL");
		await start();
		await vi.waitFor(() => expect(leftovers(dead).filter((name) => name.includes(String(dead)))).toEqual([]), WAIT);
		await vi.waitFor(() => expect(leftovers(launcher).filter((name) => name.endsWith(".sock"))).toHaveLength(1), WAIT);
	});

	it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
		"%s ends a server that does not listen, and is how the launcher ended",
		async (signal) => {
			const args = [SALLYPORT, ...world.runArgs("server", ["stay"])];
			const child = spawn(process.execPath, args, { cwd: world.workspace, env: world.env(), stdio: ["pipe", "pipe", "ignore"] });
			host = child;
			child.stdin.write(INITIALIZE);
			await once(child.stdout, "data");
			launcher = child.pid ?? 0;
			tree = processTree(launcher).slice(1);
			child.kill(signal);
			expect(await once(child, "exit")).toEqual([null, signal]);
			await vi.waitFor(() => expect(tree.filter(isAlive)).toEqual([]), WAIT);
			expect(leftovers(launcher)).toEqual([]);
		},
	);
});

it("two copies that a host starts at once both answer, and ending one leaves the other", async () => {
	const copies = [0, 1].map(() => {
		const args = [SALLYPORT, ...world.runArgs("server", ["stay"])];
		return spawn(process.execPath, args, { cwd: world.workspace, env: world.env(), stdio: ["pipe", "pipe", "ignore"] });
	});
	const [first, second] = copies;
	try {
		for (const copy of copies) copy.stdin.write(INITIALIZE);
		await Promise.all(copies.map((copy) => once(copy.stdout, "data")));
		first?.kill("SIGKILL");
		if (first?.exitCode === null && first.signalCode === null) await once(first, "exit");
		second?.stdin.write('{"jsonrpc":"2.0","id":2,"method":"tools/list","params":{}}\n');
		const [answer] = second === undefined ? [""] : await once(second.stdout, "data");
		expect(String(answer)).toContain('"id":2');
	} finally {
		for (const copy of copies) copy.kill("SIGKILL");
	}
});

it("a host that stops reading makes the server wait, and the launcher's memory does not grow", async () => {
	const args = [SALLYPORT, ...world.runArgs("server", ["stay"])];
	const child = spawn(process.execPath, args, { cwd: world.workspace, env: world.env(), stdio: ["pipe", "pipe", "ignore"] });
	host = child;
	launcher = child.pid ?? 0;
	child.stdin.write(INITIALIZE);
	await once(child.stdout, "data");
	tree = processTree(launcher).slice(1);
	child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
	child.stdin.write('{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"flood","arguments":{}}}\n');
	child.stdout.pause();
	// It has come to rest when the server's processor time stands still, with a full pipe before it.
	const spent = () => text(`/proc/${server()}/stat`).split(" ").slice(13, 15).join(" ");
	let last = "";
	await vi.waitFor(
		() => {
			const now = spent();
			const rests = now === last && now !== "";
			last = now;
			expect(rests).toBe(true);
		},
		{ timeout: 20_000, interval: 400 },
	);
	const resident = Number(/VmRSS:\s*(\d+)/.exec(text(`/proc/${launcher}/status`))?.[1]) / 1024;
	expect(resident).toBeLessThan(250);
	child.kill("SIGKILL");
});
