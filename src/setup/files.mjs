// @ts-check
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { SetupError } from "./say.mjs";

/**
 * Reads and parses a JSON file.
 * @param {string} file
 * @returns {any} `null` when it is not there or does not parse
 */
export function readJson(file) {
	try {
		return JSON.parse(fs.readFileSync(file, "utf8"));
	} catch {
		return null;
	}
}

/**
 * Writes a file in one step: a reader sees the old content or the new, never a part.
 * @param {string} file
 * @param {string | Uint8Array} content
 * @param {number} [mode]
 */
export function writeAtomically(file, content, mode = 0o644) {
	const temporary = `${file}.${process.pid}.tmp`;
	try {
		fs.writeFileSync(temporary, content, { mode });
		fs.renameSync(temporary, file);
	} finally {
		fs.rmSync(temporary, { force: true });
	}
}

/**
 * Refuses early, with a remedy, what would otherwise fail half-way: one clone that two accounts share.
 * @param {string} root the clone
 * @param {readonly string[]} names of folders in it that are about to be written; one that is not there is not a problem
 */
export function assertWritable(root, names) {
	for (const folder of ["", ...names].map((name) => path.join(root, name))) {
		try {
			fs.accessSync(folder, fs.constants.W_OK);
		} catch (error) {
			if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") continue;
			const owner = fs.statSync(folder).uid;
			throw new SetupError(
				`${folder} needs to be written, and belongs to ${owner === 0 ? "root" : `account ${owner}`}. ` +
					`Run this as that account, or once: sudo chown -R ${os.userInfo().username} ${root}`,
			);
		}
	}
}

/**
 * What root makes in a person's clone (a container with the clone mounted) is given to that person, who could otherwise not replace it.
 * Links are given, not followed.
 * @param {string} root the clone
 * @param {string} made a file or folder in it
 */
export function giveToOwner(root, made) {
	if (process.getuid?.() !== 0) return;
	const { uid, gid } = fs.statSync(root);
	if (uid === 0) return;
	const give = (/** @type {string} */ file) => {
		const stat = fs.lstatSync(file);
		if (stat.uid !== uid) fs.lchownSync(file, uid, gid);
		if (stat.isDirectory()) for (const name of fs.readdirSync(file)) give(path.join(file, name));
	};
	if (fs.existsSync(made)) give(made);
}
