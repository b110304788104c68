import * as path from "node:path";
import { workspacePart } from "../core/config/hosts.ts";
import type { ConfigDocument } from "../core/config/server.ts";
import type { Problem } from "../core/result.ts";
import { credentialsIn } from "../core/rules/credentials.ts";
import type { FileFacts, HistoryFacts } from "../core/rules/facts.ts";
import { Surroundings } from "../core/rules/surroundings.ts";
import { thisPlatform, userConfigFiles } from "./discover.ts";
import { envFilesOf } from "./facts/env-files.ts";
import { historyOf } from "./facts/history.ts";
import { readersOf } from "./facts/readers.ts";
import { type KnownRepository, nameIn, Repositories } from "./facts/repositories.ts";
import type { GitPatience } from "./git.ts";

/** A config file that was read. */
export interface ReadFile {
	/** Absolute. */
	readonly path: string;
	readonly document: ConfigDocument;
}

export interface FactsOptions {
	/** The account's home folder. */
	readonly home: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** False: git is not asked for earlier versions, which in a large repository takes seconds. Nor is it where there are many repositories. */
	readonly history: boolean;
	/** Of folders that were walked: whether each is the root of a repository. Absent: the disk is asked. */
	readonly repositories?: ReadonlyMap<string, boolean>;
	/** By root, the repositories in which git did not answer: they are not asked again, and those that are found are added. */
	readonly silent?: Map<string, Problem>;
	/** How long git is waited for. Absent: some seconds, and more where it has answered once. */
	readonly patience?: GitPatience;
}

/** A scan of more than these is not worth a look into every history. */
const MOST_HISTORIES = 50;

/**
 * What the disk and git say of config files, by their paths: what rules take as `AnalysisContext.file`. Git is started a few
 * times for each repository, however many files are in it, and not at all where nothing that it knows could matter. What cannot be told
 * is null; nothing here fails.
 */
export function gatherFacts(files: readonly ReadFile[], options: FactsOptions): ReadonlyMap<string, FileFacts> {
	const { home, env } = options;
	const repositories = new Repositories(env, options.repositories, options.silent, options.patience);
	const own = ownFiles(options);
	const roots = new Set(files.map(({ path: file }) => repositories.rootAround(path.dirname(file))));
	const asksHistory = options.history && roots.size <= MOST_HISTORIES;
	const histories = asksHistory ? historiesOf(files, repositories) : new Map<string, HistoryFacts>();
	return new Map(
		files.map((file) => {
			const scope = own.has(file.path) ? "user" : "workspace";
			const workspace = scope === "user" ? null : folderOf(file);
			const holdsSecrets = credentialsIn(file.document).length > 0;
			const known = holdsSecrets || asksHistory ? repositories.around(file.path) : null;
			return [
				file.path,
				{
					scope,
					readers: holdsSecrets && scope === "user" ? readersOf(file.path) : null,
					git: known === null ? null : { tracked: known.tracked.has(nameIn(known, file.path)), history: histories.get(file.path) ?? null },
					envFiles: envFilesOf(file.document, { home, workspace, env }, repositories),
				},
			] as const;
		}),
	);
}

/** The files as rules compare them: what rules take as `AnalysisContext.surroundings`, one for all of them. */
export function surroundingsOf(files: readonly ReadFile[], options: Pick<FactsOptions, "home" | "env">): Surroundings {
	const own = ownFiles(options);
	return new Surroundings(files.map((file) => ({ document: file.document, folder: own.has(file.path) ? null : folderOf(file) })));
}

function ownFiles({ home, env }: Pick<FactsOptions, "home" | "env">): ReadonlySet<string> {
	return new Set(userConfigFiles(home, thisPlatform(), env).map((file) => file.path));
}

/** The folder that a host takes for the workspace; where that cannot be told, the one that the file is in. */
function folderOf({ path: file, document }: ReadFile): string {
	return workspacePart(file.split(path.sep).join("/"), document.host)?.split("/").join(path.sep) ?? path.dirname(file);
}

function historiesOf(files: readonly ReadFile[], repositories: Repositories): ReadonlyMap<string, HistoryFacts> {
	const byRepository = new Map<KnownRepository, ReadFile[]>();
	for (const file of files) {
		const known = repositories.around(file.path);
		// What the index does not hold has mostly never been in a commit, and asking for it walks the whole history.
		if (known === null || !known.tracked.has(nameIn(known, file.path))) continue;
		const group = byRepository.get(known);
		if (group === undefined) byRepository.set(known, [file]);
		else group.push(file);
	}
	return new Map([...byRepository].flatMap(([known, group]) => [...historyOf(known, group)]));
}
