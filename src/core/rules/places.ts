import type { Located, StdioServer } from "../config/server.ts";
import { maskDetected } from "../secrets/redact.ts";

/** Where the words of the inner launch stand in the file: their index in `args`, or `command`. */
export function argumentPaths(server: StdioServer): (word: Located<string>) => readonly (string | number)[] {
	// Most entries have nothing to tell.
	let indexes: ReadonlyMap<Located<string>, number> | null = null;
	return (word) => {
		indexes ??= new Map(server.args.map((argument, index) => [argument, index]));
		const index = indexes.get(word);
		return index === undefined ? [...server.keyPath, "command"] : [...server.keyPath, "args", index];
	};
}

/** A name as it may stand in a message: bounded, and masked where somebody put a token in place of a name. */
export function quoted(name: string): string {
	// Most names, and no token: no format is as short, or has nothing but capitals in it.
	if (/^(?:[\w.-]{1,15}|[A-Z_]{1,60})$/.test(name)) return name;
	const masked = maskDetected(name);
	return masked.length > 80 ? `${masked.slice(0, 79)}…` : masked;
}
