import type { Attack, Family } from "./attack.ts";
import { Machine, ORDINARY } from "./machine.ts";
import { Person } from "./person.ts";
import { Scene } from "./scene.ts";
import { WAYS, type Way } from "./ways.ts";

/** `escaped` and `held` are verdicts. `impossible` and `broken` are none: it could not be tried, or the server never came up. */
export type Verdict =
	| { readonly is: "escaped" | "held" }
	| { readonly is: "impossible"; readonly why: string }
	| { readonly is: "broken"; readonly why: string };

export interface Row {
	readonly name: string;
	readonly family: Family;
	readonly title: string;
	readonly user: Person["title"];
	/** A way that was not tried is not here. */
	readonly verdicts: Readonly<Partial<Record<Way["name"], Verdict>>>;
}

export interface RunOptions {
	readonly attacks: readonly Attack[];
	readonly users: readonly Person["title"][];
	/** Which ways to try. */
	readonly ways: readonly Way["name"][];
	/** Where the other sandbox is installed; null: it is left out. */
	readonly srt: string | null;
	/** How many attacks run at once. */
	readonly lanes: number;
	/** Told of each attack that is over, with the milliseconds that it took in all its ways. */
	readonly progress: (done: number, of: number, row: Row, took: number) => void;
}

/** Runs every attack as each of the users and in each of the ways, and gives what was seen from the host. */
export async function runAttacks(options: RunOptions): Promise<readonly Row[]> {
	const machine = new Machine();
	const persons: Person[] = [];
	try {
		const granted = await machine.open();
		const perUser = Math.max(1, Math.floor(options.lanes / options.users.length));
		const rows: Row[] = [];
		let done = 0;
		await Promise.all(
			options.users.map(async (user) => {
				const self = process.getuid?.() ?? 0;
				const uid = self !== 0 ? self : user === "root" ? 0 : ORDINARY;
				const waiting = [...options.attacks];
				await Promise.all(
					Array.from({ length: Math.min(perUser, waiting.length) }, async () => {
						const person = new Person({ uid, srt: options.srt, granted });
						persons.push(person);
						const tiers = { full: options.ways.includes("sallyport"), weaker: options.ways.includes("landlock") };
						if (tiers.full || tiers.weaker) await person.approve(tiers);
						for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
							const started = performance.now();
							const row = await tryAll(next, person, machine, options);
							rows.push(row);
							options.progress(++done, options.attacks.length * options.users.length, row, performance.now() - started);
						}
					}),
				);
			}),
		);
		const order = new Map(options.attacks.map(({ name }, i) => [name, i]));
		return rows.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0) || a.user.localeCompare(b.user));
	} finally {
		for (const person of persons) person.remove();
		machine.close();
	}
}

/** How often an attack is tried where nothing holds it. */
const PATIENCE = 3;

async function tryAll(attack: Attack, person: Person, machine: Machine, options: RunOptions): Promise<Row> {
	const verdicts: Partial<Record<Way["name"], Verdict>> = {};
	for (const way of WAYS) {
		if (!options.ways.includes(way.name) || (way.name === "srt" && person.srt === null)) continue;
		let verdict = await tryOnce(attack, person, way, machine);
		// A busy machine may be too slow for an attack; it is no test only if it never does anything.
		for (let i = 1; i < PATIENCE && way.name === "none" && ["held", "broken"].includes(verdict.is); i++)
			verdict = await tryOnce(attack, person, way, machine);
		verdicts[way.name] = verdict;
		if (verdict.is === "impossible") break;
		if (way.name === "none" && verdict.is === "held" && attack.mayNotWork !== undefined) {
			verdicts[way.name] = { is: "impossible", why: attack.mayNotWork };
			break;
		}
	}
	return { name: attack.name, family: attack.family, title: attack.title, user: person.title, verdicts };
}

async function tryOnce(attack: Attack, person: Person, way: Way, machine: Machine): Promise<Verdict> {
	person.reset();
	const scene = new Scene({ person, way, machine });
	try {
		const why = attack.impossible?.(scene) ?? null;
		if (why !== null) return { is: "impossible", why };
		const settings = await attack.prepare(scene);
		const broken = await scene.start(attack.entry, attack.program, settings);
		if (broken !== null) return { is: "broken", why: broken };
		return { is: (await attack.escaped(scene, settings)) ? "escaped" : "held" };
	} catch (error) {
		return { is: "broken", why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
	} finally {
		await scene.end();
	}
}
