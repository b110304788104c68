import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../../core/result.ts";
import { isLeftBehind, ownerTag } from "../owner.ts";
import { FolderAt, removeTree } from "./folder-at.ts";
import { type KeptBack, Mirror, type Rule, TooLarge } from "./mirror.ts";

/** A folder of which the server gets a copy, and what may be done in it. */
export interface Mirrored {
	/** The server can only read it: nothing is ever passed on. Undefined: it can write what the rule says. */
	readonly readOnly?: boolean;
	/** Real path. */
	readonly at: string;
	/** Device and inode that were looked at. */
	readonly id: string;
	/** @param relative as seen from the folder. `outside`: null when nothing of that name is there, or it is not yet known */
	readonly rule: (relative: string, outside: fs.BigIntStats | null) => Rule;
}

export interface MirrorsOptions {
	/** Where the copies are kept: a folder that no server can reach. Made if need be. */
	readonly folder: string;
	/** `where`: an absolute path, the server's text. */
	readonly onKeptBack: (where: string, why: KeptBack) => void;
	/** A folder and its copy cannot be kept alike any more. */
	readonly onLost: (at: string) => void;
}

/** The copies in which one server works. */
export interface Mirrors {
	/** The copy of each granted folder. */
	readonly copies: ReadonlyMap<string, string>;
	/** Some of them can be written by the server. */
	readonly areWritten: boolean;
	/** Resolves when what the server has done until now is passed on. */
	settle(): Promise<void>;
	/** Passes on the rest and removes the copies. Call it when the server is gone. */
	close(): void;
}

/** Copies these folders and keeps the copies and the folders alike from now on. */
export function openMirrors(folders: readonly Mirrored[], options: MirrorsOptions): Result<Mirrors> {
	const name = `${ownerTag()}${anyName()}`;
	const base = makeBase(options.folder);
	if (base === null)
		return fail("mirror-failed", `${options.folder} cannot be used for copies of granted folders.`, "Make it a folder of yours alone.");
	sweep(base);
	const real = fs.realpathSync(options.folder);
	const mirrors: Mirror[] = [];
	const open: FolderAt[] = [];
	const copies = new Map<string, string>();
	const close = (): void => {
		for (const mirror of mirrors) mirror.close();
		for (const folder of open.splice(0)) folder.close();
		removeTree(base, name);
		base.close();
	};
	const refuse = (problem: ReturnType<typeof fail>): typeof problem => {
		close();
		return problem;
	};
	try {
		const guards = makeGuarded(base, name);
		const isIntact = (): boolean => guards.every((guard) => base.glance(guard) !== null);
		for (const [index, { at, id, rule }] of folders.entries()) {
			const copy = path.join(real, name, COPIES, String(index));
			fs.mkdirSync(copy);
			const outside = FolderAt.open(at);
			if (outside !== null) open.push(outside);
			if (outside === null || identity(outside) !== id)
				return refuse(
					fail("grant-changed", `${at} changed while the server was being started.`, "Start it again when nothing changes it."),
				);
			const inside = FolderAt.open(copy);
			if (inside === null) return refuse(fail("mirror-failed", `${copy} is not what was made.`, "Start the server again."));
			open.push(inside);
			const mirror = new Mirror({
				outside,
				inside,
				rule,
				isIntact,
				onKeptBack: (relative, why) => options.onKeptBack(path.join(at, relative), why),
				onLost: () => options.onLost(at),
			});
			mirrors.push(mirror);
			mirror.open();
			copies.set(at, copy);
		}
	} catch (error) {
		return refuse(opening(error, folders[copies.size]?.at ?? options.folder));
	}
	let closed = false;
	return ok({
		copies,
		areWritten: folders.some(({ readOnly }) => readOnly !== true),
		settle: async () => {
			// What the kernel has told by now is heard within one whole turn of the loop; this one may be half over.
			await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
			for (const mirror of closed ? [] : mirrors) mirror.work();
		},
		close: () => {
			if (!closed) close();
			closed = true;
		},
	});
}

function opening(error: unknown, at: string): ReturnType<typeof fail> {
	if (error instanceof TooLarge)
		return fail(
			"grant-too-large",
			`${at} is too large to be granted for writing as a whole: ${error.message}.`,
			"Grant the folders inside it that the server needs.",
		);
	const code = error instanceof Error && "code" in error ? error.code : null;
	if (code === "ENOSPC" || code === "EMFILE")
		return fail(
			"mirror-failed",
			`${at} cannot be followed: the disk is full, or too much is watched on this machine.`,
			"Make room, close programs that watch many files, or raise fs.inotify.max_user_watches and max_user_instances.",
		);
	if (code === null) throw error;
	return fail("mirror-failed", `${at} cannot be copied (${String(code)}).`, "Check that you may read it.");
}

/** Null: it cannot be made, or somebody else could reach into it. */
function makeBase(folder: string): FolderAt | null {
	try {
		fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		const stat = fs.lstatSync(folder);
		return stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0 ? FolderAt.open(fs.realpathSync(folder)) : null;
	} catch {
		return null;
	}
}

/** A launcher that was killed leaves its copies; the next one takes them away. One in another container may be alive. */
function sweep(base: FolderAt): void {
	for (const name of base.names()) if (isLeftBehind(name)) removeTree(base, name);
}

const COPIES = "copies";
const MOST_GUARDS = 200;

/**
 * Makes the folder of one launcher, with a folder for its copies and files that guard them. Whoever removes all of it, in whatever
 * order folders are listed in, removes a guard first: or what they remove from a copy would be removed from the granted folder too.
 *
 * @returns the guards
 */
function makeGuarded(base: FolderAt, name: string): readonly string[] {
	fs.mkdirSync(base.path(name), { mode: 0o700 });
	const guards: string[] = [];
	const guard = (): void => {
		const file = `${name}/.${anyName()}`;
		fs.writeFileSync(base.path(file), "", { flag: "wx" });
		guards.push(file);
	};
	guard();
	fs.mkdirSync(base.path(`${name}/${COPIES}`), { mode: 0o700 });
	guard();
	while (firstIn(base.path(name)) === COPIES && guards.length < MOST_GUARDS) guard();
	return guards;
}

/** Nobody has to fail to guess it, and a server would wait three milliseconds for Node's cryptography to load. */
function anyName(): string {
	return Math.random().toString(36).slice(2, 12);
}

/** As the system lists it. */
function firstIn(folder: string): string | null {
	const listing = fs.opendirSync(folder);
	try {
		return listing.readSync()?.name ?? null;
	} finally {
		listing.closeSync();
	}
}

function identity(folder: FolderAt): string {
	const stat = folder.glance(".");
	return stat === null ? "" : `${stat.dev}:${stat.ino}`;
}
