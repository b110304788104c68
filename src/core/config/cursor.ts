import { getLocation } from "jsonc-parser";
import { type Span, slice } from "../text.ts";
import { decodeJsonString, spanWithin } from "./escapes.ts";
import { HOSTS } from "./hosts.ts";
import { contentSpan } from "./json-nodes.ts";
import { parseReference, type SecretReference } from "./references.ts";
import type { ConfigDocument, Located, ServerEntry } from "./server.ts";

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
	const { path, previousNode, isAtPropertyKey } = getLocation(text, offset);
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
	const slot = group === "env" && rest.length === 2 && typeof name === "string" && server?.kind !== "http" ? `env:${name}` : null;
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

/** The server's name, and the path inside its entry; null outside of any. */
function entryOf(path: Path, host: ConfigDocument["host"]): readonly [name: string, rest: Path] | null {
	const { rootKey, otherRootKeys, projectsKey } = HOSTS[host];
	const inner = projectsKey !== null && path[0] === projectsKey ? path.slice(2) : path;
	const [root, name, ...rest] = inner;
	if (typeof root !== "string" || typeof name !== "string") return null;
	return root === rootKey || (inner === path && otherRootKeys.includes(root)) ? [name, rest] : null;
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
