import * as fs from "node:fs";
import * as path from "node:path";
import { HOSTS } from "../core/config/hosts.ts";
import { shellWord } from "../core/plain-text.ts";
import { repositoryAround } from "../platform/git.ts";
import { type HomeToBe, isUsualHome } from "../platform/wrapping.ts";
import type { ConfigFile } from "./config-files.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";
import { shownName } from "./show-diff.ts";
import { findTarget, userHome } from "./target.ts";

/** A config file after servers in it were put behind the launcher. */
export interface WrappedFile {
	readonly file: ConfigFile;
	/** Its whole text as it is now. */
	readonly after: string;
	readonly servers: readonly {
		readonly name: string;
		/** What stands in place of each secret that was moved, as `allow --secret` takes it; empty: none was. */
		readonly secrets: readonly string[];
	}[];
}

/** What a person has to do until these servers start: each is approved, and the hosts read their files again. */
export function tellNextSteps(files: readonly WrappedFile[], home: HomeToBe, io: Io): void {
	const servers = new Map<string, { readonly words: string; readonly secrets: string[] }>();
	for (const { file, servers: several } of files)
		for (const { name, secrets } of several) {
			// A name that stands in several files means none of them by itself.
			const words = isAmbiguous(name, io) ? `${shown(name)} --file ${shown(file.shown)}` : shown(name);
			const known = servers.get(words);
			if (known === undefined) servers.set(words, { words, secrets: [...secrets] });
			else known.secrets.push(...secrets);
		}
	say(io, "Each needs your approval before it starts:");
	for (const { words, secrets } of [...servers.values()].slice(0, MOST)) {
		const grants = [...new Set(secrets)].map((secret) => ` --secret ${shown(secret)}`).join("");
		say(io, grants === "" ? `  sallyport tools list ${words}` : `  sallyport allow ${words}${grants}`);
	}
	if (servers.size > MOST) say(io, `  … and ${servers.size - MOST} more`);
	say(io, `Then choose its tools (sallyport tools allow NAME TOOL…), and restart it in ${titles(files)}.`);
	for (const { file, after } of files) {
		if (after.includes(home.stub) && repositoryAround(path.dirname(file.path)) !== null)
			say(
				io,
				`${shownName(file.shown)} names the launcher by its path on this machine, for ${whyByPath(file, home, io)}: in another clone run wrap again.`,
			);
	}
	if (!fs.existsSync(home.stub)) say(io, `The launcher is not installed at ${home.stub} yet. Run: sallyport init`);
}

const MOST = 8;

/** Why a file that travels with a repository does not name the launcher through a variable. */
function whyByPath({ host }: ConfigFile, home: HomeToBe, io: Io): string {
	const { portableLauncher, title } = HOSTS[host];
	const usual = portableLauncher !== null && !isUsualHome(home, userHome(io));
	return usual ? "Sallyport's home is not ~/.sallyport" : `${title} expands no variable there`;
}

function isAmbiguous(name: string, io: Io): boolean {
	const found = findTarget(name, undefined, io);
	return !found.ok && found.problem.code === "server-ambiguous";
}

function shown(name: string): string {
	const safe = shownName(name);
	return safe === name ? shellWord(name) : safe;
}

function titles(files: readonly WrappedFile[]): string {
	return [...new Set(files.map(({ file }) => HOSTS[file.host].title))].join(", ");
}
