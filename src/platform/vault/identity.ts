import * as fs from "node:fs";
import * as path from "node:path";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";
import { PendingFile } from "../files/atomic-file.ts";
import type { Home } from "../home.ts";

/** Asks a person for the passphrase; null when they gave none. Only a program at a terminal has one. */
export type AskPassphrase = () => Promise<string | null>;

/** The key of the sealed vault: one age X25519 identity in `sealed.key`, plain, or itself sealed by a passphrase (scrypt). */
export function identityFile(home: Home): string {
	return path.join(home.path, "sealed.key");
}

/** Whether a passphrase closes it. False also where there is no identity yet. */
export function isProtected(home: Home): boolean {
	const text = readPrivate(identityFile(home));
	return text.ok && text.value !== null && !/^AGE-SECRET-KEY-1/m.test(text.value);
}

/** Null: there is none yet. Refuses a file that is a link, not this user's, or open to others. */
export async function readIdentity(home: Home, ask: AskPassphrase | undefined): Promise<Result<string | null>> {
	const file = identityFile(home);
	const text = readPrivate(file);
	if (!text.ok || text.value === null) return text;
	const plain = /^AGE-SECRET-KEY-1[0-9A-Z]+$/m.exec(text.value);
	if (plain !== null) return ok(plain[0]);
	if (!text.value.includes("-----BEGIN AGE ENCRYPTED FILE-----"))
		return fail("sealed-key-damaged", `${file} holds no key.`, "Restore it from a backup: without it the sealed secrets cannot be read.");
	const unlocked = readPrivate(unlockedFile(home));
	if (unlocked.ok && unlocked.value !== null) return ok(unlocked.value.trim());
	if (ask === undefined)
		return fail("sealed-locked", "The sealed vault is closed by a passphrase.", "Open it at a terminal: sallyport secrets unlock");
	const passphrase = await ask();
	if (passphrase === null || passphrase === "")
		return fail("sealed-locked", "No passphrase was given.", "Try again: sallyport secrets unlock");
	const age = await import("age-encryption");
	try {
		const decrypter = new age.Decrypter();
		decrypter.addPassphrase(passphrase);
		return ok((await decrypter.decrypt(age.armor.decode(text.value), "text")).trim());
	} catch {
		return fail("sealed-passphrase", "That passphrase does not open the sealed vault.", "Try again: sallyport secrets unlock");
	}
}

/** Makes the identity, or reads the one that another process made meanwhile. */
export async function createIdentity(home: Home, ask: AskPassphrase | undefined): Promise<Result<string>> {
	const age = await import("age-encryption");
	const identity = await age.generateX25519Identity();
	new PendingFile(identityFile(home), `${identity}\n`).commitNew();
	const read = await readIdentity(home, ask);
	if (!read.ok) return read;
	if (read.value === null) throw new Error("the identity vanished");
	return ok(read.value);
}

/** Closes the identity by a passphrase. From now on a person opens it once a session: see `unlockIdentity`. */
export async function protectIdentity(home: Home, identity: string, passphrase: string): Promise<void> {
	const age = await import("age-encryption");
	const encrypter = new age.Encrypter();
	encrypter.setPassphrase(passphrase);
	const pending = new PendingFile(identityFile(home), `${age.armor.encode(await encrypter.encrypt(identity))}\n`);
	try {
		pending.commit();
	} finally {
		pending.discard();
	}
}

/** Takes the passphrase off again: whoever can read this account's files can read the secrets. */
export function unprotectIdentity(home: Home, identity: string): void {
	const pending = new PendingFile(identityFile(home), `${identity}\n`);
	try {
		pending.commit();
	} finally {
		pending.discard();
	}
}

/** Whether there is a place for an opened identity: without one, a vault closed by a passphrase could never be opened for a server. */
export function canUnlock(home: Home): Result<void> {
	try {
		fs.accessSync(path.dirname(unlockedFile(home)), fs.constants.W_OK | fs.constants.X_OK);
		return ok(undefined);
	} catch {
		return failed(noSession(home));
	}
}

function noSession(home: Home): Problem {
	return {
		code: "no-session-folder",
		message: `${path.dirname(unlockedFile(home))} is not there: this system keeps no folder for the session.`,
		remedy: "Log in through systemd-logind, or keep the key without a passphrase (sallyport secrets protect --remove).",
	};
}

/** Leaves the opened identity where the system forgets it at log-out, so that launchers, which have no terminal, can read it. */
export function unlockIdentity(home: Home, identity: string): Result<string> {
	const file = unlockedFile(home);
	try {
		const pending = new PendingFile(file, `${identity}\n`);
		try {
			pending.commit();
		} finally {
			pending.discard();
		}
		return ok(file);
	} catch {
		return failed(noSession(home));
	}
}

/** False: it was not open. */
export function lockIdentity(home: Home): boolean {
	const file = unlockedFile(home);
	const was = fs.existsSync(file);
	fs.rmSync(file, { force: true });
	return was;
}

/** In the user's own memory-backed folder. Not from `XDG_RUNTIME_DIR`: a host's entry could set that. */
function unlockedFile(home: Home): string {
	return path.join("/run/user", String(process.getuid?.() ?? 0), `${home.vaultNamespace.replace(":", "-")}-sealed.key`);
}

function readPrivate(file: string): Result<string | null> {
	let fd: number;
	try {
		fd = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0));
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === "ENOENT") return ok(null);
		return fail("sealed-key-unreadable", `${file} cannot be read (${code}).`, "It must be a plain file that belongs to you, mode 0600.");
	}
	try {
		const problem = openToOthers(file, fs.fstatSync(fd));
		return problem === null ? ok(fs.readFileSync(fd, "utf8")) : { ok: false, problem };
	} finally {
		fs.closeSync(fd);
	}
}

/** Why a file cannot keep a secret of `uid`; null when it can. */
export function openToOthers(file: string, stat: fs.Stats, uid = process.getuid?.()): Problem | null {
	if (process.platform === "win32")
		return stat.isFile() ? null : { code: "sealed-key-unreadable", message: `${file} is not a file.`, remedy: "Restore it from a backup." };
	if (stat.isFile() && stat.uid === uid && (stat.mode & 0o077) === 0) return null;
	return {
		code: "sealed-key-open",
		message: `${file} can be read by others, or is not yours.`,
		remedy: `Run: chmod 600 ${file} (it must belong to you), then replace the secrets in it: others may have read them.`,
	};
}
