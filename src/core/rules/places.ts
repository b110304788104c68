import type { Located, StdioServer } from "../config/server.ts";
import { maskDetected } from "../secrets/redact.ts";

/** Where an argument of the inner launch stands in the file: its index in `args`, or `command`. */
export function argumentPath(server: StdioServer, argument: Located<string>): readonly (string | number)[] {
	const index = server.args.indexOf(argument);
	return index < 0 ? [...server.keyPath, "command"] : [...server.keyPath, "args", index];
}

/** The file name of a program, without folder, in lower case, without what Windows adds to it. */
export function programName(command: string): string {
	return command
		.slice(Math.max(command.lastIndexOf("/"), command.lastIndexOf("\\")) + 1)
		.toLowerCase()
		.replace(/\.(?:exe|cmd|bat|ps1)$/, "");
}

/** A name as it may stand in a message: bounded, and masked where somebody put a token in place of a name. */
export function quoted(name: string): string {
	const masked = maskDetected(name);
	return masked.length > 80 ? `${masked.slice(0, 79)}…` : masked;
}
