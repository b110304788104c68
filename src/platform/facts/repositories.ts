import * as path from "node:path";
import { failed, ok, type Problem, type Result } from "../../core/result.ts";
import { type GitPatience, gitSilent, isRepositoryRoot, Repository } from "../git.ts";

/** A repository, and what its index holds. */
export interface KnownRepository {
	readonly repository: Repository;
	readonly root: string;
	/** Relative to the root, with `/`. */
	readonly tracked: ReadonlySet<string>;
}

/** Where git was silent so often, no other repository is waited for. */
const MOST_SILENT = 3;

/** The repositories that files are in, each asked once. */
export class Repositories {
	readonly #env: Readonly<Record<string, string | undefined>>;
	readonly #known = new Map<string, KnownRepository | null>();
	/** By folder. */
	readonly #roots = new Map<string, string | null>();
	readonly #walked: ReadonlyMap<string, boolean>;

	readonly #patience: GitPatience;
	readonly #silent: Map<string, Problem>;

	/**
	 * @param walked what is known already of folders: whether each is the root of a repository
	 * @param silent by root, the repositories in which git did not answer: not asked again, and those that are found are added
	 */
	constructor(
		env: Readonly<Record<string, string | undefined>>,
		walked: ReadonlyMap<string, boolean> = new Map(),
		silent: Map<string, Problem> = new Map(),
		patience: GitPatience = PATIENCE,
	) {
		this.#walked = walked;
		this.#silent = silent;
		this.#patience = patience;
		// A hook's variables name one repository, and files may be in any.
		this.#env = Object.fromEntries(Object.entries(env).filter(([name]) => !/^GIT_(?!CONFIG)/i.test(name)));
	}

	/** The one that an absolute path is in; null: none, or git is not there or will not read it. */
	around(file: string): KnownRepository | null {
		const root = this.rootAround(path.dirname(file));
		if (root === null) return null;
		const known = this.#known.get(root);
		if (known !== undefined) return known;
		const isAsked = !this.#silent.has(root) && this.#silent.size < MOST_SILENT;
		const found = isAsked ? open(root, this.#env, this.#patience) : failed(gitSilent(root));
		if (!found.ok && found.problem.code === "git-silent") this.#silent.set(root, found.problem);
		const value = found.ok ? found.value : null;
		this.#known.set(root, value);
		return value;
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

/** Milliseconds. A list of the files of the largest repository takes a second or two. */
const PATIENCE: GitPatience = { first: 4_000, each: 20_000 };

function open(root: string, env: Readonly<Record<string, string | undefined>>, patience: GitPatience): Result<KnownRepository> {
	const repository = Repository.open(root, env, patience);
	if (!repository.ok) return repository;
	const tracked = repository.value.trackedFiles();
	return tracked.ok ? ok({ repository: repository.value, root, tracked: tracked.value }) : tracked;
}
