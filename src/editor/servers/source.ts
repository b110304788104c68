import * as fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { HOSTS } from "../../core/config/hosts.ts";
import { isHostFile, parseConfig, tooLargeDocument } from "../../core/config/parse.ts";
import type { ConfigDocument, ServerEntry } from "../../core/config/server.ts";
import { launchOf, unwrapLaunch } from "../../core/config/wrapped.ts";
import { launchProblem } from "../../core/launch/launchable.ts";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";
import { entryText } from "../../core/rules/entry-memory.ts";
import type { Finding } from "../../core/rules/finding.ts";
import { readBounded } from "../../platform/files/bounded-file.ts";
import { type ConfigPlace, configPlace } from "../../platform/launch/config-place.ts";
import { type LaunchLine, launchLineOf } from "../../platform/launch/locate.ts";
import type { Configs, OpenConfig } from "../configs/configs.ts";
import type { Services } from "../services.ts";
import type { Place } from "./places.ts";

/** What one config file says, before anyone asks what of it was granted. */
export interface Source {
	readonly place: Place;
	/** Null: it could not be read. */
	readonly document: ConfigDocument | null;
	/** `Around.versionOf` the file when it was judged. */
	readonly version: number;
	readonly entries: readonly SourceEntry[];
	/** Those that belong to no entry. */
	readonly findings: readonly Finding[];
	readonly problem: Problem | null;
}

export interface SourceEntry {
	readonly id: string;
	/** All that the file says of it, but for where. */
	readonly text: string;
	readonly name: string;
	readonly entry: ServerEntry;
	readonly wrapped: boolean;
	/** Null: no command starts it. */
	readonly line: Result<LaunchLine> | null;
	readonly findings: readonly Finding[];
}

/** Bytes. */
const MOST_BYTES = 5 * 1024 * 1024;

/** A source of which nothing is known but what is wrong with it. */
export function brokenSource(place: Place, problem: Problem): Source {
	return { place, document: null, version: 0, entries: [], findings: [], problem };
}

/**
 * What a config file holds as it stands in an editor, else on the disk. Null: it is not there, or is about something else than servers.
 *
 * @param before what it held; the very same where its text is
 */
export function readDocument(place: Place, configs: Configs, before: ConfigDocument | null): Result<ConfigDocument> | null {
	const open = openIn(place, configs);
	if (open !== null) return ok(configs.parsed(open));
	const text = readText(place.path);
	if (!text.ok) return text;
	const { host } = place;
	const file = configs.nameOf(place.uri);
	const mayBeOther = HOSTS[host].shows !== null;
	if (text.value === TOO_LARGE) return ok(tooLargeDocument(host, file));
	if (text.value === null || (mayBeOther && !isHostFile(text.value, host, file))) return null;
	const isSame = before?.host === host && before.file === file && (before.bom ? "\uFEFF" : "") + before.text === text.value;
	return ok(isSame && !before.problems.some(({ code }) => code === "too-large") ? before : parseConfig(text.value, host, file));
}

/**
 * Judges what a config file holds.
 *
 * @param before what was found in this file: for an entry of the same text nothing is looked up again. Null: for every one
 */
export function judgeSource(place: Place, document: ConfigDocument, services: Services, configs: Configs, before: Source | null): Source {
	const open = openIn(place, configs);
	const findings =
		open !== null && configs.parsed(open) === document ? configs.analysis(open).findings : configs.findingsIn(place.uri, document);
	return sourceOf(place, document, { findings, version: configs.around.versionOf(document.file) }, services, before);
}

function openIn(place: Place, configs: Configs): OpenConfig | null {
	const document = vscode.workspace.textDocuments.find(
		({ uri, isClosed }) => !isClosed && (uri.toString() === place.uri.toString() || configs.localPath(uri) === place.path),
	);
	return document === undefined ? null : { document, host: place.host };
}

/** The id of the server with these keys in this file. */
export function idOf(file: string, keyPath: readonly string[]): string {
	return JSON.stringify([file, ...keyPath]);
}

/** Whether two readings of a file differ in nothing but where things stand. */
export function saysTheSame(a: Source, b: Source): boolean {
	return (
		isDeepStrictEqual(a.problem, b.problem) &&
		sameFindings(a.findings, b.findings) &&
		a.entries.length === b.entries.length &&
		a.entries.every((entry, i) => {
			const other = b.entries[i];
			return entry.id === other?.id && entry.text === other.text && sameFindings(entry.findings, other.findings);
		})
	);
}

function sameFindings(a: readonly Finding[], b: readonly Finding[]): boolean {
	return (
		a.length === b.length &&
		a.every(({ ruleId, severity, message, keyPath }, i) => {
			const other = b[i];
			return (
				ruleId === other?.ruleId &&
				severity === other.severity &&
				message === other.message &&
				keyPath.length === other.keyPath.length &&
				keyPath.every((key, at) => key === other.keyPath[at])
			);
		})
	);
}

function sourceOf(
	place: Place,
	document: ConfigDocument,
	{ findings, version }: { readonly findings: readonly Finding[]; readonly version: number },
	services: Services,
	before: Source | null,
): Source {
	const around = { home: services.userHome, env: services.env };
	const userFiles = place.scope === "user" ? [{ host: place.host, path: place.uri.fsPath }] : [];
	const where = configPlace(place.uri.fsPath, around, userFiles);
	const owned = ownedFindings(document, findings);
	const known = new Map(before?.entries.map((entry) => [entry.text, entry]));
	const ids = new Map<string, number>();
	const entries = document.servers.map((entry): SourceEntry => {
		const id = idOf(place.path, entry.keyPath);
		// The same keys may stand twice in a broken file.
		const earlier = ids.get(id) ?? 0;
		ids.set(id, earlier + 1);
		const text = entryText(document, entry);
		const own = { id: earlier === 0 ? id : `${id}#${earlier}`, text, entry, findings: earlier === 0 ? (owned.get(id) ?? []) : [] };
		const same = known.get(text);
		if (same !== undefined) return { ...same, ...own };
		const line = entry.kind === "stdio" ? lineOf(document, entry, where, around) : null;
		const named = entry.kind === "stdio" ? unwrapLaunch(entry)?.name : undefined;
		return { ...own, name: named ?? entry.name.value, wrapped: entry.kind === "stdio" && launchOf(entry).wrapped, line };
	});
	return { place, document, version, entries, findings: owned.get("") ?? [], problem: fileProblem(document) };

	function ownedFindings(of: ConfigDocument, all: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
		const ends = new Map(of.servers.map(({ keyPath }) => [idOf(place.path, keyPath), keyPath.length]));
		const lengths = [...new Set(ends.values())].sort((a, b) => a - b);
		const groups = new Map<string, Finding[]>();
		for (const finding of all) {
			const keys = finding.keyPath.map(String);
			const owner = lengths.map((length) => idOf(place.path, keys.slice(0, length))).find((id) => ends.has(id)) ?? "";
			const group = groups.get(owner);
			if (group === undefined) groups.set(owner, [finding]);
			else group.push(finding);
		}
		return groups;
	}
}

function lineOf(
	document: ConfigDocument,
	entry: Extract<ServerEntry, { kind: "stdio" }>,
	where: Result<ConfigPlace>,
	around: { readonly home: string; readonly env: Services["env"] },
): Result<LaunchLine> {
	const problem = launchProblem(entry);
	if (problem !== null) return failed(problem);
	return where.ok ? launchLineOf(document, entry, where.value, around) : where;
}

/** Of what the whole file suffers from. The findings show the place. */
function fileProblem({ problems }: ConfigDocument): Problem | null {
	const broken = problems.find(({ code }) => code === "syntax" || code === "too-large" || code === "too-deep");
	return broken === undefined ? null : { code: `config-${broken.code}`, message: broken.message, remedy: "Mend the file." };
}

const TOO_LARGE = Symbol("too large");

/** Null: there is no such file. */
function readText(file: string): Result<string | typeof TOO_LARGE | null> {
	let size: number;
	try {
		const stat = fs.statSync(file);
		if (!stat.isFile()) return fail("not-a-file", "It is not a plain file.", "It was not looked at.");
		size = stat.size;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		return code === "ENOENT" || code === "ENOTDIR" ? ok(null) : unreadable();
	}
	if (size > MOST_BYTES) return ok(TOO_LARGE);
	const text = readBounded(file, MOST_BYTES);
	return text === null ? unreadable() : ok(text);
}

function unreadable(): Result<never> {
	return fail("unreadable-file", "It could not be read.", "Check its permissions.");
}
