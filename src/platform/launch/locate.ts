import * as fs from "node:fs";
import * as path from "node:path";
import { type HostId, workspacePart } from "../../core/config/hosts.ts";
import { parseConfig } from "../../core/config/parse.ts";
import { mentionsVault, referencesIn } from "../../core/config/references.ts";
import type { ConfigDocument, StdioServer } from "../../core/config/server.ts";
import { expandHostVariables, hasHostVariable } from "../../core/config/variables.ts";
import { launchOf, unwrapLaunch } from "../../core/config/wrapped.ts";
import { ENV_FILE } from "../../core/launch/launchable.ts";
import type { EnvPart } from "../../core/policy/fingerprint.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { MAX_FILE_SIZE } from "../discover.ts";
import { readPlainText } from "../files/bounded-file.ts";
import { isCleared } from "../installation/cleared.ts";
import { type ConfigPlace, configPlace } from "./config-place.ts";
import { mayBeSet } from "./environment.ts";

/** A server's launch line as its host would start it, with the host's own variables replaced. Paths are real. */
export interface LaunchLine {
	readonly name: string;
	readonly config: string;
	/** Null: a per-user entry, for every workspace. */
	readonly workspace: string | null;
	readonly command: string;
	readonly args: readonly string[];
	/** Null: the workspace. */
	readonly cwd: string | null;
	readonly env: Readonly<Record<string, EnvPart>>;
	/** Slots that ask for a secret, and the reference that stands in them. */
	readonly asks: ReadonlyMap<string, string>;
	/** The entry starts Sallyport already. */
	readonly wrapped: boolean;
	/** Files that narrow what is granted, as the entry names them to the launcher. Absolute. Empty: none. */
	readonly policies: readonly string[];
}

export interface Surroundings {
	/** The person's home folder. */
	readonly home: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The workspace that a config file travels with, by its name alone: what may be granted there, `configPlace` says.
 *
 * @param file as its host names it
 * @returns null for any other file, and for those in the person's home
 */
export function workspaceOf(file: string, host: HostId, home: string): string | null {
	const part = workspacePart(file, host);
	if (part === null) return null;
	const folder = realOr(part || "/");
	return folder === realOr(home) ? null : folder;
}

/** Every server of a document that goes by this name: the entry's key, or the name that a wrapped entry gives the launcher. */
export function serversNamed(document: ConfigDocument, name: string): readonly StdioServer[] {
	return document.servers.filter(
		(server): server is StdioServer => server.kind === "stdio" && (server.name.value === name || unwrapLaunch(server)?.name === name),
	);
}

export function readConfig(file: string, host: HostId): Result<ConfigDocument> {
	const text = readConfigText(file);
	return text.ok ? ok(parseConfig(text.value, host, file)) : text;
}

/** A repository brings the file: it may be a pipe that nobody writes to, or lead to a device without end. */
export function readConfigText(file: string): Result<string> {
	const read = readPlainText(file, MAX_FILE_SIZE);
	if (read.ok) return read;
	const { code, message } = read.problem;
	const isOther = code === "not-a-file" || code === "file-too-large";
	return fail(
		"config-unreadable",
		message,
		isOther ? "Put a plain config file in its place, or remove it." : "Name a config file that exists and is yours.",
	);
}

/**
 * What this entry's host would start. Fails where that cannot be told: an input that the host asks for, a duplicate key, a file that no workspace
 * and no person can be told of.
 *
 * @param file where the entry stands, as its host names it; of many entries, the place that `configPlace` found for all of them
 */
export function launchLineOf(
	document: ConfigDocument,
	server: StdioServer,
	file: string | ConfigPlace,
	around: Surroundings,
): Result<LaunchLine> {
	const label = JSON.stringify(server.name.value);
	const place = typeof file === "string" ? configPlace(file, around) : ok(file);
	if (!place.ok) return place;
	const { config } = place.value;
	if (!server.unambiguous)
		return fail("entry-ambiguous", `${label} holds a key twice: hosts may read it differently.`, `Leave one of them in ${config}.`);
	if (server.name.value === "")
		return fail("entry-unnamed", "A server without a name cannot be told from another one.", `Name it in ${config}.`);
	if (server.envFile !== null) return fail(ENV_FILE.code, `${label}: ${ENV_FILE.message}`, ENV_FILE.remedy);
	const wrapped = unwrapLaunch(server);
	if (wrapped === null && launchOf(server).wrapped)
		return fail(
			"entry-launcher",
			`${label} starts Sallyport with options that approval does not know.`,
			"Leave only --name, --workspace and --policy before the --.",
		);
	const workspace = server.project === null ? place.value.workspace : realOr(server.project);
	const unresolved: string[] = [];
	const expand = (text: string): string => {
		const expansion = expandHostVariables(document.host, text, { home: around.home, workspace, env: around.env });
		if ("text" in expansion) return expansion.text;
		unresolved.push(...expansion.unresolved);
		return text;
	};
	const source = wrapped ?? server;
	const command = expand(source.command.value);
	const args = source.args.map((argument) => expand(argument.value));
	const policies = (wrapped?.policies ?? []).map((policy) => path.resolve(workspace ?? around.home, expand(policy)));
	const cwd = server.cwd === null ? null : realOr(path.resolve(workspace ?? around.home, expand(server.cwd.value)));
	if (unresolved.length > 0)
		return fail(
			"variable-unresolved",
			`${label} uses ${[...new Set(unresolved)].join(", ")} in its command, which cannot be resolved before it starts.`,
			"Write the value, or pass it in env.",
		);
	const env: Record<string, EnvPart> = {};
	const asks = new Map<string, string>();
	for (const { name, value } of server.env) {
		if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name.value) || isCleared(name.value))
			return fail(
				"env-name",
				`${JSON.stringify(name.value)} cannot be passed to ${label} through the launcher.`,
				"Take it out of the entry's env; a program's own flag, or a script around it, can do the same.",
			);
		const part = envPart(document.host, value.value, expand);
		unresolved.length = 0;
		if (part !== null && !mayBeSet(name.value, part))
			return fail(
				"env-value",
				`${name.value} of ${label} may decide which code runs, so it cannot be passed through the launcher.`,
				name.value === "NODE_OPTIONS"
					? "Leave only options that load nothing, such as --max-old-space-size=4096, or put options in front of the script."
					: "Take it out of the entry's env, or give it a value that names no file.",
			);
		if (part === null)
			return fail(
				"invalid-reference",
				`${name.value} of ${label} is not a well-formed secret reference.`,
				"Write it as keychain://NAME/VARIABLE, alone or in double braces.",
			);
		if (part.kind === "reference") {
			const [reference, ...others] = referencesIn(part.text);
			if (reference === undefined || others.some((other) => other.scheme !== reference.scheme || other.path !== reference.path))
				return fail(
					"invalid-reference",
					`${name.value} of ${label} holds more than one secret.`,
					"Give each secret a variable of its own.",
				);
			asks.set(`env:${name.value}`, `${reference.scheme}://${reference.path}`);
		}
		env[name.value] = part;
	}
	const name = wrapped?.name ?? server.name.value;
	return ok({ name, config, workspace, command, args, cwd, env, asks, wrapped: wrapped !== null, policies });
}

/** Null: it looks like a reference and is not one. */
function envPart(host: HostId, text: string, expand: (text: string) => string): EnvPart | null {
	if (mentionsVault(text)) return referencesIn(text).length === 0 ? null : { kind: "reference", text };
	if (!hasHostVariable(host, text)) return { kind: "literal", value: text };
	// What depends on files alone is known now; what depends on the host's environment or a person's answer is not.
	if (
		/\$\{(?:workspaceFolder|userHome|workspaceFolderBasename|pathSeparator|\/)\}/.test(text) &&
		!/\$\{(?:env|input|command|config):/.test(text)
	) {
		const value = expand(text);
		if (!value.includes("${")) return { kind: "literal", value };
	}
	return { kind: "host" };
}

function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return path.resolve(file);
	}
}
