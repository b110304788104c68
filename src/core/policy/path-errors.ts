/** A path that a program says it could not use. */
export interface PathError {
	/** As the program wrote it: absolute, or relative to the folder that it works in. */
	readonly path: string;
	/** `write` where the words leave no doubt; else `read`. */
	readonly access: "read" | "write";
	/** False: it says that nothing is there, which may be true. */
	readonly denied: boolean;
	/** It may have tried to make it: the words are not those of a mere look. */
	readonly making: boolean;
}

/** How systems and languages say it. In small letters. */
const SAYINGS: readonly (Pick<PathError, "access" | "denied"> & { readonly words: string })[] = [
	{ words: "enoent", access: "read", denied: false },
	{ words: "no such file or directory", access: "read", denied: false },
	{ words: "cannot find module", access: "read", denied: false },
	{ words: "eacces", access: "read", denied: true },
	{ words: "permission denied", access: "read", denied: true },
	{ words: "eperm", access: "read", denied: true },
	{ words: "operation not permitted", access: "read", denied: true },
	{ words: "erofs", access: "write", denied: true },
	{ words: "read-only file system", access: "write", denied: true },
];

/** What Node names beside the path, when it is no reading. */
const WRITES = /^(?:mkdir|mkdtemp|unlink|rename|rmdir|rm|chmod|chown|copyfile|symlink|link|utime|truncate|write)$/;

/** What Node names beside the path when it only looks. */
const LOOKS = /^(?:file|stat|lstat|access|scandir|opendir|readdir|readlink|realpath|read|chdir)$/;

/** Characters around the words in which the path is looked for, errors of one text, and characters of a path. */
const BEFORE = 1200;
const AFTER = 1400;
const MOST = 20;
const LONGEST = 1024;

/**
 * The paths that a text of errors speaks of: `ENOENT: no such file or directory, open '/a/b'`, `[Errno 13] Permission denied: '/a/b'`,
 * `open /a/b: permission denied`, `cat: /a/b: No such file or directory`, of Node and Python also a relative one; also inside a JSON string. Time grows with the text alone.
 */
export function pathErrors(text: string): readonly PathError[] {
	const small = text.toLowerCase();
	// Some letters change their length with their case: then the places would not fit.
	if (small.length !== text.length) return [];
	const found = new Map<string, PathError>();
	for (const { words, access, denied } of SAYINGS) {
		let looks = 0;
		for (let at = small.indexOf(words); at >= 0 && looks < MOST; at = small.indexOf(words, at + words.length)) {
			looks++;
			const place = pathNear(text, at, at + words.length);
			if (place === null) continue;
			const before = found.get(place.path);
			found.set(place.path, {
				path: place.path,
				access: access === "write" || WRITES.test(place.verb) || before?.access === "write" ? "write" : "read",
				denied: denied || before?.denied === true,
				making: !LOOKS.test(place.verb) || before?.making === true,
			});
		}
	}
	return [...found.values()].slice(0, MOST);
}

/** A path in quotes after the words, on their line, else one that a colon parts from them. */
function pathNear(text: string, start: number, end: number): { readonly path: string; readonly verb: string } | null {
	const after = lineStart(text.slice(end, end + AFTER));
	const quoted = /^[^'"`]{0,120}?\\?(['"`])/.exec(after);
	if (quoted !== null) {
		const rest = after.slice(quoted[0].length);
		const close = rest.indexOf(quoted[1] ?? "'");
		const path = close < 0 ? "" : rest.slice(0, close).replace(/\\+$/, "");
		const verb = /([a-z]+) \\?['"`]$/.exec(quoted[0].slice(-24))?.[1] ?? "";
		if (isPath(path) || (NAMED.test(quoted[0]) && isRelative(path))) return { path, verb };
		if (path.startsWith("/")) return null;
	}
	const before = lineEnd(text.slice(Math.max(0, start - BEFORE), start)).replace(/\[Errno \d{1,4}\] $/, "");
	if (!before.endsWith(": ")) return null;
	const stem = before.slice(0, -2).replace(/['"`\\]+$/, "");
	const from = Math.max(stem.lastIndexOf(" /"), stem.lastIndexOf("'/"), stem.lastIndexOf('"/'), stem.lastIndexOf("`/"));
	const path = from >= 0 ? stem.slice(from + 1) : stem.startsWith("/") ? stem : "";
	const verb = /([a-z]+) ?['"`]?$/.exec(stem.slice(Math.max(0, from - 16), from + 1))?.[1] ?? "";
	return isPath(path) ? { path, verb } : null;
}

/** How Node and Python put a path behind their words: only so is a text without a slash in front taken for one. */
const NAMED = /^(?:, [a-z]{2,10} |: )\\?['"]$/;

/** In the folder that the program works in, or beneath it. */
function isRelative(path: string): boolean {
	return (
		path.length > 0 &&
		path.length <= LONGEST &&
		!CONTROL.test(path) &&
		!/[:*?"<>|\\]/.test(path) &&
		!path.split("/").includes("..") &&
		!/^[-~]/.test(path)
	);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: no path that a person would grant has one
const CONTROL = /[\x00-\x1f]/;

function isPath(path: string): boolean {
	return path.startsWith("/") && path.length > 1 && path.length <= LONGEST && !CONTROL.test(path);
}

/** Up to the end of the line, be it one of the text or of a text inside a JSON string. */
function lineStart(text: string): string {
	return text.slice(0, firstOf([text.indexOf("\n"), text.indexOf("\\n")], text.length));
}

function lineEnd(text: string): string {
	const [real, written] = [text.lastIndexOf("\n"), text.lastIndexOf("\\n")];
	return text.slice(Math.max(real + 1, written < 0 ? 0 : written + 2));
}

function firstOf(places: readonly number[], otherwise: number): number {
	return Math.min(otherwise, ...places.filter((place) => place >= 0));
}
