import type { PackageLaunch } from "../launch/package-launch.ts";
import { parseLaunch } from "../launch/runner.ts";
import { hasLongRun, normalized } from "../normalized.ts";
import type { PolicyLayer } from "./layers.ts";
import type { Forbidden } from "./schema.ts";
import { matchesRuns } from "./wildcards.ts";

/** What is known of a server that somebody would start. */
export interface ForbiddenSubject {
	readonly name: string;
	/** As the entry has it; null: a remote server. */
	readonly command: string | null;
	/** The packages that its launch line names, without their versions. Empty: none, or none that can be told. */
	readonly packages: readonly string[];
	/** Null: a local server. */
	readonly url: string | null;
}

export interface Forbids {
	readonly source: PolicyLayer["source"];
	readonly file: string;
	/** The policy's own words; empty: it gives none. */
	readonly reason: string;
}

/** What a launch line is called, for {@link forbiddenBy}. */
export function launchSubject(name: string, command: string, args: readonly string[]): ForbiddenSubject {
	const launch = parseLaunch(command, args);
	return { name, command, packages: launch.ok && launch.value.kind === "package" ? packagesOf(launch.value) : [], url: null };
}

function packagesOf(launch: PackageLaunch): readonly string[] {
	return launch.registry === "npm" ? [launch.spec.name] : [launch.requirement, ...launch.beside].map(({ name }) => name);
}

/**
 * The first entry of any layer that forbids a server; null: none does. Names, commands, packages and URLs are compared without regard to case
 * and to what cannot be seen. An entry forbids what all of its patterns fit; a list of what is forbidden stops only what is called so.
 */
export function forbiddenBy(layers: readonly PolicyLayer[], subject: ForbiddenSubject): Forbids | null {
	for (const { source, file, policy } of layers)
		for (const forbidden of policy.forbid ?? []) if (fits(forbidden, subject)) return { source, file, reason: forbidden.reason ?? "" };
	return null;
}

function fits({ name, command, package: pack, url }: Forbidden, subject: ForbiddenSubject): boolean {
	const program = subject.command === null ? [] : programNames(subject.command);
	const addresses = subject.url === null ? [] : addressesOf(subject.url);
	return (
		fitsOne(name, [subject.name]) &&
		fitsOne(command, program) &&
		(fitsOne(pack, subject.packages) ||
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
