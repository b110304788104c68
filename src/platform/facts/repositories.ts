import * as path from "node:path";
import { isRepositoryRoot, Repository } from "../git.ts";

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
	/** By folder. */
	readonly #roots = new Map<string, string | null>();
	readonly #walked: ReadonlyMap<string, boolean>;

	/** @param walked what is known already of folders: whether each is the root of a repository */
	constructor(env: Readonly<Record<string, string | undefined>>, walked: ReadonlyMap<string, boolean> = new Map()) {
		this.#walked = walked;
		// A hook's variables name one repository, and files may be in any.
		this.#env = Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_(?!CONFIG)/i.test(name)));
	}

	/** The one that an absolute path is in; null: none, or git is not there or will not read it. */
	around(file: string): KnownRepository | null {
		const root = this.rootAround(path.dirname(file));
		if (root === null) return null;
		const known = this.#known.get(root);
		if (known !== undefined) return known;
		const found = open(root, this.#env);
		this.#known.set(root, found);
		return found;
	}

	/** The root of the repository that a folder is in, or itself is; null: none. The disk is asked once for each folder. */
	rootAround(folder: string): string | null {
		const known = this.#roots.get(folder);
		if (known !== undefined) return known;
		const above = path.dirname(folder);
		const root = (this.#walked.get(folder) ?? isRepositoryRoot(folder)) ? folder : above === folder ? null : this.rootAround(above);
		this.#roots.set(folder, root);
		return root;
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
