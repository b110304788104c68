// A hostile server and a hostile host, against a bare pipe, Sallyport's launcher and other programs that stand between the two.
//
//   npm run hostile                              the table, on the screen
//   npm run hostile -- --write                   and into docs/hostile.md
//   npm run hostile -- --only TEXT --verbose     attacks with this in their name or family, one by one
//   npm run hostile -- --way sallyport           one way alone
import * as fs from "node:fs";
import * as path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { generateFakeToken } from "../../src/platform/example.ts";
import { startKeyring } from "../harness/keyring.ts";
import { ERAS, type Era } from "./attack.ts";
import { ATTACKS } from "./attacks/index.ts";
import { Machine } from "./machine.ts";
import { peerWays } from "./peers.ts";
import { document, tables } from "./report.ts";
import { faultOf, LAUNCHER, PIPE, runAttacks, speaks, type Way } from "./run.ts";

const DOCUMENT = path.resolve(import.meta.dirname, "..", "..", "docs", "hostile.md");

const { values } = parseArgs({
	options: {
		write: { type: "boolean" },
		only: { type: "string" },
		way: { type: "string", multiple: true },
		lanes: { type: "string" },
		verbose: { type: "boolean" },
	},
});

process.exitCode = await main();

async function main(): Promise<number> {
	const { only, way: wanted } = values;
	const attacks = ATTACKS.filter(({ name, family }) => only === undefined || name.includes(only) || family === only);
	const say = (text: string): void => void process.stderr.write(`${text}\n`);
	const notTried: string[] = [];
	const all = [PIPE, LAUNCHER, ...(await peerWays((why) => notTried.push(why)))];
	const ways = all.filter(({ name }) => wanted === undefined || wanted.includes(name));
	if (attacks.length === 0 || ways.length === 0) {
		say("There is no such attack or way.");
		return 2;
	}
	const keyring = await startKeyring();
	Object.assign(process.env, keyring.env);
	const machine = new Machine(generateFakeToken(), Number(values.lanes ?? 4));
	try {
		await machine.approve();
		const spoken = new Map<Way, readonly Era[]>();
		for (const way of ways) {
			spoken.set(way, await speaks(machine, way));
			if (spoken.get(way)?.length !== ERAS.length) say(`${way.name} speaks ${spoken.get(way)?.join(", ") || "neither era"}.`);
		}
		const verdicts = await runAttacks(machine, attacks, ways, {
			eras: (attack, way) => (attack.eras ?? ERAS).filter((era) => spoken.get(way)?.includes(era)),
			progress: ({ attack, era, way, through }) => {
				if (values.verbose === true) say(`${era}, ${way}: ${attack.name}: ${through ? "not stopped" : "stopped"}`);
			},
		});
		const faults = verdicts.flatMap((verdict) => (verdict.way === LAUNCHER.name ? (faultOf(verdict) ?? []) : []));
		const idle = verdicts.filter(({ way, through }) => way === PIPE.name && !through);
		for (const { attack, era } of idle) faults.push(`${era}, a hostile ${attack.by} that ${attack.name}: it does not get through a pipe`);
		process.stdout.write(`${tables(attacks, ways, verdicts)}\n`);
		for (const fault of faults) say(fault);
		if (values.write === true) fs.writeFileSync(DOCUMENT, document(attacks, ways, verdicts, notTried));
		return faults.length > 0 ? 1 : 0;
	} finally {
		await machine.remove();
		await keyring.stop();
	}
}
