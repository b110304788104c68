import * as fs from "node:fs";
import * as path from "node:path";
import type { HostId } from "../core/config/hosts.ts";
import { parseConfig } from "../core/config/parse.ts";
import type { Unread } from "../core/report/unread.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { discover, discoverUserFiles, isUnread, thisPlatform } from "../platform/discover.ts";
import { displayName } from "./display-name.ts";
import type { Io } from "./io.ts";
import { remark } from "./say.ts";
import { shownName } from "./show-diff.ts";
import { userHome } from "./target.ts";

/** A host's file that a command is to change. */
export interface ConfigFile {
	/** Absolute. */
	readonly path: string;
	readonly host: HostId;
	/** For people: relative to the current folder where it is inside. */
	readonly shown: string;
}

export interface ConfigFiles {
	readonly files: readonly ConfigFile[];
	readonly unread: Unread;
}

/**
 * The files that a person means: those named, or all in this folder, and with `user` the hosts' per-user files. With `server`, only
 * those that have a server of that name; it is a Problem when none has. What could not be read is told on standard error, and counted.
 */
export function configFiles(
	paths: readonly string[],
	wanted: { readonly user: boolean; readonly server: string | null },
	io: Io,
): Result<ConfigFiles> {
	const discovered = discover((paths.length === 0 ? ["."] : paths).map((named) => path.resolve(io.cwd, named)));
	if (!discovered.ok) return discovered;
	const user = wanted.user ? discoverUserFiles(userHome(io), thisPlatform(), io.env) : { files: [], problems: [] };
	const problems = [...discovered.value.problems, ...user.problems];
	const files = new Map<string, ConfigFile>();
	for (const { path: file, host, text } of [...discovered.value.files, ...user.files]) {
		if (text === null) {
			problems.push({ code: "file-too-large", message: `${file} is too large for a config file.`, remedy: "It was not looked at." });
			continue;
		}
		const has = wanted.server === null || parseConfig(text, host, file).servers.some(({ name }) => name.value === wanted.server);
		if (has) files.set(file, { path: file, host, shown: displayName(file, io.cwd) });
	}
	const unread = tellUnread(problems, io);
	if (files.size === 0 && wanted.server !== null)
		return fail(
			"server-not-found",
			`No config file here has a server ${JSON.stringify(shownName(wanted.server))}.`,
			"Name the file, or add --user for the hosts' own files.",
		);
	return ok({ files: [...files.values()], unread });
}

/** Tells what was not looked at on standard error, a line each; of many of one kind, one line for all. Counts what should have been. */
export function tellUnread(problems: readonly Problem[], io: Io): Unread {
	const files = problems.filter((problem) => isUnread(problem) === "file");
	const folders = problems.filter((problem) => isUnread(problem) === "folder");
	const others = problems.filter((problem) => isUnread(problem) === null);
	const tell = (text: string): void => remark(io, text);
	for (const { message, remedy } of others) tell(`${message} ${remedy}`);
	for (const [kind, several] of [
		["files", files],
		["folders", folders],
	] as const) {
		if (several.length > MOST_LINES) tell(`${several.length} ${kind} were not looked at. The first of them: ${several[0]?.message}`);
		else for (const { message, remedy } of several) tell(`${message} ${remedy}`);
	}
	return { files: files.length, folders: folders.length };
}

const MOST_LINES = 5;

/** What a person adds to a command so that it means the same files as this one; a blank in front, or empty. */
export function sameFiles(paths: readonly string[], user: boolean): string {
	return [...paths.map(pasteable), ...(user ? ["--user"] : [])].map((word) => ` ${word}`).join("");
}

function pasteable(named: string): string {
	const safe = named.startsWith("-") ? `./${named}` : named;
	return /^[\w@%+=:,./-]+$/.test(safe) ? safe : quote(safe);
}

function quote(word: string): string {
	return process.platform === "win32" ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The names by which a grant may know a config file: it is tied to the file itself, behind links. One that is gone has only its name. */
export function realNames(file: string): readonly string[] {
	try {
		return [file, fs.realpathSync(file)];
	} catch {
		return [file];
	}
}
