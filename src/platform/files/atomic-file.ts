import * as fs from "node:fs";
import * as path from "node:path";
import { nodeCrypto } from "../node-crypto.ts";

/**
 * A file that is written beside its target, flushed to disk, and then takes the target's place in one step.
 * It is 0600 until `commit`, because it may hold what only its owner may read. Every method throws the system's error.
 */
export class PendingFile {
	readonly #target: string;
	readonly #path: string;
	#done = false;

	constructor(target: string, data: string | Uint8Array) {
		this.#target = target;
		this.#path = path.join(path.dirname(target), `${prefix(target)}${process.pid}-${nodeCrypto().randomBytes(6).toString("hex")}`);
		const fd = fs.openSync(this.#path, "wx", 0o600);
		try {
			fs.writeFileSync(fd, data);
			fs.fsyncSync(fd);
		} catch (error) {
			this.discard();
			throw error;
		} finally {
			fs.closeSync(fd);
		}
	}

	/** Gives the new file the owner and the mode that the target had. A group that this user may not give gets no access. */
	adopt(stat: { readonly uid: number; readonly gid: number; readonly mode: number }): void {
		const own = fs.statSync(this.#path);
		let mode = stat.mode & 0o7777;
		try {
			if (own.uid !== stat.uid || own.gid !== stat.gid) fs.chownSync(this.#path, stat.uid, stat.gid);
		} catch (error) {
			if (own.uid !== stat.uid) throw error;
			mode &= 0o707;
		}
		fs.chmodSync(this.#path, mode);
	}

	/** Adds to what it was made with. */
	append(data: string | Uint8Array): void {
		this.#use(fs.constants.O_WRONLY | fs.constants.O_APPEND, (fd) => fs.writeFileSync(fd, data));
	}

	/** Flushes to disk what was appended. */
	flush(): void {
		this.#use(fs.constants.O_RDONLY, fs.fsyncSync);
	}

	/** Synchronous, so that nothing of this process can come between a last comparison and the rename. */
	commit(): void {
		fs.renameSync(this.#path, this.#target);
		this.#done = true;
		syncFolder(path.dirname(this.#target));
	}

	/** As `commit`, but never over a file that is there: false then. */
	commitNew(): boolean {
		try {
			fs.linkSync(this.#path, this.#target);
		} catch (error) {
			if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
			throw error;
		} finally {
			this.discard();
		}
		syncFolder(path.dirname(this.#target));
		return true;
	}

	#use(flags: number, action: (fd: number) => void): void {
		const fd = fs.openSync(this.#path, flags | fs.constants.O_NOFOLLOW);
		try {
			action(fd);
		} finally {
			fs.closeSync(fd);
		}
	}

	/** Removes what was not committed; safe to call at any time. */
	discard(): void {
		if (this.#done) return;
		this.#done = true;
		fs.rmSync(this.#path, { force: true });
	}
}

/** What a killed run left beside `target`, or a running one is writing: absolute paths. */
export function leftoversOf(target: string): readonly string[] {
	const folder = path.dirname(target);
	const ours = new RegExp(`^${literal(prefix(target))}\\d+-[0-9a-f]{12}$`);
	return fs.readdirSync(folder).flatMap((name) => (ours.test(name) ? [path.join(folder, name)] : []));
}

/** Removes what a killed run left beside `target`. Call it only while holding the target's lock: every such file is dead then. */
export function sweepLeftovers(target: string): void {
	for (const file of leftoversOf(target)) fs.rmSync(file, { force: true });
}

/** Makes a rename survive a power cut. Some file systems cannot; the rename itself has happened. */
function syncFolder(folder: string): void {
	try {
		const fd = fs.openSync(folder, "r");
		try {
			fs.fsyncSync(fd);
		} finally {
			fs.closeSync(fd);
		}
	} catch {}
}

function prefix(target: string): string {
	return `.${path.basename(target)}.sallyport-`;
}

function literal(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
