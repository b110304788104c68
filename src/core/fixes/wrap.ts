import { HOSTS } from "../config/hosts.ts";
import { referencesIn } from "../config/references.ts";
import type { ConfigDocument, NamedValue, ServerEntry, StdioServer } from "../config/server.ts";
import { uneditable } from "../config/uneditable.ts";
import { impostorOf, launchOf, unwrapLaunch } from "../config/wrapped.ts";
import { launchProblem } from "../launch/launchable.ts";
import { brief } from "../plain-text.ts";
import { MOST_NAME } from "../policy/server-name.ts";
import { fail, ok, type Result } from "../result.ts";
import { maskDetected } from "../secrets/redact.ts";
import { slice, type TextEdit } from "../text.ts";
import { addWords, removeWords } from "./argument-list.ts";
import { quote } from "./quote.ts";

export interface Wrapping {
	/** How the file names the launcher: an absolute path, or one with the host's own variable. */
	readonly launcher: string;
	/** By what name the launcher finds the grant; the server's own. */
	readonly name: string;
	/** The host's variable for the workspace folder; null where the host starts servers in it. */
	readonly workspace: string | null;
}

/**
 * Makes an entry start through the launcher: `LAUNCHER run --name NAME -- COMMAND ARGS…`. The command's raw text moves into the
 * arguments, and theirs stays untouched, comments and all, so that `unwrapEdits` gives back the very bytes. What the launcher
 * would never start is refused: wrapped, it would be broken.
 */
export function wrapEdits(document: ConfigDocument, server: ServerEntry, wrapping: Wrapping): Result<TextEdit[]> {
	const editable = checkEditable(server);
	if (!editable.ok) return editable;
	const entry = editable.value;
	if (!HOSTS[document.host].starts)
		return fail(
			"file-not-started",
			`No host starts ${label(server)} from this file as it stands.`,
			"Wrap it where it is installed: in the host's own file.",
		);
	if (launchOf(entry).wrapped)
		return fail("already-wrapped", `${label(server)} already starts through Sallyport.`, "Nothing needs to be done.");
	if (impostorOf(entry)?.byPath === false)
		return fail(
			"not-the-launcher",
			`${label(server)} starts a program that is only called like the launcher.`,
			"Look at what it is. Then name the launcher, or the server itself.",
		);
	if (entry.command.value === "")
		return fail("no-command", `${label(server)} has an empty command.`, "Give it the command that starts the server.");
	if (entry.argsArray === null && entry.keys.some(({ value }) => value === "args"))
		return fail("args-null", `${label(server)} has "args" without a list.`, 'Remove "args", or give it a list.');
	const unlaunchable = launchProblem(entry);
	if (unlaunchable !== null)
		return fail(unlaunchable.code, `${label(server)} cannot start through Sallyport yet: ${unlaunchable.message}`, unlaunchable.remedy);
	if (wrapping.name.length > MOST_NAME)
		return fail(
			"name-too-long",
			`The name of ${brief(label(server), 80)} has ${wrapping.name.length} characters, and a grant can be for at most ${MOST_NAME}.`,
			"Give the server a shorter name.",
		);
	if (wrapping.name.includes("${"))
		return fail("name-variable", `The name of ${label(server)} holds a variable, which hosts expand differently.`, "Rename the server.");
	// A name that looks like an option, `--` above all, must not be read as one.
	const name = wrapping.name.startsWith("-") ? [`--name=${wrapping.name}`] : ["--name", wrapping.name];
	const words = ["run", ...name, ...(wrapping.workspace === null ? [] : ["--workspace", wrapping.workspace]), "--"];
	// One array: the launcher is a word as the others. Else it takes the command's place.
	if (entry.commandForm === "list") return addWords(document, entry, [wrapping.launcher, ...words]);
	const added = addWords(document, entry, words);
	if (!added.ok) return added;
	return ok([{ span: entry.command.outer, text: quote(document.format, wrapping.launcher) }, ...added.value]);
}

export interface Unwrapping {
	/** Leaves secret references in the environment, which no host resolves: the server would get the reference itself. */
	readonly keepReferences?: boolean;
}

/** The inverse of `wrapEdits`: byte for byte where nobody edited the entry since, else by the smallest edit. */
export function unwrapEdits(document: ConfigDocument, server: ServerEntry, options: Unwrapping = {}): Result<TextEdit[]> {
	const editable = checkEditable(server);
	if (!editable.ok) return editable;
	const entry = editable.value;
	const launch = launchOf(entry);
	if (!launch.wrapped) return fail("not-wrapped", `${label(server)} does not start through Sallyport.`, "Nothing needs to be done.");
	const told = unwrapLaunch(entry);
	if (told === null || told.policies.length > 0)
		return fail("wrap-unknown", `${label(server)} starts Sallyport with options that were not put there by it.`, "Edit the entry by hand.");
	const held = entry.env.find(({ value }) => referencesIn(value.value).length > 0);
	if (held !== undefined && options.keepReferences !== true)
		return fail(
			"references-held",
			`${label(server)} holds a secret reference in ${JSON.stringify(maskDetected(held.name.value))}, which only the launcher resolves.`,
			"Replace it first, or pass --keep-references.",
		);
	const removed = removeWords(document, entry, launch);
	if (!removed.ok || entry.commandForm === "list") return removed;
	return ok([{ span: entry.command.outer, text: slice(document.text, launch.command.outer) }, ...removed.value]);
}

/** What a change of a file is to do. */
interface Intended {
	/** The entries that are wrapped or unwrapped, by their keys. */
	readonly rewritten: readonly ServerEntry["keyPath"][];
	/** The variables that get another value. Left out: none. */
	readonly variables?: readonly { readonly keyPath: ServerEntry["keyPath"]; readonly name: string }[];
}

/**
 * What every entry of a file means, as one text to compare: what it starts in the end, with which variables, and whether through the launcher;
 * for a remote one its address and headers. A change may alter what is `intended`, and nothing else, in no other entry either.
 */
export function meaningOf(document: ConfigDocument, { rewritten, variables = [] }: Intended): string {
	const entries = new Set(rewritten.map((keyPath) => JSON.stringify(keyPath)));
	const values = new Set(variables.map(({ keyPath, name }) => JSON.stringify([keyPath, name])));
	const pairs = (keyPath: ServerEntry["keyPath"], named: readonly NamedValue[]): readonly unknown[] =>
		named.map(({ name, value }) => [name.value, values.has(JSON.stringify([keyPath, name.value])) ? null : value.value]);
	return JSON.stringify(
		document.servers.map((server) => {
			const { keyPath } = server;
			if (server.kind === "http") return [keyPath, server.url.value, pairs(keyPath, server.headers)];
			const { command, args, wrapped } = launchOf(server);
			const words = [command, ...args].map(({ value }) => value);
			const places = [server.cwd?.value, server.envFile?.value];
			return [keyPath, words, pairs(keyPath, server.env), places, entries.has(JSON.stringify(keyPath)) ? null : wrapped];
		}),
	);
}

/** Only an entry that every parser reads in the same way may be edited. */
export function checkEditable(server: ServerEntry): Result<StdioServer> {
	if (!server.unambiguous) return ambiguous(server);
	if (server.kind !== "stdio")
		return fail(
			"entry-remote",
			`${label(server)} is a remote server: no command starts it.`,
			"Only servers that are started by a command can be wrapped.",
		);
	return ok(server);
}

/** Says why an entry that is not `unambiguous` is not changed. */
export function ambiguous(server: ServerEntry): Result<never> {
	const { why, remedy } = uneditable(server);
	return fail("entry-ambiguous", `${label(server)} cannot be edited safely: ${why}.`, remedy);
}

/** Somebody may have put a token where the name belongs. */
export function label(server: ServerEntry): string {
	return `Server ${JSON.stringify(maskDetected(server.name.value))}`;
}
