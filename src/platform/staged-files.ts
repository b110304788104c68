import * as fs from "node:fs";
import * as path from "node:path";
import { matchHost } from "../core/config/hosts.ts";
import { ok, type Problem, type Result } from "../core/result.ts";
import { type DiscoveredFile, type Discovery, hostByContent, MAX_FILE_SIZE, tooLarge } from "./discover.ts";
import { Repository } from "./git.ts";
import { stagedLinks } from "./staged-links.ts";

/** Modes of plain files. */
const PLAIN = /^100/;

/**
 * Hosts' files that are staged for the next commit, as they are staged: what the working tree holds by now is not looked at. A link in a
 * host's place is read as the host will: by what it leads to in the repository.
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
	const linked = stagedLinks(repository.value, new Set(staged.value.map(({ name }) => name)));
	if (!linked.ok) return linked;
	const real = fs.realpathSync(folder);
	const candidates = [...staged.value.filter(({ mode }) => PLAIN.test(mode)), ...linked.value.files]
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
	const problems: Problem[] = [...linked.value.problems];
	for (const { id, path: file, host } of candidates) {
		const content = contents.value.get(id);
		if (content === undefined) {
			problems.push({ code: "unreadable-file", message: `What is staged of ${file} could not be read.`, remedy: "It was not looked at." });
			continue;
		}
		const text = content?.toString("utf8") ?? null;
		const known = host ?? hostByContent(file, text);
		if (known !== null) files.push({ path: file, host: known, text });
		else if (text === null) problems.push(tooLarge(file));
	}
	return ok({ files, problems, repositories: new Map() });
}
