import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { normalizeName } from "../../../core/launch/python-requirement.ts";
import { fail, ok, type Result } from "../../../core/result.ts";

/** One archive that was fetched. */
export interface Wheel {
	/** Normalised. */
	readonly name: string;
	readonly version: string;
	/** `name-version-python-abi-platform.whl` */
	readonly file: string;
	/** 64 hexadecimal digits, over the bytes that are installed. */
	readonly sha256: string;
}

/** The file name of PEP 427, with or without a build number. */
const NAME =
	/^([A-Za-z0-9][A-Za-z0-9._]*)-([A-Za-z0-9][A-Za-z0-9._!+]*)(?:-[0-9][A-Za-z0-9._]*)?-[A-Za-z0-9._]+-[A-Za-z0-9._]+-[A-Za-z0-9._]+\.whl$/;

/** Reads a folder of archives: wheels and nothing else, one for each package, in the order of their names. */
export function readWheels(folder: string): Result<readonly Wheel[]> {
	const wheels: Wheel[] = [];
	for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
		const [, name, version] = NAME.exec(entry.name) ?? [];
		if (!entry.isFile() || name === undefined || version === undefined)
			return fail(
				"package-unpinned",
				"The package cannot be pinned: something was fetched that is no wheel.",
				"Choose another version or another package; this one was not installed.",
			);
		const sha256 = hashFile(path.join(folder, entry.name));
		wheels.push({ name: normalizeName(name), version, file: entry.name, sha256 });
	}
	wheels.sort((a, b) => (a.name < b.name ? -1 : 1));
	const twice = wheels.find((each, i) => wheels[i + 1]?.name === each.name);
	if (twice !== undefined)
		return fail(
			"package-unpinned",
			`The package cannot be pinned: ${twice.name} was fetched in two versions.`,
			"Choose another version or another package; this one was not installed.",
		);
	return ok(wheels);
}

const BLOCK = 1 << 20;

/** SHA-256 in hexadecimal digits. Wheels may be larger than what should be held in memory. */
function hashFile(file: string): string {
	const hash = createHash("sha256");
	const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
	try {
		const block = Buffer.alloc(BLOCK);
		for (let read = fs.readSync(fd, block); read > 0; read = fs.readSync(fd, block)) hash.update(block.subarray(0, read));
	} finally {
		fs.closeSync(fd);
	}
	return hash.digest("hex");
}
