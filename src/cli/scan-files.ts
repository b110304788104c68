import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseConfig, tooLargeDocument } from "../core/config/parse.ts";
import { type AnalyzedFile, compareText } from "../core/report/report.ts";
import type { Unread } from "../core/report/unread.ts";
import { ok, type Problem, type Result } from "../core/result.ts";
import { examine } from "../core/rules/analyze.ts";
import type { AnalysisContext } from "../core/rules/finding.ts";
import { type DiscoveredFile, discover, discoverUserFiles, thisPlatform } from "../platform/discover.ts";
import { gatherFacts, type ReadFile, surroundingsOf } from "../platform/file-facts.ts";
import { stagedFiles } from "../platform/staged-files.ts";
import { tellUnread } from "./config-files.ts";
import { displayName, isOutside } from "./display-name.ts";
import type { Io } from "./io.ts";
import { remark } from "./say.ts";
import { Progress } from "./scan-progress.ts";

/** Which files a person means. */
export interface FileOptions {
	/** The hosts' per-user files too. */
	readonly user: boolean;
	/** Only what is staged for the next commit. */
	readonly changed: boolean;
}

export interface ScannedFile extends AnalyzedFile {
	/** Absolute. */
	readonly path: string;
}

export interface Scanned {
	/** By name. */
	readonly files: readonly ScannedFile[];
	readonly unread: Unread;
	/** Whether a file, had it been at this absolute path, would have been found. */
	covers(place: string): boolean;
}

/** Reads and analyses what a person means. What could not be read is told on standard error. */
export function scanFiles(
	paths: readonly string[],
	options: FileOptions,
	context: Pick<AnalysisContext, "severities" | "ignoresNote" | "forbids">,
	output: { readonly base: string; readonly quiet: boolean },
	io: Io,
): Result<Scanned> {
	const home = io.env.HOME || os.homedir();
	const named = (paths.length === 0 && !options.changed ? ["."] : paths).map((each) => path.resolve(io.cwd, each));
	const discovered = options.changed ? stagedFiles(io.cwd, named, io.env) : discover(named, { byContent: true });
	if (!discovered.ok) return discovered;
	const user = options.user ? discoverUserFiles(home, thisPlatform(), io.env) : { files: [], problems: [] };
	const unread = tellUnread([...discovered.value.problems, ...user.problems], io);
	const found = new Map([...discovered.value.files, ...user.files].map((file) => [file.path, file]));
	const read = [...found.values()].map((file) => readFile(file, output.base));
	const silent = new Map<string, Problem>();
	const facts = gatherFacts(read, { home, env: io.env, history: !options.changed, repositories: discovered.value.repositories, silent });
	tellSilent([...silent.values()], io);
	const surroundings = surroundingsOf(read, { home, env: io.env });
	const now = Math.floor(Date.now() / 1000);
	const progress = output.quiet ? null : new Progress(io, read.length, "scanning [{bar}] {value}/{total} files");
	const files = read.map(({ path: place, document }): ScannedFile => {
		const file = facts.get(place);
		const about = file === undefined ? {} : { file };
		const { findings, silenced, reasons } = examine(document, { home, now, surroundings, ...about, ...context });
		progress?.advance();
		return {
			path: place,
			file: document.file,
			document,
			findings,
			silenced: silenced.map((finding) => ({ finding, by: "ignore", reason: reasons.get(finding) ?? null })),
		};
	});
	progress?.stop();
	// A folder that was read in part covers nothing for sure.
	const folders = options.changed || unread.files + unread.folders > 0 ? [] : named.filter((each) => fs.statSync(each).isDirectory());
	return ok({
		files: files.sort((a, b) => compareText(a.file, b.file)),
		unread: silent.size === 0 ? unread : { ...unread, repositories: silent.size },
		covers: (place) => folders.some((folder) => !isOutside(path.relative(folder, place))),
	});
}

/** Repositories in which git did not answer, in one line. */
function tellSilent(problems: readonly Problem[], io: Io): void {
	const [first, ...others] = problems;
	if (first === undefined) return;
	const more =
		others.length === 0 ? "" : ` The same holds for ${others.length} more ${others.length === 1 ? "repository" : "repositories"}.`;
	remark(io, `${first.message} ${first.remedy}${more}`);
}

function readFile({ path: place, host, text }: DiscoveredFile, base: string): ReadFile {
	const file = displayName(place, base);
	return { path: place, document: text === null ? tooLargeDocument(host, file) : parseConfig(text, host, file) };
}
