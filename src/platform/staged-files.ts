import * as fs from "node:fs";
import * as path from "node:path";
import { matchHost } from "../core/config/hosts.ts";
import { guessConfigHost } from "../core/config/parse.ts";
import { ok, type Problem, type Result } from "../core/result.ts";
import { type DiscoveredFile, type Discovery, MAX_FILE_SIZE } from "./discover.ts";
import { Repository } from "./git.ts";

/** Modes of plain files; links and other repositories are not followed. */
const PLAIN = /^100/;

/**
 * Hosts' files that are staged for the next commit, as they are staged: what the working tree holds by now is not looked at.
 *
 * @param paths absolute; only what is at or below them. Empty: all of the repository
 */
export function stagedFiles(
	folder: string,
	paths: readonly string[],
	env: Readonly<Record<string, string | undefined>>,
): Result<Discovery> {
	const repository = Repository.open(folder, env);
	if (!repository.ok) return repository;
	const staged = repository.value.stagedEntries();
	if (!staged.ok) return staged;
	const real = fs.realpathSync(folder);
	const candidates = staged.value
		.filter(({ mode }) => PLAIN.test(mode))
		// Named as the person names the folder that they are in.
		.map(({ name, id }) => ({ id, path: path.resolve(folder, path.relative(real, path.join(repository.value.root, name))) }))
		.filter((entry) => paths.length === 0 || paths.some((named) => entry.path === named || entry.path.startsWith(`${named}${path.sep}`)))
		.map((entry) => ({ ...entry, host: matchHost(entry.path) }))
		// One that a person named is known by its content.
		.filter((entry) => entry.host !== null || paths.includes(entry.path));
	const contents = repository.value.contents(
		candidates.map(({ id }) => id),
		MAX_FILE_SIZE,
	);
	if (!contents.ok) return contents;
	const files: DiscoveredFile[] = [];
	const problems: Problem[] = [];
	for (const { id, path: file, host } of candidates) {
		const content = contents.value.get(id);
		if (content === undefined) {
			problems.push({ code: "unreadable-file", message: `What is staged of ${file} could not be read.`, remedy: "It was not looked at." });
			continue;
		}
		const text = content?.toString("utf8") ?? null;
		const known = host ?? (text === null ? null : guessConfigHost(text));
		if (known !== null) files.push({ path: file, host: known, text });
	}
	return ok({ files, problems });
}
