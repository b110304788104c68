import * as path from "node:path";
import { isHostFolder, matchHost } from "../core/config/hosts.ts";
import { ok, type Problem, type Result } from "../core/result.ts";
import type { IndexEntry, Repository } from "./git.ts";

/** A host's file that a link of the index stands for. */
interface LinkedFile {
	/** Where the host looks for it, relative to the root. */
	readonly name: string;
	/** Of what it finds there. */
	readonly id: string;
}

interface LinkedFiles {
	readonly files: readonly LinkedFile[];
	/** Links in a host's place that lead out of the repository, or to what the index does not hold. */
	readonly problems: readonly Problem[];
}

const LINK = "120000";
const PLAIN = /^100/;
/** Bytes; no system follows a longer one. */
const LONGEST_TARGET = 4096;
/** Links that lead to links; more are a circle. */
const MOST_HOPS = 40;

/**
 * What the next commit puts before a host by links: those whose link, or what it leads to, is `staged`. What is found under its own name is
 * left out.
 *
 * @param staged names, relative to the root
 */
export function stagedLinks(repository: Repository, staged: ReadonlySet<string>): Result<LinkedFiles> {
	const index = repository.indexEntries();
	if (!index.ok) return index;
	const links = index.value.filter(({ mode }) => mode === LINK);
	if (!links.some(({ name }) => isInPlace(name))) return ok({ files: [], problems: [] });
	const contents = repository.contents(
		links.map(({ id }) => id),
		LONGEST_TARGET,
	);
	if (!contents.ok) return contents;
	const targets = new Map(links.map(({ name, id }) => [name, contents.value.get(id)?.toString("utf8") ?? null]));
	const tree = new IndexTree(repository.root, index.value, targets);
	const files: LinkedFile[] = [];
	const problems: Problem[] = [];
	for (const { name: link } of links.filter(({ name }) => isInPlace(name))) {
		const to = tree.resolve(link);
		const found = to === null ? [] : tree.filesAt(link, to);
		for (const { as, entry } of found)
			if (matchHost(entry.name) === null && (staged.has(link) || staged.has(entry.name))) files.push({ name: as, id: entry.id });
		if (isSureOf(link) && staged.has(link) && (to === null || !tree.holds(to))) problems.push(away(path.join(repository.root, link)));
	}
	return ok({ files, problems });
}

/** True for a name that hosts look for, and for that of a folder in which they look. */
function isInPlace(name: string): boolean {
	return matchHost(name) !== null || isHostFolder(path.posix.basename(name));
}

/** Of these nobody but a host makes much: other programs have folders that are called `settings`. */
function isSureOf(name: string): boolean {
	return matchHost(name) !== null || path.posix.basename(name).startsWith(".");
}

function away(file: string): Problem {
	return {
		code: "link-outside",
		message: `${file} is a link to what the repository does not hold.`,
		remedy: "It was not looked at: put the file itself there.",
	};
}

/** Where links lead in what the index holds. Every name is relative to the root, with `/`. */
class IndexTree {
	readonly #root: string;
	readonly #files: ReadonlyMap<string, IndexEntry>;
	/** What is right in a folder, or in one in there: hosts look no deeper. */
	readonly #below = new Map<string, IndexEntry[]>();
	readonly #folders = new Set<string>([""]);
	readonly #targets: ReadonlyMap<string, string | null>;

	constructor(root: string, index: readonly IndexEntry[], targets: ReadonlyMap<string, string | null>) {
		this.#root = root.split(path.sep).join("/");
		this.#files = new Map(index.filter(({ mode }) => PLAIN.test(mode)).map((entry) => [entry.name, entry]));
		this.#targets = targets;
		for (const entry of this.#files.values()) {
			const folders = entry.name.split("/").slice(0, -1);
			for (let depth = folders.length; depth > 0; depth--) {
				const folder = folders.slice(0, depth).join("/");
				const isNear = depth > folders.length - 2;
				if (isNear) {
					const near = this.#below.get(folder);
					if (near === undefined) this.#below.set(folder, [entry]);
					else near.push(entry);
				} else if (this.#folders.has(folder)) break;
				this.#folders.add(folder);
			}
		}
	}

	/** What a name stands for, every link on its way followed. Null: it leads out of the repository, or in a circle. */
	resolve(name: string): string | null {
		let pending = name.split("/");
		let done: string[] = [];
		let hops = 0;
		while (pending.length > 0) {
			const [part = "", ...rest] = pending;
			pending = rest;
			if (part === "" || part === ".") continue;
			if (part === "..") {
				if (done.pop() === undefined) return null;
				continue;
			}
			const here = [...done, part].join("/");
			const target = this.#targets.get(here);
			if (target === undefined) {
				done.push(part);
				continue;
			}
			if (target === null || hops++ >= MOST_HOPS) return null;
			let relative = target;
			if (target.startsWith("/")) {
				if (!target.startsWith(`${this.#root}/`)) return null;
				relative = target.slice(this.#root.length);
				done = [];
			}
			pending = [...relative.split("/"), ...pending];
		}
		return done.join("/");
	}

	/** Whether a file or a folder of that name is in there. */
	holds(name: string): boolean {
		return this.#files.has(name) || this.#folders.has(name);
	}

	/** The hosts' files that a link shows: the one that it leads to, or those in the folder that it leads to. */
	filesAt(link: string, name: string): readonly { readonly as: string; readonly entry: IndexEntry }[] {
		const entry = this.#files.get(name);
		if (entry !== undefined) return matchHost(link) === null ? [] : [{ as: link, entry }];
		return (this.#below.get(name) ?? []).flatMap((each) => {
			const as = `${link}${each.name.slice(name.length)}`;
			return matchHost(as) === null ? [] : [{ as, entry: each }];
		});
	}
}
