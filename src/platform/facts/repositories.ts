import * as path from "node:path";
import { Repository, repositoryAround } from "../git.ts";

/** A repository, and what its index holds. */
export interface KnownRepository {
	readonly repository: Repository;
	readonly root: string;
	/** Relative to the root, with `/`. */
	readonly tracked: ReadonlySet<string>;
}

/** The repositories that files are in, each asked once. */
export class Repositories {
	readonly #env: Readonly<Record<string, string | undefined>>;
	readonly #known = new Map<string, KnownRepository | null>();

	constructor(env: Readonly<Record<string, string | undefined>>) {
		// A hook's variables name one repository, and files may be in any.
		this.#env = Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_(?!CONFIG)/i.test(name)));
	}

	/** The one that an absolute path is in; null: none, or git is not there or will not read it. */
	around(file: string): KnownRepository | null {
		const root = repositoryAround(path.dirname(file));
		if (root === null) return null;
		const known = this.#known.get(root);
		if (known !== undefined) return known;
		const found = open(root, this.#env);
		this.#known.set(root, found);
		return found;
	}
}

/** The file's name in the repository, as git writes it. */
export function nameIn({ root }: KnownRepository, file: string): string {
	return path.relative(root, file).split(path.sep).join("/");
}

function open(root: string, env: Readonly<Record<string, string | undefined>>): KnownRepository | null {
	const repository = Repository.open(root, env);
	const tracked = repository.ok ? repository.value.trackedFiles() : repository;
	return repository.ok && tracked.ok ? { repository: repository.value, root, tracked: tracked.value } : null;
}
