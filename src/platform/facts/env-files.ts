import * as path from "node:path";
import type { ConfigDocument } from "../../core/config/server.ts";
import { expandHostVariables, type VariableValues } from "../../core/config/variables.ts";
import type { EnvFileFacts } from "../../core/rules/facts.ts";
import { detectSecrets } from "../../core/secrets/detector.ts";
import { readPlainText } from "../files/bounded-file.ts";
import { readersOf } from "./readers.ts";
import { nameIn, type Repositories } from "./repositories.ts";

/** Bytes. What is larger is no list of variables. */
const MOST_BYTES = 256 * 1024;

/**
 * The files that a document's entries name as `envFile`, by the text that names them. One whose place cannot be told, since a variable
 * in it is unset or it is relative to no known folder, is left out.
 */
export function envFilesOf(
	document: ConfigDocument,
	values: VariableValues,
	repositories: Repositories,
): ReadonlyMap<string, EnvFileFacts> {
	const found = new Map<string, EnvFileFacts>();
	for (const server of document.servers) {
		const text = server.kind === "stdio" ? server.envFile?.value : undefined;
		if (text === undefined || found.has(text)) continue;
		const expanded = expandHostVariables(document.host, text, values);
		if (!("text" in expanded)) continue;
		if (!path.isAbsolute(expanded.text) && values.workspace === null) continue;
		const facts = look(path.resolve(values.workspace ?? "/", expanded.text), repositories);
		if (facts !== null) found.set(text, facts);
	}
	return found;
}

/** Null: it is there, and cannot be read. */
function look(file: string, repositories: Repositories): EnvFileFacts | null {
	const text = read(file);
	if (text === "missing") return { exists: false, tracked: null, readers: null, credentials: 0 };
	if (text === null) return null;
	const credentials = credentialLines(text.content);
	if (credentials === 0) return { exists: true, tracked: null, readers: null, credentials };
	const known = repositories.around(file);
	return {
		exists: true,
		tracked: known === null ? null : known.tracked.has(nameIn(known, file)),
		readers: readersOf(file),
		credentials,
	};
}

/** A repository names the file: it may be a pipe that nobody writes to, or without end. */
function read(file: string): { readonly content: string } | "missing" | null {
	const read = readPlainText(file, MOST_BYTES);
	if (read.ok) return { content: read.value };
	return read.problem.code === "file-missing" ? "missing" : null;
}

function credentialLines(text: string): number {
	let count = 0;
	for (const line of text.split(/\r?\n/)) {
		const [, name, raw = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w{0,99})\s*=\s*(.*)$/.exec(line) ?? [];
		if (name === undefined) continue;
		const comment = raw.indexOf(" #");
		const value = /^(["'])(.*)\1$/.exec(raw.trimEnd())?.[2] ?? (comment < 0 ? raw : raw.slice(0, comment)).trimEnd();
		if (detectSecrets(name, value).some(({ confident }) => confident)) count++;
	}
	return count;
}
