import * as fs from "node:fs";

/** Opens a name without opening what it stands for. Of Linux; Node has no name for it. */
const O_PATH = 0o10000000;
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants;

/**
 * An open folder. What lies in it is reached by its name in this very folder, wherever that has been moved since, and no link is
 * followed: not even one that takes a name's place at the worst moment.
 */
export class FolderAt {
	readonly #fd: number;

	private constructor(fd: number) {
		this.#fd = fd;
	}

	/** Null: there is no folder of exactly this path, or a link leads to it. */
	static open(where: string): FolderAt | null {
		const folder = openFolder(where);
		if (folder === null || fs.readlinkSync(`/proc/self/fd/${folder.#fd}`) === where) return folder;
		folder.close();
		return null;
	}

	/** Null: no folder has this name here. */
	folder(name: string): FolderAt | null {
		return openFolder(this.path(name));
	}

	static of(fd: number): FolderAt {
		return new FolderAt(fd);
	}

	/** A path that is good while this is open. Empty: the folder itself. */
	path(name: string): string {
		return `/proc/self/fd/${this.#fd}/${name}`;
	}

	/** Empty also when the folder is gone. */
	names(): readonly string[] {
		try {
			return fs.readdirSync(this.path(""));
		} catch {
			return [];
		}
	}

	/** Null: nothing has this name. @throws the system's error when that cannot be told */
	look(name: string): fs.BigIntStats | null {
		return fs.lstatSync(this.path(name), { bigint: true, throwIfNoEntry: false }) ?? null;
	}

	/** Null also when it cannot be told. */
	glance(name: string): fs.BigIntStats | null {
		try {
			return this.look(name);
		} catch {
			return null;
		}
	}

	/** A plain file's descriptor; throws the system's error, and for anything that is no plain file. `mode`: of a file that is made. */
	openFile(name: string, how: "read" | "write" | "create", mode = 0o600): number {
		const flags = { read: O_RDONLY, write: O_WRONLY, create: O_WRONLY | O_CREAT | O_EXCL }[how];
		const fd = fs.openSync(this.path(name), flags | O_NOFOLLOW | O_NONBLOCK, mode);
		if (how === "create") return fd;
		if (fs.fstatSync(fd).isFile()) return fd;
		fs.closeSync(fd);
		throw Object.assign(new Error("not a plain file"), { code: "EINVAL" });
	}

	close(): void {
		fs.closeSync(this.#fd);
	}
}

function openFolder(where: string): FolderAt | null {
	try {
		return FolderAt.of(fs.openSync(where, O_PATH | O_DIRECTORY | O_NOFOLLOW));
	} catch {
		return null;
	}
}

const BLOCK = 256 * 1024;
let block: Buffer | null = null;

/**
 * Makes the file in `to` what the file in `from` is: content, mode without its set-id bits, times. A file that is there is written
 * in place, so that whoever has it open goes on with it; one with a second name is replaced, so that the other name keeps what it has.
 *
 * @param isNew it is not there in `to`. If it is by now, it is left as it is, and the system's error says so
 * @returns what both were when they were alike. `to` is null when somebody else has written it meanwhile
 * @throws the system's error
 */
export function copyFile(
	from: FolderAt,
	to: FolderAt,
	name: string,
	isNew: boolean,
): { readonly from: fs.BigIntStats; readonly to: fs.BigIntStats | null } {
	const source = from.openFile(name, "read");
	try {
		const stat = fs.fstatSync(source, { bigint: true });
		const mode = Number(stat.mode) & 0o777;
		const { target, isMade } = isNew ? { target: to.openFile(name, "create", mode), isMade: true } : openTarget(to, name, mode);
		try {
			const size = copyBytes(source, target);
			if (!isMade) fs.ftruncateSync(target, size);
			return { from: stat, to: dress(target, size, mode, stat) };
		} finally {
			fs.closeSync(target);
		}
	} finally {
		fs.closeSync(source);
	}
}

/** Times are set in seconds with a fraction, and come out within two microseconds. */
function isSameTime(a: bigint, b: bigint): boolean {
	return a - b < 10_000n && b - a < 10_000n;
}

/**
 * Gives a file that was just written its times and mode. Somebody else's keeps its mode and gets new times.
 *
 * @returns null when it has been written once more meanwhile
 */
function dress(target: number, size: number, mode: number, { atimeNs, mtimeNs }: fs.BigIntStats): fs.BigIntStats | null {
	const look = () => fs.fstatSync(target, { bigint: true });
	try {
		fs.futimesSync(target, Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9);
		if ((Number(look().mode) & 0o7777) !== mode) fs.fchmodSync(target, mode);
	} catch {
		return look();
	}
	const made = look();
	return made.size === BigInt(size) && isSameTime(made.mtimeNs, mtimeNs) ? made : null;
}

function openTarget(to: FolderAt, name: string, mode: number): { readonly target: number; readonly isMade: boolean } {
	const there = to.look(name);
	if (there?.isFile() === true && there.nlink === 1n)
		try {
			return { target: to.openFile(name, "write"), isMade: false };
		} catch (error) {
			// Read-only for its owner, who may replace it all the same.
			if ((error as NodeJS.ErrnoException).code !== "EACCES") throw error;
		}
	if (there !== null && !there.isDirectory()) fs.unlinkSync(to.path(name));
	if (there?.isDirectory() === true) fs.rmdirSync(to.path(name));
	return { target: to.openFile(name, "create", mode), isMade: true };
}

function copyBytes(source: number, target: number): number {
	block ??= Buffer.allocUnsafe(BLOCK);
	let at = 0;
	for (;;) {
		const count = fs.readSync(source, block, 0, BLOCK, at);
		for (let done = 0; done < count; ) done += fs.writeSync(target, block, done, count - done, at + done);
		at += count;
		if (count < BLOCK) return at;
	}
}

/** Folders in folders that are gone into; what lies deeper is brought up first. */
const DEEPEST = 64;

/** A folder that its maker closed to everybody can be emptied again. Nothing else is changed, and no link followed. */
function openToOwner(name: string): void {
	let descriptor: number;
	try {
		descriptor = fs.openSync(name, O_PATH | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW);
	} catch {
		return;
	}
	try {
		const itself = `/proc/self/fd/${descriptor}`;
		if ((fs.fstatSync(descriptor).mode & 0o700) !== 0o700) fs.chmodSync(itself, 0o700);
	} catch {
	} finally {
		fs.closeSync(descriptor);
	}
}

/** Removes a name with all that is beneath it, however deep, and follows no link. What cannot be removed stays. */
export function removeTree(folder: FolderAt, name: string): void {
	const waiting = [name];
	const remove = (inside: FolderAt, each: string, depth: number): void => {
		openToOwner(inside.path(each));
		const inner = inside.folder(each);
		try {
			if (inner === null) fs.unlinkSync(inside.path(each));
			else if (depth < DEEPEST) {
				for (const one of inner.names()) remove(inner, one, depth + 1);
				fs.rmdirSync(inside.path(each));
			} else {
				const above = `${name}.${waiting.length}.deep`;
				fs.renameSync(inside.path(each), folder.path(above));
				waiting.push(above);
			}
		} catch {
		} finally {
			inner?.close();
		}
	};
	for (const each of waiting) remove(folder, each, 0);
}
