import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";
import { splitBom } from "../../core/text.ts";
import { leftoversOf, PendingFile, sweepLeftovers } from "./atomic-file.ts";
import { withLock } from "./lock.ts";

export interface EditOptions {
	/** How often a file that others keep writing is tried again. Default 10. */
	readonly attempts?: number;
	/** How long to watch, after the rename, for a host that was just then writing into the replaced file. Milliseconds, default 50. */
	readonly settleMs?: number;
	/** Called at the points where a crash could matter. */
	readonly onStep?: (step: EditStep) => void | Promise<void>;
}

export type EditStep = "planned" | "temporary-written" | "replaced" | "settled";

export interface Edited {
	/** False: the text was already as `edit` wants it, and nothing was written. */
	readonly changed: boolean;
	/** The file itself, behind links. */
	readonly path: string;
}

/**
 * Edits a host's file, which the host may rewrite at any moment. `edit` gets the text without its byte order mark and gives the
 * new one, or the same one when nothing is left to do; it is called again on whatever the file holds by then, so it must be pure.
 * The file is replaced in one step, through links, with its mode and owner; on any failure it is as it was.
 */
export async function editFile(file: string, edit: (text: string) => Result<string>, options: EditOptions = {}): Promise<Result<Edited>> {
	const editable = checkWritable(file);
	if (!editable.ok) return editable;
	const real = editable.value;
	// The name and the ten seconds are those of the proper-lockfile library, which Claude Code uses for its own file.
	return withLock<Edited>(`${real}.lock`, () => replaceText(real, edit, options), STALE_MS);
}

/**
 * Whether `editFile` may edit this file, so far as can be known without writing: the file itself, behind links, or why not. For
 * what must not happen unless the edit will.
 */
export function checkWritable(file: string): Result<string> {
	let real: string;
	try {
		real = fs.realpathSync(file);
	} catch (error) {
		return failed(fileProblem(file, error));
	}
	const seen = readSnapshot(real);
	if (!seen.ok) return seen;
	const refused = refusal(real, seen.value.stat);
	if (refused !== null) return failed(refused);
	try {
		// The new text is written beside the file.
		fs.accessSync(path.dirname(real), fs.constants.W_OK | fs.constants.X_OK);
	} catch (error) {
		return failed(fileProblem(real, error));
	}
	return ok(real);
}

/** Removes what a killed run left beside the file: a temporary file, which may hold secrets, or its lock. Best effort: nothing depends on it. */
export async function tidyFile(file: string): Promise<void> {
	try {
		const real = fs.realpathSync(file);
		const lock = fs.statSync(`${real}.lock`, { throwIfNoEntry: false });
		const dead = lock !== undefined && lock.mtimeMs < Date.now() - STALE_MS;
		if (!dead && (lock !== undefined || leftoversOf(real).length === 0)) return;
		const sweep = async (): Promise<Result<void>> => ok(sweepLeftovers(real));
		await withLock<void>(`${real}.lock`, sweep, STALE_MS);
	} catch {}
}

const STALE_MS = 10_000;

/** The text of a host's file without its byte order mark, or why it cannot be read. */
export function readConfigText(file: string): Result<{ readonly text: string; readonly bom: boolean }> {
	const seen = readSnapshot(file);
	return seen.ok ? ok({ text: seen.value.text, bom: seen.value.bom }) : seen;
}

async function replaceText(real: string, edit: (text: string) => Result<string>, options: EditOptions): Promise<Result<Edited>> {
	const step = async (name: EditStep): Promise<void> => options.onStep?.(name);
	const attempts = options.attempts ?? 10;
	let written: string | null = null;
	/** What a host wrote into the file that we replaced at that very moment: it is newer than what we took. */
	let late: string | null = null;
	for (let attempt = 0; ; attempt++) {
		const seen = readSnapshot(real);
		if (!seen.ok) return seen;
		sweepLeftovers(real);
		if (late !== null && seen.value.text !== written) late = null;
		const edited = edit(late ?? seen.value.text);
		if (!edited.ok) {
			// A host may be in the middle of writing: look again before believing it.
			await delay(SETTLE_MS);
			const again = readSnapshot(real);
			if (again.ok && !same(again.value, seen.value) && attempt < attempts) continue;
			return edited;
		}
		if (edited.value === seen.value.text) return ok({ changed: written !== null, path: real });
		if (attempt >= attempts)
			return fail("file-busy", `${real} keeps being rewritten by another program.`, "Close the host that uses it, and try again.");
		await step("planned");
		const replaced = await replaceOnce(real, seen.value, edited.value, options, step);
		if (!replaced.ok) return replaced;
		if (replaced.value === "changed") continue;
		written = edited.value;
		late = replaced.value.late;
	}
}

/** `changed`: the file is not what was planned on, and was left alone. `late`: the text that a host put into the replaced file meanwhile. */
async function replaceOnce(
	real: string,
	seen: Snapshot,
	text: string,
	options: EditOptions,
	step: (name: EditStep) => Promise<void>,
): Promise<Result<"changed" | { readonly late: string | null }>> {
	let pending: PendingFile | null = null;
	let old: number | null = null;
	try {
		pending = new PendingFile(real, seen.bom ? `\uFEFF${text}` : text);
		await step("temporary-written");
		pending.adopt(seen.stat);
		old = fs.openSync(real, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
		// From here to the rename nothing else of this process runs.
		const now = readSnapshot(real);
		if (!now.ok || !same(now.value, seen)) return ok("changed");
		pending.commit();
		await step("replaced");
		const late = await settled(old, seen, options.settleMs ?? SETTLE_MS);
		await step("settled");
		return ok({ late });
	} catch (error) {
		return failed(fileProblem(real, error));
	} finally {
		pending?.discard();
		if (old !== null) fs.closeSync(old);
	}
}

/** What a host was still writing into the replaced file, once it is quiet; null when nobody was. */
async function settled(old: number, seen: Snapshot, settleMs: number): Promise<string | null> {
	let last = seen.bytes;
	for (let looks = 0; looks < MAX_LOOKS; looks++) {
		await delay(settleMs);
		const bytes = readAll(old);
		if (bytes.equals(last)) break;
		last = bytes;
	}
	if (last.equals(seen.bytes)) return null;
	return decode(last)?.text ?? null;
}

const SETTLE_MS = 50;
const MAX_LOOKS = 20;

interface Snapshot {
	readonly bytes: Buffer;
	readonly text: string;
	readonly bom: boolean;
	readonly stat: fs.Stats;
	readonly id: string;
}

function readSnapshot(file: string): Result<Snapshot> {
	let fd: number;
	try {
		// Without O_NONBLOCK a pipe that stands in the file's place would block for ever.
		fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
	} catch (error) {
		return failed(fileProblem(file, error));
	}
	try {
		const stat = fs.fstatSync(fd);
		if (!stat.isFile()) return fail("not-a-file", `${file} is not a plain file.`, "Name the config file itself.");
		const { dev, ino, size, mtimeNs, ctimeNs, mode } = fs.fstatSync(fd, { bigint: true });
		const bytes = readAll(fd);
		const decoded = decode(bytes);
		if (decoded === null) return fail("file-encoding", `${file} is not UTF-8 text.`, "Save it as UTF-8, and try again.");
		return ok({ bytes, ...decoded, stat, id: [dev, ino, size, mtimeNs, ctimeNs, mode].join(":") });
	} catch (error) {
		return failed(fileProblem(file, error));
	} finally {
		fs.closeSync(fd);
	}
}

/** From the start, whatever was read of it before. */
function readAll(fd: number): Buffer {
	const chunks: Buffer[] = [];
	for (let at = 0; ; ) {
		const chunk = Buffer.alloc(64 * 1024);
		const length = fs.readSync(fd, chunk, 0, chunk.length, at);
		if (length === 0) return Buffer.concat(chunks);
		chunks.push(chunk.subarray(0, length));
		at += length;
	}
}

function decode(bytes: Buffer): { readonly text: string; readonly bom: boolean } | null {
	try {
		return splitBom(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
	} catch {
		return null;
	}
}

function same(a: Snapshot, b: Snapshot): boolean {
	return a.id === b.id && a.bytes.equals(b.bytes);
}

function refusal(file: string, stat: fs.Stats): Problem | null {
	if ((stat.mode & 0o222) === 0)
		return { code: "file-read-only", message: `${file} is read-only.`, remedy: `Make it writable (chmod u+w ${file}), and try again.` };
	const uid = process.getuid?.();
	if (uid !== undefined && uid !== 0 && stat.uid !== uid)
		return { code: "file-not-yours", message: `${file} belongs to another user.`, remedy: "Run this as that user." };
	if (stat.nlink > 1)
		return {
			code: "file-hard-linked",
			message: `${file} has a second name (a hard link), which would keep the old text.`,
			remedy: "Replace the other name by a symbolic link, or remove it.",
		};
	return null;
}

function fileProblem(file: string, error: unknown): Problem {
	const code = error instanceof Error && "code" in error ? String(error.code) : null;
	switch (code) {
		case "ENOENT":
		case "ENOTDIR":
			return { code: "file-missing", message: `${file} does not exist.`, remedy: "Check the path." };
		case "EACCES":
		case "EPERM":
			return {
				code: "file-denied",
				message: `${file} or its folder may not be changed by you.`,
				remedy: "Give yourself access to both, and try again.",
			};
		case "EROFS":
			return { code: "file-read-only", message: `${file} is on a read-only disk.`, remedy: "Remount it for writing, and try again." };
		case "ENOSPC":
		case "EDQUOT":
			return { code: "disk-full", message: `There is no room to write ${file}.`, remedy: "Free some space, and try again." };
		case "ELOOP":
			return { code: "file-missing", message: `${file} is a link that leads nowhere.`, remedy: "Mend the link." };
		default:
			if (code === null) throw error;
			return { code: "file-unusable", message: `${file} cannot be used (${code}).`, remedy: "Check the file and its folder." };
	}
}
