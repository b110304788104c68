import type { Located, NamedValue, ServerEntry } from "../config/server.ts";
import { quoted } from "./places.ts";

/** A text of an entry that a field holds. */
export interface EntryText {
	readonly text: Located<string>;
	/** What holds it, to begin a message with: `GITHUB_TOKEN`, `An argument`. */
	readonly holder: () => string;
	readonly keyPath: readonly (string | number)[];
	/** The name of the variable or header; null for any other text. */
	readonly name: string | null;
}

/**
 * What the fields of an entry hold, in the order of the fields.
 *
 * @param wanted which values are meant. Nearly all of thousands are not, and cost no more than this look.
 */
export function* textsOf(server: ServerEntry, wanted: (value: string) => boolean): Iterable<EntryText> {
	const { keyPath } = server;
	if (server.kind === "stdio") {
		const { command, args, cwd, envFile } = server;
		if (wanted(command.value)) yield { text: command, holder: () => "The command", keyPath: [...keyPath, "command"], name: null };
		for (let i = 0; i < args.length; i++) {
			const text = args[i];
			if (text !== undefined && wanted(text.value))
				yield { text, holder: () => "An argument", keyPath: [...keyPath, "args", i], name: null };
		}
		yield* named("env", server.env);
		if (cwd !== null && wanted(cwd.value))
			yield { text: cwd, holder: () => "The working folder", keyPath: [...keyPath, "cwd"], name: null };
		if (envFile !== null && wanted(envFile.value))
			yield { text: envFile, holder: () => "The envFile", keyPath: [...keyPath, "envFile"], name: null };
	} else {
		if (wanted(server.url.value)) yield { text: server.url, holder: () => "The URL", keyPath: [...keyPath, "url"], name: null };
		yield* named("headers", server.headers);
	}

	function* named(group: string, values: readonly NamedValue[]): Iterable<EntryText> {
		for (const { name, value } of values)
			if (wanted(value.value))
				yield { text: value, holder: () => quoted(name.value), keyPath: [...keyPath, group, name.value], name: name.value };
	}
}
