import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { FERRET_PEER } from "../detection/engines/ferret.ts";
import { installPeer, type Peer } from "../detection/engines/peer.ts";
import type { Way } from "./clock.ts";

/** Of the release before the one of its library that is compared in one process: of that the registries have no program. */
const SECRETLINT_PEER: Peer = { name: "secretlint", version: "13.0.6", also: ["@secretlint/secretlint-rule-preset-recommend"] };

/**
 * What a person types: one process that goes through a folder, from its start to its end. Peers that cannot be installed are left out, and
 * `say` is told.
 *
 * @param settings an empty folder for what a program must be given in a file
 */
export async function commandLines(folder: string, settings: string, say: (text: string) => void): Promise<readonly Way[]> {
	const own = path.resolve(import.meta.dirname, "..", "..", "dist", "sallyport.cjs");
	const ways: Way[] = [commandLine("sallyport scan", folder, [own, "scan", ".", "--json"])];
	const rules = path.join(settings, "secretlint.json");
	fs.writeFileSync(rules, JSON.stringify({ rules: [{ id: "@secretlint/secretlint-rule-preset-recommend" }] }));
	const programs: readonly { readonly peer: Peer; readonly arguments: readonly string[] }[] = [
		{ peer: SECRETLINT_PEER, arguments: ["bin/secretlint.js", "--secretlintrc", rules, "--format", "json", "**/*"] },
		{ peer: FERRET_PEER, arguments: ["bin/ferret.js", "scan", ".", "--format", "json"] },
	];
	for (const {
		peer,
		arguments: [program = "", ...rest],
	} of programs) {
		try {
			const modules = await installPeer(peer);
			ways.push(commandLine(`${peer.name}, its program`, folder, [path.join(modules, peer.name, program), ...rest]));
		} catch (error) {
			say(`${peer.name}'s program is left out: it could not be installed (${error instanceof Error ? error.message : error}).`);
		}
	}
	return ways;
}

function commandLine(name: string, cwd: string, words: readonly string[]): Way {
	return {
		name,
		run: () => {
			const { status, error } = spawnSync(process.execPath, words, { cwd, stdio: "ignore", shell: false, timeout: 120_000 });
			if (error !== undefined) throw error;
			// They say in different ways that something was found; none of them that all went wrong.
			if (status === null) throw new Error(`${name} was ended.`);
		},
	};
}
