import * as fs from "node:fs";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";

/**
 * The bytes of a plain file; links lead to it. Whatever stands in its place: nothing is waited for, and no more than `most` bytes are read. A
 * repository may bring a link to a device, or to a file of the kernel's that has no size and no end.
 *
 * Problems: `file-missing`, `not-a-file`, `file-too-large`, `unreadable-file`.
 *
 * @param most bytes
 * @param links `refuse`: a link is not followed
 */
export function readPlain(file: string, most: number, links: "follow" | "refuse" = "follow"): Result<Buffer> {
	try {
		// Some devices begin something as soon as they are opened.
		if (!fs.statSync(file).isFile()) return failed(notPlain(file));
		const { O_RDONLY, O_NONBLOCK = 0, O_NOCTTY = 0, O_NOFOLLOW = 0 } = fs.constants;
		const descriptor = fs.openSync(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | (links === "refuse" ? O_NOFOLLOW : 0));
		try {
			const stat = fs.fstatSync(descriptor);
			if (!stat.isFile()) return failed(notPlain(file));
			const bytes = stat.size > most ? null : readUpTo(descriptor, stat.size, most);
			return bytes === null ? tooLarge(file, most) : ok(bytes);
		} finally {
			fs.closeSync(descriptor);
		}
	} catch (error) {
		return failed(unread(file, (error as NodeJS.ErrnoException).code ?? "error"));
	}
}

/** The same as text in UTF-8. */
export function readPlainText(file: string, most: number, links: "follow" | "refuse" = "follow"): Result<string> {
	const read = readPlain(file, most, links);
	return read.ok ? ok(read.value.toString("utf8")) : read;
}

/** The same. Null: there is none, it is a pipe or a device, larger than `most` bytes, or not readable. */
export function plainText(file: string, most: number): string | null {
	const read = readPlainText(file, most);
	return read.ok ? read.value : null;
}

/** The text of a plain file. Null: there is none, it is a link, a pipe or a device, larger than `most` bytes, or not readable. */
export function readBounded(file: string, most: number): string | null {
	const read = readPlainText(file, most, "refuse");
	return read.ok ? read.value : null;
}

/** Null: there is more than `most`, whatever its size was said to be. */
function readUpTo(descriptor: number, size: number, most: number): Buffer | null {
	let bytes = Buffer.allocUnsafe(Math.min(Math.max(size, 4095), most) + 1);
	for (let length = 0; ; ) {
		const read = fs.readSync(descriptor, bytes, length, bytes.length - length, null);
		if (read === 0) return bytes.subarray(0, length);
		length += read;
		if (length > most) return null;
		if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(length * 2, most + 1));
	}
}

function notPlain(file: string): Problem {
	return {
		code: "not-a-file",
		message: `${file} is not a plain file, but a folder, a pipe or a device, or a link to one.`,
		remedy: "It was not looked at. Remove it, or put a plain file in its place.",
	};
}

function tooLarge(file: string, most: number): ReturnType<typeof fail> {
	return fail(
		"file-too-large",
		`${file} is larger than ${most / (1024 * 1024) >= 1 ? `${Math.floor(most / (1024 * 1024))} MiB` : `${most} bytes`}.`,
		"It was not looked at.",
	);
}

function unread(file: string, code: string): Problem {
	const message = `${file} cannot be read (${code}).`;
	if (code === "ENOENT" || code === "ENOTDIR") return { code: "file-missing", message, remedy: "Name a file that exists." };
	return { code: "unreadable-file", message, remedy: "Check its permissions; it was not looked at." };
}
