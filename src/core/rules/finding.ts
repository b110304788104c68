import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import type { Span } from "../text.ts";

export type Severity = "error" | "warning" | "info" | "hint";

/** Points at something unsafe; never carries a secret. */
export interface Finding {
	/** Kebab-case. Every plaintext credential's starts with `secret-`, and no other does. */
	readonly ruleId: string;
	readonly severity: Severity;
	/** The server's name; null when the finding is the file's. */
	readonly server: string | null;
	/** Keys and indexes from the root to the value: `["servers", "github", "env", "GITHUB_TOKEN"]`. */
	readonly keyPath: readonly (string | number)[];
	/** For a credential: its raw text alone. */
	readonly span: Span;
	readonly message: string;
	/** Where a secret reference may stand instead of this value: `env:NAME`. Null: `fix` cannot move it. */
	readonly slot: string | null;
	/** True when `sallyport fix` or an editor action can mend it. */
	readonly fixable: boolean;
}

/** What a rule may know besides the document. */
export interface AnalysisContext {
	/** The user's home folder, to tell a path that covers all of it; null: unknown, then only its usual forms are told. */
	readonly home: string | null;
}

/** One thing that can be unsafe about a file or a server. A rule yields findings; it never throws on any document. */
export interface Rule {
	/** Kebab-case; what `ruleId` says. */
	readonly id: string;
	/** A line for lists of rules. */
	readonly title: string;
	/** What can happen, and what to do: one or two sentences. */
	readonly help: string;
	/** For what belongs to the file and to none of its servers. */
	checkDocument?(document: ConfigDocument, context: AnalysisContext): Iterable<Finding>;
	/** For each server in turn. */
	checkServer?(server: ServerEntry, document: ConfigDocument, context: AnalysisContext): Iterable<Finding>;
}
