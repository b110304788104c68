import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fail, failed, ok, type Problem, type Result } from "../core/result.ts";
import { findOnPath } from "./executable/resolve.ts";
import { holdsPerson } from "./home.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a repository's own configuration could start a program with, or wait for: all of it off, on every command. */
const HARDENED = [
	"--no-pager",
	"--literal-pathspecs",
	"--no-replace-objects",
	...[
		"core.fsmonitor=false",
		`core.hooksPath=${os.devNull}`,
		"core.sshCommand=false",
		"core.askPass=",
		"credential.helper=",
		"diff.external=",
		"log.showSignature=false",
		"submodule.recurse=false",
	].flatMap((setting) => ["-c", setting]),
];

/** A missing object is never fetched: that would start what the repository says. */
const CLOSED = {
	GIT_OPTIONAL_LOCKS: "0",
	GIT_TERMINAL_PROMPT: "0",
	GIT_NO_LAZY_FETCH: "1",
	GIT_ALLOW_PROTOCOL: "none",
	GIT_PAGER: "cat",
	LC_ALL: "C",
};

/** What git is told of the environment: where it finds itself and the person's own settings, and what a hook was given. */
const PASSED =
	/^(?:PATH|HOME|USERPROFILE|HOMEDRIVE|HOMEPATH|SystemRoot|TEMP|TMP|TMPDIR|XDG_CONFIG_HOME|GIT_(?:DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)))$/i;

/** Milliseconds. A repository on a slow disk takes seconds; more than this, and something hangs. */
const PATIENCE = 120_000;

/** The same where the answer is worth no longer wait. */
const SHORT_PATIENCE = 10_000;

/** The same of the first command: it reads the repository's settings, which may name a pipe, and nothing else. */
const FIRST_PATIENCE = 4_000;

/** Milliseconds that git is waited for. */
export interface GitPatience {
	/** For its first answer. */
	readonly first: number;
	/** For any other. */
	readonly each: number;
}

type Git = (args: readonly string[], input?: string, patience?: number) => SpawnSyncReturns<Buffer>;

/** Bytes that are read of objects at a time, and of any other answer. */
const MOST_BYTES = 64 * 1024 * 1024;

/** How many commits are looked at for earlier versions of a group of files, and how many files are in one. */
const MOST_COMMITS = 200;
const MOST_NAMES = 100;

/** An entry of git's index. */
export interface IndexEntry {
	/** Relative to the root, with `/`; what is not UTF-8 in it is shown as U+FFFD. */
	readonly name: string;
	/** Of its content. */
	readonly id: string;
	/** Octal, as git writes it: `100644`; `120000` is a link, `160000` another repository. */
	readonly mode: string;
}

/**
 * A git repository that is only read. Nothing that it holds is trusted: git runs without a shell, with a short environment, and with
 * everything off by which a repository's configuration could start a program.
 */
export class Repository {
	/** Real path of its working tree. */
	readonly root: string;
	readonly #git: Git;

	private constructor(root: string, git: Git) {
		this.root = root;
		this.#git = git;
	}

	/**
	 * The repository that a folder is in.
	 *
	 * @param folder absolute
	 * Problems: `no-git`, `git-silent` (it did not answer in time), `git-untrusted`, `no-repository`.
	 *
	 * @param env its PATH says where git is; never in the repository itself
	 */
	static open(folder: string, env: Environment, wait: GitPatience = { first: FIRST_PATIENCE, each: PATIENCE }): Result<Repository> {
		const program = gitProgram(folder, env);
		if (program === null) return fail("no-git", "There is no git on the PATH.", "Install git.");
		const passed = Object.fromEntries(Object.entries(env).filter(([name]) => PASSED.test(name)));
		const git: Git = (args, input = "", patience = wait.each) =>
			spawnSync(program, [...HARDENED, ...args], {
				cwd: folder,
				env: { ...passed, ...CLOSED },
				input,
				maxBuffer: MOST_BYTES * 2,
				timeout: Math.min(patience, wait.each),
				killSignal: "SIGKILL",
				shell: false,
				windowsHide: true,
			});
		const { status, stdout, stderr, error } = git(["rev-parse", "--show-toplevel"], "", wait.first);
		if (isLate(error)) return failed(gitSilent(folder));
		if (status === 0) return ok(new Repository(path.resolve(stdout.toString("utf8").replace(/\r?\n$/, "")), git));
		if (stderr?.includes("dubious ownership"))
			return fail(
				"git-untrusted",
				`git reads nothing in ${folder}: it belongs to somebody else.`,
				"If you trust it, say so to git: git config --global --add safe.directory FOLDER",
			);
		return fail("no-repository", `${folder} is not in the working tree of a git repository.`, "Go to one, or leave out what needs git.");
	}

	/** What the next commit would add or change, against the last one; all of the index where there is none yet. Deletions are left out. */
	stagedEntries(): Result<readonly IndexEntry[]> {
		const head = this.#git(["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]);
		const base = head.status === 0 ? head : this.#git(["hash-object", "-t", "tree", "--stdin"]);
		if (base.status !== 0) return this.#failed("tell its last commit");
		const flags = ["--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv"];
		const range = ["--ita-invisible-in-index", "--ignore-submodules=all", "--diff-filter=ACMRT"];
		const { status, stdout } = this.#git(["diff-index", ...flags, ...range, base.stdout.toString("latin1").trim(), "--"]);
		if (status !== 0) return this.#failed("list what is staged");
		// `:OLDMODE NEWMODE OLDID NEWID STATUS` NUL `NAME` NUL
		const fields = stdout.toString("utf8").split("\0");
		const entries: IndexEntry[] = [];
		for (let i = 0; i + 1 < fields.length; i += 2) {
			const [, mode = "", , id = ""] = (fields[i] ?? "").split(" ");
			entries.push({ name: fields[i + 1] ?? "", id, mode });
		}
		return ok(entries);
	}

	/** The whole index: what the next commit holds. */
	indexEntries(): Result<readonly IndexEntry[]> {
		const { status, stdout } = this.#git(["ls-files", "-z", "--cached", "--stage", "--full-name", "--", this.root]);
		if (status !== 0) return this.#failed("list its files");
		// `MODE ID STAGE` TAB `NAME` NUL
		const entries = stdout.toString("utf8").split("\0");
		return ok(
			entries.flatMap((line): readonly IndexEntry[] => {
				const tab = line.indexOf("\t");
				const [mode = "", id = ""] = line.slice(0, Math.max(0, tab)).split(" ");
				return tab < 0 ? [] : [{ name: line.slice(tab + 1), id, mode }];
			}),
		);
	}

	/** The names of all files in the index, relative to the folder that was opened, with `/`; only what is below it. */
	trackedFiles(): Result<ReadonlySet<string>> {
		const { status, stdout, error } = this.#git(["ls-files", "-z", "--cached"]);
		if (isLate(error)) return failed(gitSilent(this.root));
		return status === 0 ? ok(new Set(stdout.toString("utf8").split("\0").filter(Boolean))) : this.#failed("list its files");
	}

	/**
	 * The ids of what files held in the commits that lead to the last one, by their names, the newest first. Only as far back as
	 * `MOST_COMMITS` changes of any of them. Fails where that takes too long.
	 *
	 * @param names as `trackedFiles` has them
	 */
	versionsOf(names: readonly string[]): Result<ReadonlyMap<string, readonly string[]>> {
		const found = new Map<string, string[]>();
		// A command line has an end.
		for (let from = 0; from < names.length; from += MOST_NAMES) {
			const flags = ["--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--relative", "--format="];
			const log = ["log", ...flags, `--max-count=${MOST_COMMITS}`, "--", ...names.slice(from, from + MOST_NAMES)];
			const { status, stdout } = this.#git(log, "", SHORT_PATIENCE);
			if (status !== 0) return this.#failed("read its history");
			// `:OLDMODE NEWMODE OLDID NEWID STATUS` NUL `NAME` NUL, with a line break or a NUL more between two commits
			const fields = stdout.toString("utf8").split("\0");
			for (let i = 0; i + 1 < fields.length; i++) {
				const [, , old = "", id = ""] = /^\n?:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+)/.exec(fields[i] ?? "")?.slice(1) ?? [];
				if (old === "") continue;
				const name = fields[++i] ?? "";
				const ids = found.get(name) ?? [];
				found.set(name, ids);
				for (const each of [id, old]) if (!/^0+$/.test(each) && !ids.includes(each)) ids.push(each);
			}
		}
		return ok(found);
	}

	/**
	 * The contents of objects by their ids. Null: larger than `most` bytes. An object that is not there is left out.
	 *
	 * @param most at most 64 MB
	 */
	contents(ids: readonly string[], most: number): Result<ReadonlyMap<string, Buffer | null>> {
		const found = new Map<string, Buffer | null>();
		if (ids.length === 0) return ok(found);
		const wanted = [...new Set(ids)];
		const sizes = this.#git(["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"], lines(wanted));
		if (sizes.status !== 0) return this.#failed("read its objects");
		let batch: { ids: string[]; bytes: number } = { ids: [], bytes: 0 };
		const batches = [batch];
		for (const line of sizes.stdout.toString("latin1").split("\n")) {
			const [id = "", type, size] = line.split(" ");
			if (type !== "blob") continue;
			if (Number(size) > most) {
				found.set(id, null);
				continue;
			}
			if (batch.bytes + Number(size) > MOST_BYTES) {
				batch = { ids: [], bytes: 0 };
				batches.push(batch);
			}
			batch.ids.push(id);
			batch.bytes += Number(size);
		}
		for (const each of batches) {
			if (each.ids.length === 0) continue;
			const read = this.#git(["cat-file", "--batch"], lines(each.ids));
			if (read.status !== 0) return this.#failed("read its objects");
			for (const [id, content] of objectsIn(read.stdout)) found.set(id, content);
		}
		return ok(found);
	}

	#failed(what: string): ReturnType<typeof fail> {
		return fail("git-failed", `git could not ${what} in ${this.root}.`, "Try: git status");
	}
}

function isLate(error: Error | undefined): boolean {
	return (error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT";
}

/** git was asked about a folder and is silent. */
export function gitSilent(folder: string): Problem {
	return {
		code: "git-silent",
		message: `git did not answer in ${folder}, so whether secrets there are in git is not known.`,
		remedy: "Look at its .git/config and .git/index: one of them, or what they name, may be a pipe. Try: git status",
	};
}

/** The nearest folder, this one or one around it, that is the root of a repository; null: none is. Nothing is run to tell. */
export function repositoryAround(folder: string): string | null {
	for (let at = folder; ; at = path.dirname(at)) {
		if (isRepositoryRoot(at)) return at;
		if (at === path.dirname(at)) return null;
	}
}

export function isRepositoryRoot(folder: string): boolean {
	return fs.existsSync(path.join(folder, ".git"));
}

/** Never one that the repository brings along: a folder of its own may well stand in the PATH. */
function gitProgram(folder: string, env: Environment): string | null {
	const root = repositoryAround(folder) ?? folder;
	const untrusted = holdsPerson(root) ? [] : [root];
	const searched = env.PATH ?? env.Path ?? "";
	if (process.platform !== "win32") return findOnPath("git", { cwd: folder, path: searched, untrusted });
	const folders = searched.split(path.delimiter).filter((each) => path.isAbsolute(each));
	const trusted = folders.filter((each) => untrusted.every((other) => path.relative(other, each).startsWith("..")));
	return trusted.map((each) => path.join(each, "git.exe")).find((file) => fs.existsSync(file)) ?? null;
}

/** `ID TYPE SIZE` LF, the content, LF; `ID missing` LF for one that is not there. */
function* objectsIn(output: Buffer): Iterable<[string, Buffer]> {
	for (let at = 0; at < output.length; ) {
		const end = output.indexOf(0x0a, at);
		if (end < 0) return;
		const [id = "", type, size] = output.toString("latin1", at, end).split(" ");
		at = end + 1;
		if (type === "missing" || size === undefined) continue;
		yield [id, output.subarray(at, at + Number(size))];
		at += Number(size) + 1;
	}
}

function lines(ids: readonly string[]): string {
	return ids.map((id) => `${id}\n`).join("");
}
