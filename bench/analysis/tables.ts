import { parseConfig } from "../../src/core/config/parse.ts";
import { examine } from "../../src/core/rules/analyze.ts";
import { Random } from "../detection/random.ts";
import { median, processTime, ratio, takeTurns, threadTime, wallTime } from "./clock.ts";
import { typeIn } from "./keystrokes.ts";
import { manyServers } from "./many-servers.ts";
import { peersOn } from "./peers.ts";
import { logText, rawTextWays } from "./raw-text.ts";
import { repositories } from "./repositories.ts";
import { worstOf } from "./worst.ts";

/** One part of the benchmark, for people. */
export interface Part {
	readonly text: string;
	/** Targets that were not met, one line each. */
	readonly misses: readonly string[];
}

const ROUNDS = 15;
/** Servers that are judged in a round at the least: processor time is counted in steps of a few milliseconds. */
const IN_ROUND = 20_000;
const TARGETS = { thousandServers: 60, growth: 1.5, peer: 20, key: 10, worst: 250 };

/** Files of many servers: cost, and whether it grows as they do. */
export async function serverTable(seed: string): Promise<Part> {
	const counts = [1000, 5000, 20_000];
	const path = ".vscode/mcp.json";
	let files = 0;
	const ways = counts.map((count) => {
		const times = Math.ceil(IN_ROUND / count);
		return {
			name: String(count),
			times,
			// What was judged before is remembered for a while: each file is another one.
			prepare: () =>
				Array.from({ length: times }, () => {
					const mark = `${(++files).toString(36)}-`;
					const text = manyServers(new Random(`${seed} ${mark}`), count, mark);
					if (parseConfig(text, "vscode", path).servers.length !== count) throw new Error(`${count} servers are not read.`);
					return text;
				}),
			run: (texts: readonly string[]) => {
				for (const text of texts) examine(parseConfig(text, "vscode", path), { home: "/home/me" });
			},
		};
	});
	// One by one: what twenty thousand servers leave to be cleared away is not the cost of a thousand.
	const times = new Map<string, readonly number[]>();
	for (const way of ways) {
		for (const [name, measured] of await takeTurns(ROUNDS, [way], threadTime))
			times.set(
				name,
				measured.map((ms) => ms / way.times),
			);
	}
	const each = (count: number): number => median(times.get(String(count)) ?? []);
	const growth = (count: number): number => each(count) / count / (each(1000) / 1000);
	return {
		text: table(
			["servers in one file", "CPU time", "a server", "a server, to that of 1,000"],
			counts.map((count) => [number(count), ms(each(count)), `${((each(count) / count) * 1000).toFixed(1)} µs`, growth(count).toFixed(2)]),
		),
		misses: [
			...over("1,000 servers, ms of CPU", each(1000), TARGETS.thousandServers),
			...counts.flatMap((count) => over(`a server of ${number(count)}, to one of 1,000`, growth(count), TARGETS.growth)),
		],
	};
}

/** The config files of many repositories, beside the peers. */
export async function repositoryTable(seed: string, count: number, say: (text: string) => void): Promise<Part> {
	const all = repositories(seed, count);
	const samples = all.flat();
	const rows: string[][] = [];
	const misses: string[] = [];
	const peers = await peersOn(samples, say);
	try {
		// A process of its own is waited for; what runs in this one is told by its processor time, all threads counted.
		for (const [ways, now] of [
			[peers.commandLines, wallTime],
			[peers.inMemory, processTime],
			[peers.onDisk, processTime],
		] as const) {
			const times = await takeTurns(3, ways, now);
			const [own = ""] = ways.map(({ name }) => name);
			for (const { name } of ways) {
				const slower = ratio(times.get(name), times.get(own));
				rows.push([name, ms(median(times.get(name) ?? [])), name === own ? "1" : slower.toFixed(1)]);
				if (name !== own) misses.push(...under(`${name}, times our time`, slower, TARGETS.peer));
			}
		}
	} finally {
		peers.remove();
	}
	const size = samples.reduce((sum, { text }) => sum + text.length, 0);
	return {
		text: `${number(all.length)} repositories, ${number(samples.length)} files, ${(size / 1e6).toFixed(1)} MB:\n\n${table(["engine", "time", "ratio"], rows)}`,
		misses,
	};
}

/** One key in a file of many servers. */
export function keyTable(seed: string): Part {
	const rows: string[][] = [];
	const misses: string[] = [];
	for (const count of [50, 1000, 5000]) {
		const { cpu, wall, afresh } = typeIn(manyServers(new Random(`${seed} keys ${count}`), count), 60);
		rows.push([number(count), ms(median(cpu)), ms(median(wall)), ms(median(afresh)), ratio(afresh, wall).toFixed(1)]);
		if (count === 1000) misses.push(...over("a key in 1,000 servers, ms of CPU", median(cpu), TARGETS.key));
	}
	return { text: table(["servers", "a key: CPU", "a key: time", "the whole file anew", "ratio"], rows), misses };
}

/** Text that has no structure: logs, traffic. */
export async function textTable(seed: string): Promise<Part> {
	const text = logText(new Random(`${seed} log`), 1 << 20);
	const ways = rawTextWays(text, ["correct-horse-battery-staple", "0123456789abcdef0123"]);
	const times = await takeTurns(7, ways);
	const rows = ways.map(({ name }) => [
		name,
		`${(text.length / 1000 / median(times.get(name) ?? [])).toFixed(1)} MB/s`,
		ratio(times.get("secretlint"), times.get(name)).toFixed(1),
	]);
	return { text: table(["1 MB of a log", "speed", "to secretlint"], rows), misses: [] };
}

/** What was made to be slow, each put wherever it fits. */
export function worstTable(shown: number): Part {
	const { judged, slowest } = worstOf(1 << 20);
	const slow = slowest.filter(({ isWhole, ms: time }) => !isWhole || time > TARGETS.worst);
	const rows = [...new Set([...slow, ...slowest.slice(0, shown)])].map((each) => [
		each.carrier,
		`\`${each.pattern.replaceAll("|", "\\|")}\``,
		`${each.isWhole ? "" : "over "}${ms(each.ms)}`,
		number(each.things),
		each.things > 100 ? `${((each.ms / each.things) * 1000).toFixed(1)} µs` : "",
	]);
	return {
		text: `${number(judged)} texts of 1 MB, the slowest:\n\n${table(["where", "what", "CPU time", "servers, values, findings", "each"], rows)}`,
		misses: slow.map((each) => `${each.carrier}, ${each.pattern}: ${ms(each.ms)}, not ${ms(TARGETS.worst)}`),
	};
}

function over(what: string, value: number, most: number): readonly string[] {
	return value <= most ? [] : [`${what}: ${value.toFixed(1)}, not ${most}`];
}

function under(what: string, value: number, least: number): readonly string[] {
	return value >= least ? [] : [`${what}: ${value.toFixed(1)}, not ${least}`];
}

/** The first column is text, the others are numbers. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	return [line(head), `|${head.map((_, i) => (i === 0 ? "---" : "---:")).join("|")}|`, ...rows.map(line)].join("\n");
}

function ms(value: number): string {
	return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function number(value: number): string {
	return value.toLocaleString("en-US");
}
