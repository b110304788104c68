import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type CommandOption, ourCommand } from "../core/command-words.ts";
import { HOST_IDS, HOSTS } from "../core/config/hosts.ts";
import { shellWord } from "../core/plain-text.ts";
import { fail, failed, ok, type Problem, type Result } from "../core/result.ts";
import { thisPlatform, userConfigFiles } from "../platform/discover.ts";
import { launchLinesIn, localServerNames, remoteServers } from "../platform/launch/config-lines.ts";
import type { LaunchLine } from "../platform/launch/locate.ts";
import { displayName } from "./display-name.ts";
import type { Io } from "./io.ts";

/** The person's home folder, as the programs that they start see it. */
export function userHome(io: Io): string {
	return io.env.HOME || os.homedir();
}

/** A command about a server that a person is to paste: the server as they named it themselves. */
export function commandHere(
	verb: string,
	{ name, file }: { readonly name: string; readonly file: string | undefined },
	words: readonly string[] = [],
	options: readonly CommandOption[] = [],
): string {
	return ourCommand(verb, [name, ...words], file === undefined ? options : [["--file", file], ...options]);
}

/** What grants a server the secret that its entry asks for. */
export function secretOptions(slot: string, reference: string, { mutable }: { readonly mutable: boolean }): readonly CommandOption[] {
	return [["--secret", `${slot}=${reference}`], ...(mutable ? ([["--mutable-secrets"]] as const) : [])];
}

/** Of every host, relative to a workspace. */
export const WORKSPACE_FILES = HOST_IDS.flatMap((id) => HOSTS[id].workspaceFiles);

/**
 * The launch line that a person means by a server's name: in `--file`, else in this folder's config files, else in the
 * hosts' per-user files. A name that means more than one thing is not guessed at.
 */
export function findTarget(name: string, file: string | undefined, io: Io): Result<LaunchLine> {
	const label = JSON.stringify(name);
	if (file !== undefined) {
		const found = launchLinesIn(path.resolve(io.cwd, file), name, { home: userHome(io), env: io.env });
		if (!found.ok) return found;
		return only(found.value, label, file, io.cwd);
	}
	const here = WORKSPACE_FILES.map((relative) => path.join(io.cwd, relative));
	const user = userConfigFiles(userHome(io), thisPlatform(), io.env).map((found) => found.path);
	for (const files of [here, user]) {
		const lines: LaunchLine[] = [];
		let broken: Problem | null = null;
		for (const candidate of new Set(files)) {
			if (!fs.existsSync(candidate)) continue;
			const found = launchLinesIn(candidate, name, { home: userHome(io), env: io.env });
			if (!found.ok && !NO_HOST_READS.has(found.problem.code)) return found;
			if (!found.ok) {
				broken ??= found.problem;
				continue;
			}
			// Two names of one file mean the same.
			for (const line of found.value) if (!lines.some((other) => isDeepStrictEqual(other, line))) lines.push(line);
		}
		if (lines.length > 0) return only(lines, label, null, io.cwd);
		if (broken !== null) return failed({ ...broken, remedy: `${broken.remedy} Or name another one: --file CONFIG` });
	}
	return fail("server-not-found", `No config file of this folder or of your hosts has a server ${label}.`, "Name the file: --file CONFIG");
}

/** A local server of this folder's config files; a Problem where its entry cannot be relied on. */
export interface WorkspaceTarget {
	readonly name: string;
	readonly line: Result<LaunchLine>;
}

/** Every local server of this folder's config files, file by file. Empty: there is none. */
export function workspaceTargets(io: Io): readonly WorkspaceTarget[] {
	const around = { home: userHome(io), env: io.env };
	return workspaceFiles(io).flatMap((file) =>
		localServerNames(file, around).flatMap((name): readonly WorkspaceTarget[] => {
			const lines = launchLinesIn(file, name, around);
			return lines.ok ? lines.value.map((line) => ({ name, line: ok(line) })) : [{ name, line: lines }];
		}),
	);
}

/** Every remote server of this folder's config files. */
export function workspaceRemotes(io: Io): readonly { readonly name: string; readonly url: string; readonly file: string }[] {
	const around = { home: userHome(io), env: io.env };
	return workspaceFiles(io).flatMap((file) => remoteServers(file, around).map((server) => ({ ...server, file })));
}

/** The hosts' files of this folder that exist, each once however many names it has. */
function workspaceFiles(io: Io): readonly string[] {
	const files = new Set<string>();
	for (const relative of WORKSPACE_FILES) {
		try {
			files.add(fs.realpathSync(path.join(io.cwd, relative)));
		} catch {}
	}
	return [...files];
}

/** No host starts a server from such a file, so the one in another file is meant. */
const NO_HOST_READS: ReadonlySet<string> = new Set(["config-broken", "config-unreadable"]);

function only(lines: readonly LaunchLine[], label: string, file: string | null, cwd: string): Result<LaunchLine> {
	const [line, ...others] = lines;
	if (line === undefined)
		return fail(
			"server-not-found",
			`${file ?? "The config"} has no local server ${label}.`,
			"sallyport scan shows the servers that are there.",
		);
	if (others.length > 0) {
		const files = [...new Set(lines.map((each) => each.config))];
		return fail(
			"server-ambiguous",
			`${label} stands in ${files.join(" and in ")}.`,
			files.length === 1
				? "It stands there twice. Take one out, or rename it."
				: `Say which one: ${files.map((each) => `--file ${shellWord(displayName(each, cwd))}`).join(" or ")}`,
		);
	}
	return ok(line);
}
