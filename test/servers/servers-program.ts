// Takes popular servers of the npm registry the way that a person takes them, from the entry in a config file to an answer behind the
// launcher, confined, and says what each of them had to be granted. Packages stay in .cache/servers; tokens are made up.
//
//   npm run servers                        every server
//   npm run servers -- --only github       those with the word in their name
//   npm run servers -- --json              for programs
//   npm run servers -- --write             writes docs/servers.md
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { removeTree } from "../../src/platform/packages/tree.ts";
import { World } from "../harness/world.ts";
import { CATALOGUE } from "./catalogue.ts";
import { page, row } from "./report.ts";
import { type Trial, tryServer } from "./trial.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const KEPT = path.join(ROOT, ".cache", "servers");
const PAGE = path.join(ROOT, "docs", "servers.md");

const { values } = parseArgs({ options: { json: { type: "boolean" }, only: { type: "string" }, write: { type: "boolean" } } });
process.exitCode = await main();

async function main(): Promise<number> {
	if (process.platform !== "linux") return refuse("Servers are confined on Linux alone.");
	const { only } = values;
	if (only !== undefined && values.write === true) return refuse("--write is for all of them: leave out --only.");
	const servers = CATALOGUE.filter(({ name }) => only === undefined || name.includes(only));
	if (servers.length === 0) return refuse(`There is no server with ${only} in its name.`);
	const trials: Trial[] = [];
	const world = new World();
	const finish = () => {
		moveDownloads(world.sallyportHome, KEPT);
		world.remove();
	};
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.once(signal, () => {
			finish();
			process.kill(process.pid, signal);
		});
	try {
		await world.init();
		useOwnNpmSettings(world);
		moveDownloads(KEPT, world.sallyportHome);
		for (const server of servers) {
			const trial = await tryServer(world, server);
			trials.push(trial);
			if (values.json !== true) process.stdout.write(`${row(trial)}\n`);
		}
	} finally {
		finish();
	}
	if (values.json === true) process.stdout.write(`${JSON.stringify({ version: 1, trials })}\n`);
	const bad = trials.filter(({ faults }) => faults.length > 0);
	if (values.json !== true) process.stdout.write(`\n${trials.length - bad.length} of ${trials.length} run confined.\n`);
	if (values.write === true) fs.writeFileSync(PAGE, page(trials));
	return bad.length > 0 ? 1 : 0;
}

/** The registry, its credentials and certificates are those of the person who runs this. */
function useOwnNpmSettings(world: World): void {
	const settings = path.join(os.homedir(), ".npmrc");
	if (fs.existsSync(settings)) fs.symlinkSync(settings, path.join(world.home, ".npmrc"));
}

/** What was installed, and what each line was resolved to. The home itself cannot stay: one that lies in a project is refused. */
function moveDownloads(from: string, to: string): void {
	for (const part of ["store", path.join("state", "resolved")]) {
		const [source, target] = [path.join(from, part), path.join(to, part)];
		if (!fs.existsSync(source)) continue;
		removeTree(target);
		fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
		try {
			fs.renameSync(source, target);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
			fs.cpSync(source, target, { recursive: true });
			removeTree(source);
		}
	}
}

function refuse(why: string): number {
	process.stderr.write(`${why}\n`);
	return 2;
}
