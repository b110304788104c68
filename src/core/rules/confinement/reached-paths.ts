import type { StdioServer } from "../../config/server.ts";
import { launchHolds } from "../entry-texts.ts";
import { LastOf } from "../last-of.ts";
import { type CommandLine, readLaunch } from "../supply/command-line.ts";
import { containerRun, NAMES_ENGINE } from "../supply/container-run.ts";
import type { Word } from "../supply/word.ts";
import { hostSide } from "./mounts.ts";

/** A folder or file of this machine that an entry hands to its server. */
export interface ReachedPath {
	/** Where it stands: the whole argument, or the option of a container. */
	readonly word: Word;
	/** As it is written, host variables and all. */
	readonly path: string;
	readonly by: "mount" | "file-server";
}

/** A part of every launch line that hands a path over: for `Rule.mayConcern`. */
export const MAY_REACH = launchHolds(["file", "fs", "commander", "editor", "sqlite", "obsidian", ...NAMES_ENGINE]);

const readPaths = new LastOf<StdioServer, readonly ReachedPath[]>();

/** What a container has mounted, and what a server of files is told to serve; in order. */
export function reachedPaths(server: StdioServer): readonly ReachedPath[] {
	const known = readPaths.get(server);
	if (known !== undefined) return known;
	const found = readLaunch(server).lines.flatMap((line) => [...pathsOf(line)]);
	readPaths.set(server, found);
	return found;
}

function* pathsOf(line: CommandLine): Iterable<ReachedPath> {
	const run = containerRun(line);
	for (const option of run?.options ?? []) {
		const path = hostSide(option);
		if (path !== null) yield { word: option.word, path, by: "mount" };
	}
	if (run !== null || !isFileServer(line.words)) return;
	for (const word of line.words.slice(1)) {
		const path = folderOf(word.text);
		if (path !== null) yield { word, path, by: "file-server" };
	}
}

/** Servers whose arguments are the folders that they serve. */
function isFileServer(words: readonly Word[]): boolean {
	return words.some(({ text }) => text.length <= 300 && FILE_SERVER.test(text) && !/\s/.test(text));
}

const FILE_SERVER = /(?:^|[/@_-])(?:file-?systems?|files?|fs|desktop-?commander|text-?editor|sqlite|obsidian)(?:$|[/@_.-])/i;

function folderOf(argument: string): string | null {
	const value = /^--?[\w-]+=(.*)$/s.exec(argument)?.[1] ?? argument;
	return value.startsWith("-") ? null : value;
}
