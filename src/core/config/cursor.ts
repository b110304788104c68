import { getLocation } from "jsonc-parser";
import { type Span, slice } from "../text.ts";
import { decodeJsonString, spanWithin } from "./escapes.ts";
import { HOSTS, type HostId } from "./hosts.ts";
import { parseReference, type SecretReference } from "./references.ts";
import type { ConfigDocument, Located, NamedValue, ServerEntry } from "./server.ts";
import { contentSpan } from "./tree.ts";

/** What stands at an offset of a config file, also while it is being typed. */
export interface Place {
	/** Null while the entry has neither a command nor a url yet. */
	readonly server: ServerEntry | null;
	/** Its name, also of an entry that is no server yet. */
	readonly serverName: string;
	/** Where a reference would resolve: `env:NAME`. Null: no reference resolves here. */
	readonly slot: string | null;
	/** The string that the offset is in, or at either end of; a string that is being typed ends where its line does. Null: it is in none. */
	readonly value: Located<string> | null;
	/** The text at the offset that names one of our vaults. */
	readonly reference: ReferenceAt | null;
}

export interface ReferenceAt {
	/** Null: it is not well formed, or not yet. */
	readonly reference: SecretReference | null;
	/** Without the braces around it. */
	readonly span: Span;
}

/** Null: the offset is in no server's entry, or the file is none that is read. */
export function placeAt(document: ConfigDocument, offset: number): Place | null {
	const { text, host } = document;
	if (offset < 0 || offset > text.length || document.problems.some(({ code }) => code === "too-deep" || code === "too-large")) return null;
	if (document.format !== "json") return placeInServers(document, offset);
	const { path: written, previousNode, isAtPropertyKey } = getLocation(text, offset);
	const path = pathOf(written, host);
	const entry = entryOf(path, host);
	if (entry === null) return null;
	const [serverName, rest] = entry;
	const keyPath = path.slice(0, path.length - rest.length);
	const server =
		document.servers.find(
			(each) => isSame(each.keyPath, keyPath) && offset >= each.name.outer.offset && offset <= each.span.offset + each.span.length,
		) ?? null;
	if (server === null && rest.length === 0) return null;
	const node = previousNode?.type === "string" && !isAtPropertyKey ? previousNode : undefined;
	const value = node === undefined ? null : located(text, node.offset, node.length);
	const [group, name] = rest;
	const slot = isEnv(host, group) && rest.length === 2 && typeof name === "string" && server?.kind !== "http" ? `env:${name}` : null;
	const isInside = value !== null && offset >= value.span.offset && offset <= value.span.offset + value.span.length;
	return {
		server,
		serverName,
		slot: isAtPropertyKey ? null : slot,
		value: isInside ? value : null,
		reference: isInside ? referenceAt(text, value, offset) : null,
	};
}

type Path = readonly (string | number)[];

/** Of a format that has no parser for text that is being typed: what is whole already. */
function placeInServers(document: ConfigDocument, offset: number): Place | null {
	const isIn = ({ offset: start, length }: Span): boolean => offset >= start && offset <= start + length;
	for (const server of document.servers) {
		const pairs: readonly NamedValue[] = server.kind === "stdio" ? server.env : server.headers;
		const pair = pairs.find(({ value }) => isIn(value.outer));
		const words = server.kind === "stdio" ? [server.command, ...server.args] : [server.url];
		const value = pair?.value ?? words.find(({ outer }) => isIn(outer)) ?? null;
		if (value === null && !isIn(server.span)) continue;
		return {
			server,
			serverName: server.name.value,
			slot: pair !== undefined && server.kind === "stdio" ? `env:${pair.name.value}` : null,
			value,
			reference: value === null ? null : referenceAt(document.text, value, offset),
		};
	}
	return null;
}

function isEnv(host: HostId, group: string | number | undefined): boolean {
	return (HOSTS[host].names.env ?? ["env"]).includes(String(group));
}

/** With a step for each part of a key that is a path itself. */
function pathOf(path: Path, host: HostId): Path {
	return HOSTS[host].dotted.reduce((known: Path, folder) => {
		const key = known[folder.length];
		if (typeof key !== "string" || !folder.every((step, i) => step === known[i])) return known;
		return [...folder, ...key.split("."), ...known.slice(folder.length + 1)];
	}, path);
}

/** The server's name, and the path inside its entry; null outside of any. */
function entryOf(path: Path, host: HostId): readonly [name: string, rest: Path] | null {
	for (const { path: keys, holds } of HOSTS[host].roots) {
		if (holds !== "map" || !keys.every((key, i) => (key === "*" ? typeof path[i] === "string" : key === path[i]))) continue;
		const [name, ...rest] = path.slice(keys.length);
		if (typeof name === "string") return [name, rest];
	}
	return null;
}

function located(text: string, offset: number, length: number): Located<string> {
	const span = contentSpan(text, { type: "string", offset, length });
	return { value: decodeJsonString(slice(text, span)).decoded, span, outer: { offset, length } };
}

function referenceAt(text: string, value: Located<string>, offset: number): ReferenceAt | null {
	for (const match of value.value.matchAll(/(?:keychain|sealed):\/\/[^\s{}]*/g)) {
		const span = spanWithin(text, value, match.index, match.index + match[0].length);
		if (offset >= span.offset && offset <= span.offset + span.length) return { reference: parseReference(match[0]), span };
	}
	return null;
}

function isSame(a: Path, b: Path): boolean {
	return a.length === b.length && a.every((key, i) => key === b[i]);
}
