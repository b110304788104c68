import { SALLYPORT } from "../harness/world.ts";
import type { Attack, Era } from "./attack.ts";
import { ERAS } from "./attack.ts";
import { type ProcessRun, playInProcess, type Start } from "./in-process.ts";
import type { Lane, Machine } from "./machine.ts";
import { gotThrough } from "./seen.ts";

/** What became of one attack in one era. */
export interface Verdict {
	readonly attack: Attack;
	readonly era: Era;
	readonly way: string;
	readonly through: boolean;
	/** The reasons that the log has; null: this way has no log that is read here. */
	readonly reasons: readonly string[] | null;
	readonly run: ProcessRun;
}

/** One way to start the same server. */
export interface Way {
	readonly name: string;
	/** For people: what it is and how it was set up. */
	readonly title: string;
	start(machine: Machine, lane: Lane): Start;
	readonly hasLog: boolean;
}

/** How often a way that has not begun is tried. */
const PATIENCE = 3;

/** For what may hang. */
export const IMPATIENT = { patienceMs: 1_000, lastMs: 8_000, endMs: 1_500, isOrdered: false };

export const PIPE: Way = {
	name: "pipe",
	title: "a bare pipe",
	hasLog: false,
	start: ({ world, secret }, { command }) => ({ command, env: world.env({ TOKEN: secret }), cwd: world.workspace, ...IMPATIENT }),
};

export const LAUNCHER: Way = {
	name: "sallyport",
	title: "Sallyport",
	hasLog: true,
	start: ({ world }, { command, entry }) => ({
		command: [process.execPath, SALLYPORT, "run", "--name", entry, "--", ...command],
		env: world.env({ TOKEN: "keychain://hostile/TOKEN" }),
		cwd: world.workspace,
		// It answers all that it is asked but the last thing, where the attack is that there is no answer.
		isOrdered: true,
		patienceMs: 60_000,
		lastMs: 60_000,
		endMs: 60_000,
	}),
};

export interface RunOptions {
	/** In which eras to try an attack. Left out: in all. */
	readonly eras?: (attack: Attack, way: Way) => readonly Era[];
	readonly progress?: (verdict: Verdict) => void;
}

/** Which eras an attack is tried in: all that it can be. */
const erasOf = (attack: Attack): readonly Era[] => attack.eras ?? ERAS;

/** Plays every attack in every era in every way, as many at once as the machine has lanes. */
export async function runAttacks(
	machine: Machine,
	attacks: readonly Attack[],
	ways: readonly Way[],
	{ eras = erasOf, progress = () => {} }: RunOptions = {},
): Promise<readonly Verdict[]> {
	const waiting = ways.flatMap((way) => attacks.flatMap((attack) => eras(attack, way).map((era) => ({ way, attack, era }))));
	const verdicts: Verdict[] = [];
	await Promise.all(
		machine.lanes.map(async (lane) => {
			for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
				const { way, attack, era } = next;
				const play = () => playInProcess(attack.play(era), era, way.start(machine, lane), lane.folder, lane.docs);
				let run = await play();
				// What was not there in time, on a busy machine, has stopped nothing.
				for (let again = 1; again < PATIENCE && !way.hasLog && !run.began; again++) run = await play();
				const reasons = way.hasLog ? machine.reasons(lane) : null;
				const verdict = { attack, era, way: way.name, through: gotThrough(attack, run, machine.secret), reasons, run };
				verdicts.push(verdict);
				progress(verdict);
			}
		}),
	);
	return verdicts;
}

/** The eras in which an honest host and an honest server understand each other in this way. */
export async function speaks(machine: Machine, way: Way): Promise<readonly Era[]> {
	const [lane] = machine.lanes;
	if (lane === undefined) return [];
	const spoken: Era[] = [];
	for (const era of ERAS) {
		const { host } = await playInProcess({}, era, way.start(machine, lane), lane.folder, lane.docs);
		if (host.includes("did read") && host.includes("did café")) spoken.push(era);
	}
	return spoken;
}

/** What Sallyport promises of an attack and did not do; null: all is as it should be. */
export function faultOf({ attack, era, through, reasons, run }: Verdict): string | null {
	const name = `${era}, a hostile ${attack.by} that ${attack.name}`;
	if (through !== (attack.notPromised !== undefined))
		return `${name}: it ${through ? "got through" : "is held, though it is not promised"}`;
	if (!run.answered) return `${name}: the call after it hangs`;
	const { logged } = attack;
	if (logged !== null && logged.length > 0 && !logged.some((reason) => reasons?.includes(reason)))
		return `${name}: the log has ${reasons?.join(" ")}, and none of ${logged.join(", ")}`;
	return null;
}
