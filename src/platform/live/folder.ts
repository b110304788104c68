import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import type { Home } from "../home.ts";

/**
 * `state/live`: a socket for each running launcher, `SESSION.sock`, and a file for each of the last launches that were refused,
 * `TIME-SESSION.refused`. Both appear under these names when they are complete: a socket that refuses a connection is a dead
 * launcher's.
 */
export type LiveFolder = string & { readonly brand: "a folder that this user alone can enter" };

/** Bytes of a socket's path, by the system's structure for it. A longer one would be cut, or refused. */
const LONGEST_ADDRESS = process.platform === "linux" ? 107 : 103;

/** The folder, made if need be. Null: something else stands there, or it cannot be made. */
export function openLiveFolder(home: Pick<Home, "state">): LiveFolder | null {
	const folder = path.join(home.state, "live");
	try {
		// Not recursive: a home that is gone is not made anew.
		fs.mkdirSync(folder, { mode: 0o700 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") return null;
	}
	try {
		const stat = fs.lstatSync(folder);
		if (!stat.isDirectory() || stat.uid !== process.getuid?.()) return null;
		if ((stat.mode & 0o777) !== 0o700) fs.chmodSync(folder, 0o700);
		return folder as LiveFolder;
	} catch {
		return null;
	}
}

export function socketName(session: string): string {
	return `${session}.sock`;
}

/** The session that a socket's name is of; null for any other name. */
export function sessionOf(name: string): string | null {
	return /^([0-9a-f]{24})\.sock$/.exec(name)?.[1] ?? null;
}

/** Sorts by time. */
export function refusedLaunchName(session: string, at: Date): string {
	return `${String(at.getTime()).padStart(13, "0")}-${session}.refused`;
}

export function isRefusedLaunch(name: string): boolean {
	return /^\d{13}-[0-9a-f]{24}\.refused$/.test(name);
}

/**
 * How a socket in the folder is addressed: by its path, or on Linux by way of an open descriptor where that is too long. Null:
 * there is no way. `release` when it is bound and will not be named again, or connected.
 */
export function addressIn(folder: LiveFolder, name: string): { readonly address: string; release(): void } | null {
	const plain = path.join(folder, name);
	if (Buffer.byteLength(plain) <= LONGEST_ADDRESS) return { address: plain, release: () => {} };
	if (process.platform !== "linux") return null;
	try {
		const descriptor = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW);
		return { address: `/proc/self/fd/${descriptor}/${name}`, release: () => fs.closeSync(descriptor) };
	} catch {
		return null;
	}
}

/** Connects to a socket of the folder's that is this user's. Null: it is not one, or cannot be addressed. */
export function connectTo(folder: LiveFolder, name: string): net.Socket | null {
	if (!isOwnSocket(path.join(folder, name))) return null;
	const place = addressIn(folder, name);
	if (place === null) return null;
	// The connection is asked for before this returns; the name is not needed after that.
	const socket = net.connect(place.address);
	place.release();
	return socket;
}

/** Removes what a dead launcher left behind. Called after a connection to it was refused. */
export function removeStale(folder: LiveFolder, name: string): void {
	const file = path.join(folder, name);
	try {
		if (isOwnSocket(file)) fs.unlinkSync(file);
	} catch {}
}

function isOwnSocket(file: string): boolean {
	try {
		const stat = fs.lstatSync(file);
		return stat.isSocket() && stat.uid === process.getuid?.();
	} catch {
		return false;
	}
}
