import * as fs from "node:fs";
import * as path from "node:path";
import type { Readers } from "../../core/rules/facts.ts";

/**
 * Who but its owner can open a file: its mode says so, and so do those of all folders that lead to it. Null on Windows, whose rights
 * are another thing, and where one of them cannot be looked at. Lists of access beside the mode are not looked at.
 */
export function readersOf(file: string): Readers | null {
	if (process.platform === "win32") return null;
	try {
		const real = fs.realpathSync(file);
		const { mode, gid, uid } = fs.statSync(real);
		const folders = foldersTo(real).map((folder) => fs.statSync(folder));
		if ((mode & OTHERS_READ) !== 0 && folders.every((folder) => (folder.mode & OTHERS_PASS) !== 0)) return "others";
		// Many systems give each account a group of its own, which has its number.
		if (gid === uid || (mode & GROUP_READS) === 0) return "nobody";
		const passes = (folder: fs.Stats): boolean => (folder.mode & (folder.gid === gid ? GROUP_PASSES : OTHERS_PASS)) !== 0;
		return folders.every(passes) ? "group" : "nobody";
	} catch {
		return null;
	}
}

const OTHERS_READ = 0o004;
const OTHERS_PASS = 0o001;
const GROUP_READS = 0o040;
const GROUP_PASSES = 0o010;

function foldersTo(file: string): readonly string[] {
	const folders: string[] = [];
	for (let at = path.dirname(file); ; at = path.dirname(at)) {
		folders.push(at);
		if (at === path.dirname(at)) return folders;
	}
}
