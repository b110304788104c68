import { readFileSync } from "node:fs";

/** The lines of a file, `⏎` in them a new line, without those that are empty or a remark (`# `). */
export function readLines(file: URL): string[] {
	return readFileSync(file, "utf8")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("# "))
		.map((line) => line.replaceAll("⏎", "\n"));
}

/** The lines of a file, each cut at ` ¦ `. */
export function readRows(file: URL): string[][] {
	return readLines(file).map((line) => line.split(" ¦ "));
}

/** The lines of a file, each of two parts; throws on any other. */
export function readPairs(file: URL): (readonly [string, string])[] {
	return readRows(file).map((row) => {
		const [first, second, ...more] = row;
		if (first === undefined || second === undefined || more.length > 0) throw new Error(`Two parts are wanted: ${row.join(" ¦ ")}`);
		return [first, second];
	});
}

/** The lines of a file, each of three parts; throws on any other. */
export function readTriples(file: URL): (readonly [string, string, string])[] {
	return readRows(file).map((row) => {
		const [first, second, third, ...more] = row;
		if (first === undefined || second === undefined || third === undefined || more.length > 0)
			throw new Error(`Three parts are wanted: ${row.join(" ¦ ")}`);
		return [first, second, third];
	});
}
