import * as fs from "node:fs";
import { copyFile, type FolderAt } from "./folder-at.ts";
import { FolderWatch } from "./folder-watch.ts";
import { ABSENT, type Entry, Folder, stateOf } from "./known.ts";

/**
 * What a server may do with a name in a folder that it was granted for writing. `hidden`: it is not shown, and cannot be made.
 * `read`: it is shown, and what the server does to it stays with the server.
 */
export type Rule = "hidden" | "read" | "write";

/** Why something that a server made or changed was not passed on. */
export type KeptBack = "protected" | "link" | "special" | "too-deep" | "too-large" | "unwritable";

export interface MirrorOptions {
	/** The granted folder. */
	readonly outside: FolderAt;
	/** The server's own copy of it, empty at first. */
	readonly inside: FolderAt;
	/** @param relative path from the granted folder; its parents are all `write` */
	readonly rule: (relative: string, outside: fs.BigIntStats | null) => Rule;
	/** Told of what the server did and what was not passed on. `relative` is the server's text. */
	readonly onKeptBack: (relative: string, why: KeptBack) => void;
	/** False: somebody else removes the copy. What is gone from it then was not removed by the server. */
	readonly isIntact: () => boolean;
	/** Changes cannot be followed any more, or nothing is left to follow. */
	readonly onLost: () => void;
}

/** Of one granted folder at the start. */
const MOST_ENTRIES = 50_000;
const MOST_BYTES = 1024 * 1024 * 1024;
const MOST_DEPTH = 64;
/** A server may add so many names to what was there. */
const MOST_MORE = 100_000;
/** Above so many bytes a file that is written again and again is passed on less often. */
const LARGE = 1024 * 1024;

export class TooLarge extends Error {}

/**
 * Keeps a private copy of a folder and the folder itself alike, while a server works in the copy. What the server does is passed on
 * if the name is its to write; what others do outside is brought in if it may be seen. Nobody but this program makes a name in the
 * granted folder for the server, so there is no moment at which a protected name of its making is there.
 */
export class Mirror {
	readonly #options: MirrorOptions;
	readonly #root = new Folder(null, "");
	readonly #dirty = new Map<Folder, Set<string>>();
	#scheduled = false;
	#everything = false;
	#entries = 0;
	#bytes = 0;
	#opening = true;
	#closing = false;
	#closed = false;

	constructor(options: MirrorOptions) {
		this.#options = options;
	}

	/** Copies what may be seen. @throws TooLarge, or the system's error when the folder cannot be watched */
	open(): void {
		const { outside, inside } = this.#options;
		this.#watch(this.#root, outside);
		this.#compareAll(this.#root, outside, inside);
		this.#watch(this.#root, outside, inside);
		this.#opening = false;
	}

	/** Passes on everything that is known of by now. */
	work(): void {
		this.#scheduled = false;
		if (this.#closed) return;
		if (this.#options.outside.glance(".")?.nlink === 0n) {
			this.#lost();
			return;
		}
		if (this.#everything) {
			this.#everything = false;
			this.#dirty.clear();
			this.#lookAtAll(this.#root);
			return;
		}
		const dirty = [...this.#dirty];
		this.#dirty.clear();
		for (const [folder, names] of dirty) if (!folder.gone) this.#look(folder, names);
	}

	/** The last look, at everything; nothing is followed any more. */
	close(): void {
		this.#closing = true;
		if (!this.#opening && !this.#closed) this.#lookAtAll(this.#root);
		this.#closed = true;
		this.#root.forget();
	}

	#lookAtAll(folder: Folder): void {
		this.#look(folder, null);
		for (const { folder: inner } of folder.entries.values()) if (inner !== null) this.#lookAtAll(inner);
	}

	/** @param only the names to look at; null: all of them */
	#look(folder: Folder, only: ReadonlySet<string> | null): void {
		const opened = this.#openBoth(folder);
		if (opened === null) return;
		const [outside, inside] = opened;
		try {
			if (only === null) this.#compareAll(folder, outside, inside);
			else for (const name of only) this.#compare(folder, name, outside, inside);
		} finally {
			outside.close();
			inside.close();
		}
	}

	#compareAll(folder: Folder, outside: FolderAt, inside: FolderAt): void {
		for (const name of new Set([...folder.entries.keys(), ...outside.names(), ...inside.names()]))
			this.#compare(folder, name, outside, inside);
	}

	/** Null: on one side it is no folder any more, which the folder above it will find out. */
	#openBoth(folder: Folder): readonly [FolderAt, FolderAt] | null {
		const outside = openAlong(this.#options.outside, folder);
		const inside = outside === null ? null : openAlong(this.#options.inside, folder);
		if (outside !== null && inside !== null) return [outside, inside];
		outside?.close();
		return null;
	}

	#compare(folder: Folder, name: string, outside: FolderAt, inside: FolderAt): void {
		if (this.#closed) return;
		let o: fs.BigIntStats | null;
		let i: fs.BigIntStats | null;
		try {
			[o, i] = [outside.look(name), inside.look(name)];
		} catch {
			// What cannot be looked at is not gone: nothing is removed for it on the other side.
			return;
		}
		const known = folder.entries.get(name);
		const changedOutside = stateOf(o) !== (known?.outside ?? ABSENT);
		const changedInside = stateOf(i) !== (known?.inside ?? ABSENT);
		const isFolder = o?.isDirectory() === true && i?.isDirectory() === true;
		if (!changedOutside && !changedInside && (!isFolder || known?.folder !== null)) return;
		const relative = folder.relative(name);
		const rule = this.#options.rule(relative, o);
		if (rule === "hidden") {
			if (changedInside && i !== null) this.#keepBack(folder, name, o, i, "protected");
			return;
		}
		if (rule === "read") {
			if (o === null && i !== null && changedInside) this.#keepBack(folder, name, o, i, "protected");
			else if (o === null || o.isDirectory()) this.#showFolder(folder, name, inside, o, i);
			else if (changedOutside) this.#bring(folder, name, outside, inside, o, i);
			else if (i !== null) this.#keepBack(folder, name, o, i, "protected");
			else this.#know(folder, name, { outside: stateOf(o), inside: ABSENT, folder: null });
			return;
		}
		if (folder.depth >= MOST_DEPTH && (o ?? i)?.isDirectory() === true) {
			if (this.#opening) throw new TooLarge("it is nested too deeply");
			this.#keepBack(folder, name, o, i, "too-deep");
		} else if (isFolder) this.#enter(folder, name, outside, inside);
		else if (changedInside && !(changedOutside && isNewer(o, i))) this.#passOn(folder, name, outside, inside, o, i);
		else this.#bring(folder, name, outside, inside, o, i);
	}

	/**
	 * A folder that may only be read is mounted over the copy when the server starts; one that is made later is not seen before the next
	 * start. What is gone outside is gone for the server too, if it is no such folder.
	 */
	#showFolder(folder: Folder, name: string, inside: FolderAt, o: fs.BigIntStats | null, i: fs.BigIntStats | null): void {
		if (o !== null && i === null && this.#opening) fs.mkdirSync(inside.path(name));
		if (o === null && i !== null && !i.isDirectory()) this.#removeFile(inside, name);
		this.#know(folder, name, { outside: stateOf(o), inside: stateOf(inside.glance(name)), folder: null });
	}

	#removeFile(at: FolderAt, name: string): void {
		try {
			fs.unlinkSync(at.path(name));
		} catch {}
	}

	/** The server's change goes out. */
	#passOn(folder: Folder, name: string, outside: FolderAt, inside: FolderAt, o: fs.BigIntStats | null, i: fs.BigIntStats | null): void {
		const known = folder.entries.get(name);
		if (this.#options.rule(folder.relative(name), o) !== "write") throw new Error("a protected name is passed on");
		if (i === null) {
			// What somebody else has put into a folder that the server removed stays, and comes back to the server.
			if (!this.#remove(folder, name, outside, known ?? null, "outside"))
				this.#bring(folder, name, outside, inside, outside.glance(name), null);
			return;
		}
		if (i.isDirectory()) {
			const made = this.#try(folder, name, o, i, () => {
				if (o !== null) fs.unlinkSync(outside.path(name));
				fs.mkdirSync(outside.path(name), Number(i.mode) & 0o777);
			});
			if (made) this.#enter(folder, name, outside, inside);
			return;
		}
		if (!i.isFile()) {
			// What it took the place of was removed by the server.
			if (known !== undefined) this.#remove(folder, name, outside, known, "outside");
			this.#keepBack(folder, name, outside.glance(name), i, i.isSymbolicLink() ? "link" : "special");
			return;
		}
		if (i.size > MOST_BYTES) {
			this.#keepBack(folder, name, o, i, "too-large");
			return;
		}
		if (this.#isTooSoon(folder, name, known ?? null, i)) return;
		if (o?.isDirectory() === true && !this.#remove(folder, name, outside, known ?? null, "outside")) {
			this.#keepBack(folder, name, o, i, "unwritable");
			return;
		}
		const began = performance.now();
		this.#try(folder, name, o, i, () => {
			const copied = copyFile(inside, outside, name, o === null);
			const entry = { outside: writtenState(copied.to), inside: stateOf(copied.from), folder: null };
			this.#know(folder, name, i.size > LARGE ? { ...entry, notBefore: performance.now() + 4 * (performance.now() - began) } : entry);
		});
	}

	/** What is outside comes in. */
	#bring(folder: Folder, name: string, outside: FolderAt, inside: FolderAt, o: fs.BigIntStats | null, i: fs.BigIntStats | null): void {
		const known = folder.entries.get(name) ?? null;
		if (o === null) {
			if (this.#remove(folder, name, inside, known, "inside")) return;
			const left = inside.glance(name);
			// Only what the server has made there since brings the folder back; what is mounted in it does not.
			if (left?.isDirectory() === true && !this.#holdsWork(folder.relative(name), inside, name))
				this.#know(folder, name, { outside: ABSENT, inside: stateOf(left), folder: null });
			else this.#passOn(folder, name, outside, inside, null, left);
			return;
		}
		if (!(o.isFile() || o.isDirectory() || o.isSymbolicLink()) || (o.size > MOST_BYTES && !this.#opening)) {
			this.#know(folder, name, { outside: stateOf(o), inside: stateOf(i), folder: null });
			return;
		}
		if (this.#opening) this.#count(o);
		if (i?.isDirectory() === true && !o.isDirectory() && !this.#remove(folder, name, inside, known, "inside")) return;
		try {
			if (o.isDirectory()) {
				if (i !== null) fs.unlinkSync(inside.path(name));
				fs.mkdirSync(inside.path(name));
				this.#enter(folder, name, outside, inside);
			} else if (o.isSymbolicLink()) {
				const target = fs.readlinkSync(outside.path(name));
				if (inside.glance(name) !== null) fs.unlinkSync(inside.path(name));
				fs.symlinkSync(target, inside.path(name));
				this.#know(folder, name, { outside: stateOf(o), inside: stateOf(inside.glance(name)), folder: null });
			} else {
				const copied = copyFile(outside, inside, name, i === null);
				this.#know(folder, name, { outside: stateOf(copied.from), inside: writtenState(copied.to), folder: null });
			}
		} catch (error) {
			if (error instanceof TooLarge) throw error;
			if (isMeanwhile(error)) return;
			// It may not be read, was there a moment ago, or there is no room: then it is not shown, and no half of it is. An event comes when
			// that changes.
			if (o.isFile()) this.#removeFile(inside, name);
			this.#know(folder, name, { outside: stateOf(o), inside: stateOf(inside.glance(name)), folder: null });
		}
	}

	#enter(folder: Folder, name: string, outside: FolderAt, inside: FolderAt): void {
		const [o, i] = [outside.folder(name), inside.folder(name)];
		try {
			const inner = folder.entries.get(name)?.folder ?? new Folder(folder, name);
			if (o === null || i === null) {
				// It was moved on at this very moment: what is missing is compared once more.
				const missing = (side: FolderAt, at: FolderAt | null) => (at === null ? "missing" : stateOf(side.glance(name)));
				this.#know(folder, name, { outside: missing(outside, o), inside: missing(inside, i), folder: inner });
				this.#changed(folder, name);
				return;
			}
			this.#know(folder, name, { outside: stateOf(outside.glance(name)), inside: stateOf(inside.glance(name)), folder: inner });
			// First the watch, then the look: nothing can appear between the two. Before the server starts its side is this program's alone.
			if (this.#opening) this.#watch(inner, o);
			else this.#watch(inner, o, i);
			this.#compareAll(inner, o, i);
			if (this.#opening) this.#watch(inner, o, i);
		} finally {
			o?.close();
			i?.close();
		}
	}

	/**
	 * Removes on one side what is gone on the other: of a folder only what both had. False: something is left.
	 *
	 * @param at the side on which it is to be removed
	 */
	#remove(folder: Folder, name: string, at: FolderAt, known: Entry | null, side: "outside" | "inside"): boolean {
		if (side === "outside" && !this.#options.isIntact()) {
			this.#lost();
			return true;
		}
		const inner = known?.folder ?? null;
		const opened = inner === null ? null : at.folder(name);
		try {
			if (inner !== null && opened !== null) {
				for (const [each, entry] of [...inner.entries]) {
					const isTheirs = this.#options.rule(inner.relative(each), null) === "write" && stateOf(opened.glance(each)) === entry[side];
					if (isTheirs) this.#remove(inner, each, opened, entry, side);
				}
				fs.rmdirSync(at.path(name));
			} else {
				const there = at.glance(name);
				// One that was not gone into goes only when it is empty.
				if (there?.isDirectory() === true) fs.rmdirSync(at.path(name));
				else if (there !== null) fs.unlinkSync(at.path(name));
			}
		} catch {
			return false;
		} finally {
			opened?.close();
		}
		this.#forget(folder, name);
		return true;
	}

	/** Something in this folder of the copy would be passed on. */
	#holdsWork(relative: string, inside: FolderAt, name: string): boolean {
		const opened = inside.folder(name);
		try {
			return (
				opened?.names().some((each) => {
					const at = `${relative}/${each}`;
					if (this.#options.rule(at, null) !== "write") return false;
					return opened.glance(each)?.isDirectory() !== true || this.#holdsWork(at, opened, each);
				}) === true
			);
		} finally {
			opened?.close();
		}
	}

	#try(folder: Folder, name: string, o: fs.BigIntStats | null, i: fs.BigIntStats, change: () => void): boolean {
		try {
			change();
			return true;
		} catch (error) {
			if (!isMeanwhile(error)) this.#keepBack(folder, name, o, i, "unwritable");
			return false;
		}
	}

	#keepBack(folder: Folder, name: string, o: fs.BigIntStats | null, i: fs.BigIntStats | null, why: KeptBack): void {
		this.#know(folder, name, { outside: stateOf(o), inside: stateOf(i), folder: null });
		this.#options.onKeptBack(folder.relative(name), why);
	}

	#isTooSoon(folder: Folder, name: string, known: Entry | null, i: fs.BigIntStats): boolean {
		const wait = (known?.notBefore ?? 0) - performance.now();
		if (i.size <= LARGE || wait <= 0 || this.#closing) return false;
		setTimeout(() => this.#changed(folder, name), wait).unref();
		return true;
	}

	#count(stat: fs.BigIntStats): void {
		this.#bytes += Number(stat.size);
		if (this.#entries > MOST_ENTRIES) throw new TooLarge(`it has more than ${MOST_ENTRIES} entries`);
		if (this.#bytes > MOST_BYTES) throw new TooLarge(`it holds more than ${MOST_BYTES / 1024 / 1024 / 1024} GiB`);
	}

	#know(folder: Folder, name: string, entry: Entry): void {
		const before = folder.entries.get(name);
		if (before === undefined && ++this.#entries > MOST_ENTRIES + MOST_MORE) this.#lost();
		if (before !== undefined && before.folder !== entry.folder) this.#leave(before);
		folder.entries.set(name, entry);
	}

	#forget(folder: Folder, name: string): void {
		const entry = folder.entries.get(name);
		if (entry === undefined) return;
		this.#leave(entry);
		folder.entries.delete(name);
		this.#entries--;
	}

	#leave({ folder }: Entry): void {
		if (folder === null) return;
		this.#entries -= folder.size();
		folder.forget();
	}

	#watch(folder: Folder, ...sides: readonly FolderAt[]): void {
		try {
			folder.watch ??= new FolderWatch((name) => this.#changed(folder, name));
			folder.watch.follow(sides);
		} catch (error) {
			if (this.#opening) throw error;
			// A folder that is gone again needs no watch.
			if (!isMeanwhile(error)) this.#lost();
		}
	}

	#changed(folder: Folder, name: string | null): void {
		if (this.#closed) return;
		const names = this.#dirty.get(folder) ?? new Set();
		if (name === null) this.#everything = true;
		else names.add(name);
		this.#dirty.set(folder, names);
		if (this.#scheduled) return;
		this.#scheduled = true;
		setImmediate(() => this.work()).unref();
	}

	#lost(): void {
		if (this.#opening) throw new TooLarge(`it has more than ${MOST_ENTRIES} entries`);
		this.#closed = true;
		this.#options.onLost();
	}
}

function openAlong(root: FolderAt, folder: Folder): FolderAt | null {
	let at = root.folder(".");
	for (const name of folder.names()) {
		const next: FolderAt | null = at?.folder(name) ?? null;
		at?.close();
		at = next;
	}
	return at;
}

/** Of a file that was just written. No state is like that of one which somebody else wrote too: it is compared once more. */
function writtenState(stat: fs.BigIntStats | null): string {
	return stat === null ? "written" : stateOf(stat);
}

/** Gone again, or made by now: the event of that is on its way, and the name is compared once more. */
function isMeanwhile(error: unknown): boolean {
	const code = (error as NodeJS.ErrnoException).code;
	return code === "ENOENT" || code === "EEXIST";
}

/** Times are set to the microsecond: within so many nanoseconds, two of them are the same. */
const SAME_TIME = 1_000_000n;

/** Who wrote last; if that cannot be told, it was the server. Something that is there counts more than something that is gone. */
function isNewer(o: fs.BigIntStats | null, i: fs.BigIntStats | null): boolean {
	return o !== null && (i === null || o.mtimeNs > i.mtimeNs + SAME_TIME);
}
