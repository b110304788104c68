import * as fs from "node:fs";
import * as path from "node:path";

/** Of the thread that such a runtime calls its main one, and of runtimes: what they run says more. */
const SAYS_NOTHING = /^(?:MainThread|node|nodejs|bun|deno|python[\d.]*|ruby|perl|electron)$/;
/** A file name that is a label, and no text that somebody hid in an argument. */
const FILE_NAME = /^[\p{L}\p{N}_@][\p{L}\p{N}_.@+-]{0,63}$/u;

/**
 * The name of the program with this process id: as it calls itself, else of its script, else of its executable. A label, which decides nothing; no
 * argument is in it but the name of a script that is there. Null: the system does not say.
 */
export function programName(pid: number): string | null {
	const folder = `/proc/${pid}`;
	const called = attempt(() => fs.readFileSync(`${folder}/comm`, "utf8").trim());
	if (called !== null && !SAYS_NOTHING.test(called)) return called;
	const executable = attempt(() => path.basename(fs.readlinkSync(`${folder}/exe`).replace(/ \(deleted\)$/, "")));
	// Whatever is no runtime, its first argument is its own business.
	if (executable !== null && !SAYS_NOTHING.test(executable)) return executable;
	return scriptName(folder) ?? executable ?? (called === "MainThread" ? null : called);
}

function scriptName(folder: string): string | null {
	return attempt(() => {
		const script = fs.readFileSync(`${folder}/cmdline`, "utf8").split("\0")[1] ?? "";
		const name = path.basename(script);
		if (script.startsWith("-") || !FILE_NAME.test(name)) return null;
		return fs.statSync(path.resolve(fs.readlinkSync(`${folder}/cwd`), script)).isFile() ? name : null;
	});
}

function attempt<T>(look: () => T): T | null {
	try {
		return look();
	} catch {
		return null;
	}
}
