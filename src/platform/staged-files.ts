import * as fs from "node:fs";
import * as path from "node:path";
import { matchHost } from "../core/config/hosts.ts";
import { ok, type Problem, type Result } from "../core/result.ts";
import { ContentSearch, isSearched, MAX_SEARCHED_SIZE } from "./content-search.ts";
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
	const entries = [...staged.value.filter(({ mode }) => PLAIN.test(mode)), ...linked.value.files]
		// Named as the person names the folder that they are in.
		.map(({ name, id }) => ({ id, path: path.resolve(folder, path.relative(real, path.join(repository.value.root, name))) }))
		.filter((entry) => paths.length === 0 || paths.some((named) => entry.path === named || entry.path.startsWith(`${named}${path.sep}`)))
		.map((entry) => ({ ...entry, host: matchHost(entry.path) }));
	// One that a person named is known by its content.
	const candidates = entries.filter((entry) => entry.host !== null || paths.includes(entry.path));
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
	const linkedIds = new Set(linked.value.files.map(({ id }) => id));
	const others = entries.filter(
		// What a host reads through a link is told there.
		({ id, host, path: file }) => host === null && !linkedIds.has(id) && !paths.includes(file) && isSearched(path.relative(folder, file)),
	);
	const found = foundByContent(repository.value, others);
	if (!found.ok) return found;
	return ok({ files: [...files, ...found.value.files], problems: [...problems, ...found.value.problems], repositories: new Map() });
}

/** Contents that are in memory at a time. */
const MOST_AT_ONCE = 200;

/** What is staged of files whose names say nothing, as far as it holds servers. */
function foundByContent(
	repository: Repository,
	entries: readonly { readonly id: string; readonly path: string }[],
): Result<Pick<Discovery, "files" | "problems">> {
	const search = new ContentSearch();
	const files: DiscoveredFile[] = [];
	for (let start = 0; start < entries.length && search.problem === null; start += MOST_AT_ONCE) {
		const some = entries.slice(start, start + MOST_AT_ONCE);
		const contents = repository.contents(
			some.map(({ id }) => id),
			MAX_SEARCHED_SIZE,
		);
		if (!contents.ok) return contents;
		for (const { id, path: file } of some) {
			const text = contents.value.get(id)?.toString("utf8");
			const host = text === undefined ? null : search.judge(text);
			if (text !== undefined && host !== null) files.push({ path: file, host, text });
		}
	}
	return ok({ files, problems: search.problem === null ? [] : [search.problem] });
}
