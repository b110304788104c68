import type { Span } from "../text.ts";
import type { Format, HostId } from "./hosts.ts";
import type { Writing } from "./writing.ts";

/**
 * A value and its place. For a string, `span` is the raw text between the quotes, so that it can be replaced;
 * `outer` is the raw token with its quotes. Where the raw text has escapes the two differ in length from `value`:
 * use `spanWithin` to find a part of it. What has no quotes (a number that stands for a string, a plain scalar of YAML) has the same
 * `span` and `outer`.
 */
export interface Located<T> {
	readonly value: T;
	readonly span: Span;
	readonly outer: Span;
	/** How the raw text stands for the value. Left out: as in a JSON string, or as it is where the two are the same. */
	readonly writing?: Writing;
}

export interface NamedValue {
	readonly name: Located<string>;
	readonly value: Located<string>;
}

interface EntryBase {
	readonly name: Located<string>;
	/** The whole entry: the object's text, braces included; a table of TOML from its header, as far as it goes on without another one. */
	readonly span: Span;
	/** Keys from the document's root to the entry, its name last: `["mcpServers", "github"]`. */
	readonly keyPath: readonly string[];
	/** The folder that the file itself ties this entry to (`projects` in `~/.claude.json`); null where it does not. */
	readonly project: string | null;
	/** False when the entry holds what two parsers could read differently (a duplicate key): it may be shown, never edited or launched. */
	readonly unambiguous: boolean;
	/**
	 * True when parts of it stand outside of `span` (an alias of YAML, a table of TOML in several places), so that its own text does not tell what
	 * it means; or when an alias leads into it, and its text means something elsewhere, too.
	 */
	readonly scattered: boolean;
	/** What the entry says is to be ignored in it, in order; empty where it says nothing. */
	readonly ignores: readonly EntryIgnore[];
	/** The names of all its members, in order, repeated ones included. */
	readonly keys: readonly Located<string>[];
	/** Everything in it that no field of this type holds, in order: `trust`, `autoApprove`, `tools`. */
	readonly settings: readonly Setting[];
}

/** A member of `"sallyport-ignore": { "RULE-ID": "reason" }`, for hosts whose files hold no comments. */
export interface EntryIgnore {
	/** Null: the value of `sallyport-ignore` is no object. */
	readonly rule: Located<string> | null;
	/** Null: there is none, or it is not a string. */
	readonly reason: Located<string> | null;
	/** The whole member, or the value that is no object. */
	readonly span: Span;
}

export interface StdioServer extends EntryBase {
	readonly kind: "stdio";
	readonly command: Located<string>;
	/** The `command` property: key, colon and value. */
	readonly commandProperty: Span;
	readonly args: readonly Located<string>[];
	/** The array with its brackets (a list of YAML without them); null when the entry has no `args`. */
	readonly argsArray: Span | null;
	/** `list`: the command is the first item of that array, and its arguments are the others. */
	readonly commandForm: "string" | "list";
	readonly env: readonly NamedValue[];
	readonly cwd: Located<string> | null;
	readonly envFile: Located<string> | null;
}

export interface HttpServer extends EntryBase {
	readonly kind: "http";
	readonly url: Located<string>;
	readonly headers: readonly NamedValue[];
}

export type ServerEntry = StdioServer | HttpServer;

/** One config file, parsed with tolerance: a broken entry never hides the others. */
export interface ConfigDocument {
	readonly host: HostId;
	readonly format: Format;
	/** As the caller named it; used in messages only. */
	readonly file: string;
	/** Without its byte order mark; every span counts from here. */
	readonly text: string;
	readonly bom: boolean;
	readonly servers: readonly ServerEntry[];
	/** The names of the file's outermost members, in order, repeated ones included. */
	readonly rootKeys: readonly Located<string>[];
	/** Every value that is the host's business and in no field of a server (input defaults, switches, keys that no field has), in order. */
	readonly settings: readonly Setting[];
	/** With their marks (`//`, `/*`, `#`). Empty for a host that keeps its own state in the file. */
	readonly comments: readonly Span[];
	/** Strings that reach over lines, quotes included, in order; JSON has none. */
	readonly multiline: readonly Span[];
	/** Syntax errors, duplicate keys, entries of the wrong shape. Empty: the file is well formed. */
	readonly problems: readonly ConfigProblem[];
}

/** A value that is no object and no array, wherever it stands; an empty object or array counts, with its raw text as value. */
export interface Setting {
	/** Keys and indexes from the root of the file. */
	readonly keyPath: readonly (string | number)[];
	/** The server that it stands in; null outside of any. */
	readonly server: string | null;
	/** The innermost key on its path; null where there is none. */
	readonly key: Located<string> | null;
	readonly kind: "string" | "number" | "boolean" | "null" | "empty";
	/** For all but a string the raw text. */
	readonly value: Located<string>;
}

export interface ConfigProblem {
	readonly code: "syntax" | "duplicate-key" | "bad-entry" | "too-large" | "too-deep";
	readonly span: Span;
	/** Null when the problem is the file's. */
	readonly server: string | null;
	readonly message: string;
	/** For a key that stands twice: the other places; absent: none. */
	readonly related?: readonly Span[];
}
