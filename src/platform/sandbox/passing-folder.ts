import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { FolderAt, removeTree } from "./mirror/folder-at.ts";
import { isLeftBehind, ownerTag } from "./owner.ts";

/** Not TMPDIR, which a host's file may set. */
const PARENT = "/tmp";

/** Where a server in the weaker sandbox has its own: what such a path begins with. */
export const SERVERS_OWN = path.join(PARENT, "sallyport-server-");

/** A folder that is gone when its launcher is, or when the next one starts. */
export interface PassingFolder {
	readonly path: string;
	/** With all that is in it, however deep and however it is closed. */
	remove(): void;
}

/** Makes a folder that only this user can enter, and takes away what launchers that were killed have left of this kind. */
export function makePassingFolder(kind: "server"): PassingFolder {
	const prefix = `sallyport-${kind}-`;
	sweep(prefix);
	const name = `${prefix}${ownerTag()}${randomBytes(6).toString("hex")}`;
	const where = path.join(PARENT, name);
	fs.mkdirSync(where, { mode: 0o700 });
	return { path: where, remove: () => removeNames([name]) };
}

function sweep(prefix: string): void {
	const left = fs
		.readdirSync(PARENT)
		.filter((name) => name.startsWith(prefix) && isLeftBehind(name.slice(prefix.length)) && isOurs(path.join(PARENT, name)));
	removeNames(left);
}

function isOurs(where: string): boolean {
	const stat = fs.lstatSync(where, { throwIfNoEntry: false });
	return stat?.isDirectory() === true && stat.uid === process.getuid?.();
}

function removeNames(names: readonly string[]): void {
	if (names.length === 0) return;
	const parent = FolderAt.open(fs.realpathSync(PARENT));
	for (const name of names) if (parent !== null) removeTree(parent, name);
	parent?.close();
}
