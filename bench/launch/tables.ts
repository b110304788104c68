import { spawnSync } from "node:child_process";
import process from "node:process";
import { isAlive, text, tree } from "../../test/attack/processes.ts";
import { median } from "../analysis/clock.ts";
import { Host, type Way } from "./host.ts";
import type { World } from "./world.ts";

/** A part of the report, and which levels it does not reach. */
export interface Table {
	readonly text: string;
	readonly misses: readonly string[];
}

/** What may stand between a host and its server, in milliseconds beside a direct start and one bare Node's. */
const START_MS = 45;
const START_WITH_NETWORK_MS = 90;

const NODE = "one bare Node, to its end";

/** Milliseconds to the first answer. */
export async function startTable(world: World, rounds: number): Promise<Table> {
	const parts: string[] = [];
	const misses: string[] = [];
	const trivial = [process.execPath, world.trivial];
	const servers: [title: string, command: readonly string[], sallyport: readonly Way[]][] = [
		[
			"a trivial server",
			trivial,
			[world.sallyport("trivial", "Sallyport, a secret, no network"), world.sallyport("reaching", "Sallyport, a secret, one host")],
		],
	];
	if (world.everything.length > 0)
		servers.push(["server-everything", world.everything, [world.sallyport("everything", "Sallyport, a secret, no network")]]);
	for (const [title, command, ours] of servers) {
		const ways = [
			world.direct(command),
			world.nodePipe(command),
			world.bareBubblewrap(command),
			...world.srt(command, []),
			...ours,
			...(title === "server-everything" ? [world.npx(), world.sallyport("npx", "Sallyport, that npx line")] : []),
		];
		const times = await inTurns(rounds, ways);
		const of = (name: string): number => median(times.get(name) ?? []);
		const [direct, node, srt] = [of("direct"), of(NODE), of("srt, as a library")];
		parts.push(
			`${title}:\n\n| started | first answer | beside direct | ratio |\n|---|---:|---:|---:|`,
			...[...times.keys()].map(
				(name) => `| ${name} | ${ms(of(name))} | ${name === NODE ? "" : ms(of(name) - direct)} | ${(of(name) / direct).toFixed(2)} |`,
			),
			"",
		);
		for (const { name } of ours) {
			const most = direct + node + (name.endsWith("no network") ? START_MS : START_WITH_NETWORK_MS);
			if (of(name) > most) misses.push(`${title}, ${name}: ${ms(of(name))}, and at most ${ms(most)} was to be reached`);
			if (of(name) - direct > (srt - direct) / 2 && name.endsWith("no network"))
				misses.push(`${title}, ${name}: adds ${ms(of(name) - direct)}, more than half of srt's ${ms(srt - direct)}`);
		}
		if (of("Sallyport, that npx line") > of("npx -y, warm")) misses.push("the npx line is slower than npx");
	}
	return { text: parts.join("\n").trim(), misses };
}

const CALLS = 400;
/** So many that the start of them, and what else the machine does for a moment, does not decide. */
const BURST = 20_000;
/** Calls that are on their way at once. */
const WINDOW = 64;
const LARGE = 10_000_000;

/** What a call costs that has a way, how many go through, how fast large results do, and what the launcher weighs. */
export async function callTable(world: World, rounds: number): Promise<Table> {
	const trivial = [process.execPath, world.trivial];
	const ways = [
		world.direct(trivial),
		world.nodePipe(trivial),
		world.bareBubblewrap(trivial),
		world.sallyport("busy", "Sallyport, 20 secrets"),
	];
	const found = new Map(ways.map(({ name }) => [name, { each: [] as number[], rate: [] as number[], large: [] as number[] }]));
	for (let round = -1; round < rounds; round++)
		for (const way of ways) {
			const host = new Host(way);
			await host.initialize();
			await host.request("tools/list", {});
			const measured = await calls(host);
			await host.close();
			if (round < 0) continue;
			const into = found.get(way.name);
			into?.each.push(measured.each);
			into?.rate.push(measured.rate);
			into?.large.push(measured.large);
		}
	const of = (name: string) => {
		const { each = [], rate = [], large = [] } = found.get(name) ?? {};
		return { each: median(each), rate: median(rate), large: median(large) };
	};
	const [direct, pipe, ours] = [of("direct"), of("bare Node pipe"), of("Sallyport, 20 secrets")];
	const rows = ways.map(({ name }) => {
		const { each, rate, large } = of(name);
		const added = name === "direct" ? "" : µs(each - direct.each);
		return `| ${name} | ${µs(each)} | ${added} | ${Math.round(rate)} | ${(rate / pipe.rate).toFixed(2)} | ${large.toFixed(0)} MB/s | ${(large / pipe.large).toFixed(2)} |`;
	});
	const misses: string[] = [];
	const added = (ours.each - direct.each) / (pipe.each - direct.each);
	if (added > 1.5) misses.push(`a call: adds ${added.toFixed(2)} of what the pipe adds, and 1.5 was to be reached`);
	if (ours.rate / pipe.rate < 0.8)
		misses.push(`calls a second: ${(ours.rate / pipe.rate).toFixed(2)} of the pipe's, and 0.8 was to be reached`);
	if (ours.large / pipe.large < 0.6)
		misses.push(`10 MB results: ${(ours.large / pipe.large).toFixed(2)} of the pipe's, and 0.6 was to be reached`);
	return {
		text: [
			"| started | a call, p50 | added | calls a second | of the pipe's | results of 10 MB | of the pipe's |",
			"|---|---:|---:|---:|---:|---:|---:|",
			...rows,
			"",
			`Added by Sallyport: ${added.toFixed(2)} of what the bare pipe adds.`,
		].join("\n"),
		misses,
	};
}

async function calls(host: Host): Promise<{ readonly each: number; readonly rate: number; readonly large: number }> {
	const call = () => host.call("echo", { message: "x" });
	for (let i = 0; i < 200; i++) await call();
	const times: number[] = [];
	for (let i = 0; i < CALLS; i++) {
		const started = performance.now();
		await call();
		times.push(performance.now() - started);
	}
	const burst = performance.now();
	let sent = 0;
	const one = async (): Promise<void> => {
		while (sent++ < BURST) await call();
	};
	await Promise.all(Array.from({ length: WINDOW }, one));
	const rate = BURST / ((performance.now() - burst) / 1000);
	await host.call("large", { bytes: LARGE });
	const large = performance.now();
	for (let i = 0; i < 4; i++) await host.call("large", { bytes: LARGE });
	return { each: median(times), rate, large: (4 * LARGE) / 1000 / (performance.now() - large) };
}

/** Milliseconds after which a process that is left alone is at rest. */
const REST_MS = 3_000;

/** Resident memory after some calls, at rest. */
export async function memoryTable(world: World, rounds: number): Promise<Table> {
	const trivial = [process.execPath, world.trivial];
	const idle = [process.execPath, "-e", "process.stdin.resume()"];
	const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));
	const sizes = { node: [] as number[], pipe: [] as number[], ours: [] as number[] };
	for (let round = 0; round < rounds; round++) {
		for (const [way, into] of [
			[world.nodePipe(trivial), sizes.pipe],
			[world.sallyport("trivial"), sizes.ours],
		] as const) {
			const host = new Host(way);
			await host.initialize();
			await host.request("tools/list", {});
			for (let i = 0; i < 50; i++) await host.call("echo", { message: "x" });
			await rest();
			into.push(resident(host.child.pid));
			await host.close();
		}
		const host = new Host({ ...world.direct(idle), name: "an idle Node" });
		await rest();
		sizes.node.push(resident(host.child.pid));
		await host.close();
	}
	const [node, pipe, ours] = [median(sizes.node), median(sizes.pipe), median(sizes.ours)];
	const row = (name: string, size: number) => `| ${name} | ${size.toFixed(0)} MB | ${(size / node).toFixed(2)} |`;
	return {
		text: [
			"| process | resident | ratio |",
			"|---|---:|---:|",
			row("an idle Node", node),
			row("bare Node pipe", pipe),
			row("Sallyport's launcher", ours),
		].join("\n"),
		misses: ours / node > 1.4 ? [`the launcher's memory: ${(ours / node).toFixed(2)} of a bare Node's, and 1.4 was to be reached`] : [],
	};
}

const MANY = 50;

/** Fifty servers at once, as after the start of a host with many. */
export async function manyTable(world: World): Promise<Table> {
	const rows: string[] = [];
	const misses: string[] = [];
	for (const way of [
		world.direct([process.execPath, world.trivial]),
		world.sallyport("trivial"),
		world.sallyport("reaching", "Sallyport, one host each"),
	]) {
		const started = performance.now();
		const hosts = Array.from({ length: MANY }, () => new Host(way));
		const answers = await Promise.allSettled(hosts.map((host) => host.initialize()));
		const all = performance.now() - started;
		await Promise.all(hosts.map((host) => host.close()));
		const answered = answers.filter(({ status }) => status === "fulfilled").length;
		rows.push(`| ${way.name} | ${answered} of ${MANY} | ${ms(all)} |`);
		if (answered < MANY) misses.push(`${way.name}: ${MANY - answered} of ${MANY} started at once do not answer`);
	}
	return { text: ["| started at once | answered | until the last answer |", "|---|---:|---:|", ...rows].join("\n"), misses };
}

/** Milliseconds in which nothing may be left. */
const GONE_MS = 500;

/** How long something of a launch is left when one of its processes is killed, or when its host closes its end. */
export async function endTable(world: World, rounds: number): Promise<Table> {
	const ends: Readonly<Record<string, (host: Host, below: readonly number[]) => void>> = {
		"the host closes its end": (host) => void host.child.stdin?.end(),
		"SIGTERM to the launcher": (host) => void host.child.kill("SIGTERM"),
		"SIGKILL to the launcher": (host) => void host.child.kill("SIGKILL"),
		"SIGKILL to the sandbox": (_, [, sandbox = 0]) => process.kill(sandbox, "SIGKILL"),
		"SIGKILL to the server": (_, below) => process.kill(below.at(-1) ?? 0, "SIGKILL"),
	};
	const rows: string[] = [];
	const misses: string[] = [];
	for (const [name, end] of Object.entries(ends)) {
		const times: number[] = [];
		for (let round = 0; round < rounds; round++) {
			const host = new Host(world.sallyport("reaching"));
			await host.initialize();
			const all = tree(host.child.pid ?? 0);
			const started = performance.now();
			end(host, all);
			while (all.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 2));
			times.push(performance.now() - started);
		}
		const worst = Math.max(...times);
		rows.push(`| ${name} | ${ms(median(times))} | ${ms(worst)} |`);
		if (worst > GONE_MS) misses.push(`${name}: something is left after ${GONE_MS} ms (${ms(worst)})`);
	}
	return { text: ["| then | no process is left after | at worst |", "|---|---:|---:|", ...rows].join("\n"), misses };
}

async function inTurns(rounds: number, ways: readonly Way[]): Promise<ReadonlyMap<string, readonly number[]>> {
	const times = new Map<string, number[]>([[NODE, []], ...ways.map(({ name }): [string, number[]] => [name, []])]);
	// The first round warms up.
	for (let round = -1; round < rounds; round++) {
		const started = performance.now();
		spawnSync(process.execPath, ["-e", "0"], { stdio: "ignore" });
		if (round >= 0) times.get(NODE)?.push(performance.now() - started);
		for (const way of ways) {
			const host = new Host(way);
			const first = await host.initialize();
			await host.close();
			if (round >= 0) times.get(way.name)?.push(first);
		}
	}
	return times;
}

/** Megabytes. */
function resident(pid: number | undefined): number {
	return Number(/^VmRSS:\s*(\d+)/m.exec(text(`/proc/${pid}/status`))?.[1]) / 1024;
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const µs = (value: number): string => `${(value * 1000).toFixed(0)} µs`;
