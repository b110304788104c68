import * as fs from "node:fs";

/** The text of a plain file. Null: there is none, it is a link, a pipe or a device, larger than `most` bytes, or not readable. */
export function readBounded(file: string, most: number): string | null {
	try {
		const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
		try {
			const stat = fs.fstatSync(descriptor);
			return stat.isFile() && stat.size <= most ? fs.readFileSync(descriptor, "utf8") : null;
		} finally {
			fs.closeSync(descriptor);
		}
	} catch {
		return null;
	}
}
