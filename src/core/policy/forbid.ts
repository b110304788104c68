import type { ServerEntry } from "../config/server.ts";
import { hasLongRun, normalized } from "../normalized.ts";
import { type LaunchNames, namesOfLine, namesOfServer } from "./launch-names.ts";
import type { PolicyLayer } from "./layers.ts";
import type { Forbidden } from "./schema.ts";
import { matchesRuns } from "./wildcards.ts";

/** What is known of a server that somebody would start. */
export interface ForbiddenSubject {
	readonly name: string;
	/** All programs that its launch line starts, as the line has them. Empty: a remote server. */
	readonly commands: readonly string[];
	/** The packages, modules and images that its launch line names, without their versions. Empty: none. */
	readonly packages: readonly string[];
	/** False: the line may start something that it does not name. */
	readonly isTold: boolean;
	/** Null: a local server. */
	readonly url: string | null;
}

export interface Forbids {
	readonly source: PolicyLayer["source"];
	readonly file: string;
	/** The policy's own words; empty: it gives none. */
	readonly reason: string;
	/** True: the server counts as forbidden because nobody can tell what its line starts. */
	readonly unsure: boolean;
}

/** What a launch line is called, for {@link forbiddenBy}. */
export function launchSubject(name: string, command: string, args: readonly string[]): ForbiddenSubject {
	return { ...withNames(name, namesOfLine(command, args)), url: null };
}

/** The same of an entry, with the launcher in front of its line or without. */
export function serverSubject(name: string, server: ServerEntry): ForbiddenSubject {
	return server.kind === "http"
		? { name, commands: [], packages: [], isTold: true, url: server.url.value }
		: { ...withNames(name, namesOfServer(server)), url: null };
}

function withNames(name: string, { commands, packages, isTold }: LaunchNames): Omit<ForbiddenSubject, "url"> {
	return { name, commands, packages, isTold };
}

/**
 * The first entry of any layer that forbids a server; null: none does. Names, commands, packages and URLs are compared without regard to case
 * and to what cannot be seen. An entry forbids what all of its patterns fit; a list of what is forbidden stops only what is called so. Where it
 * cannot be told what a line starts, every pattern of a command or a package fits it.
 */
export function forbiddenBy(layers: readonly PolicyLayer[], subject: ForbiddenSubject): Forbids | null {
	for (const unsure of subject.isTold ? [false] : [false, true])
		for (const { source, file, policy } of layers)
			for (const forbidden of policy.forbid ?? [])
				if (fits(forbidden, subject, unsure)) return { source, file, reason: forbidden.reason ?? "", unsure };
	return null;
}

/** @param unsure whether any command and any package may be among what it starts */
function fits({ name, command, package: pack, url }: Forbidden, subject: ForbiddenSubject, unsure: boolean): boolean {
	const program = subject.commands.flatMap(programNames);
	const addresses = subject.url === null ? [] : addressesOf(subject.url);
	return (
		fitsOne(name, [subject.name]) &&
		(unsure || fitsOne(command, program)) &&
		(unsure ||
			fitsOne(pack, subject.packages) ||
			fitsOne(
				pack?.replace(SEPARATORS, "-"),
				subject.packages.map((name) => name.replace(SEPARATORS, "-")),
			)) &&
		(fitsOne(url, addresses) || (url !== undefined && addressesOf(url).some((pattern) => fitsOne(pattern, addresses))))
	);
}

/** A command as it stands, its last part, and that part as a system finds it that adds an ending and drops blanks and dots. */
function programNames(command: string): readonly string[] {
	const name = command.split(/[\\/]/).at(-1) ?? "";
	return [command, name, name.trim().replace(/\.(?:exe|com|cmd|bat|ps1)?$/i, "")];
}

/** An address as it stands, and as the programs that call it read it: without a user, the usual port and a dot behind the host. */
function addressesOf(text: string): readonly string[] {
	const url = URL.parse(text);
	if (url === null) return [text];
	const { protocol, host, hostname, port, pathname, search } = url;
	const plain = `${protocol}//${host === "" ? "" : `${hostname.replace(/\.$/, "")}${port === "" ? "" : `:${port}`}`}`;
	const path = `${pathname}${search}`;
	return [text, `${plain}${path}`, `${plain}${unescaped(path)}`];
}

function unescaped(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

/** In Python's registry `mcp_server_git`, `mcp.server.git` and `mcp-server-git` are one package. */
const SEPARATORS = /[-_.]+/g;

/** A pattern that is not there fits everything. */
function fitsOne(pattern: string | undefined, texts: readonly string[]): boolean {
	if (pattern === undefined) return true;
	const wanted = [...folded(pattern)];
	// What is called so that two programs could take it for two names is called whatever is forbidden.
	return texts.some((text) => hasLongRun(text) || matchesRuns([...folded(text)], wanted, isStar, (character, each) => character === each));
}

function isStar(character: string): boolean {
	return character === "*";
}

function folded(text: string): string {
	return normalized(text, "NFKC")
		.toUpperCase()
		.toLowerCase()
		.replace(/\p{Default_Ignorable_Code_Point}/gu, "");
}
