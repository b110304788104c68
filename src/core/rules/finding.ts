import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import type { PolicyLayer } from "../policy/layers.ts";
import type { Span } from "../text.ts";
import type { EntryMemory } from "./entry-memory.ts";
import type { EntryTexts } from "./entry-texts.ts";
import type { FileFacts } from "./facts.ts";
import type { Surroundings } from "./surroundings.ts";

export type Severity = "error" | "warning" | "info" | "hint";

/** What can mend a finding: `move-secret` and `wrap` are also what `sallyport fix` and `wrap` do. */
export type FixId =
	| "hide-input"
	| "listen-locally"
	| "move-secret"
	| "pin-version"
	| "rename-key"
	| "split-command"
	| "use-host-syntax"
	| "use-https"
	| "wrap";

/** Another place that a person wants to see beside the finding. */
export interface RelatedPlace {
	/** Absent: the document of the finding; else the other one, as it calls itself, and `span` counts in there. */
	readonly file?: string;
	readonly span: Span;
	/** Says what stands there; never a secret. */
	readonly message: string;
}

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
	/** In order, at most a few; empty: no other place matters. */
	readonly related: readonly RelatedPlace[];
	/** What kind of credential it is, for `rotationPage`: `github-pat`. Public. Null: none, or one of an unknown kind. */
	readonly credential: string | null;
	/** What can mend it without further thought, best first; empty: only a person can. */
	readonly fixes: readonly FixId[];
	/** True when `fixes` holds any. */
	readonly fixable: boolean;
}

/** The parts of a finding that a rule must say; what it leaves out is empty or null. */
export type NewFinding = Omit<Finding, "slot" | "related" | "credential" | "fixes" | "fixable"> &
	Partial<Pick<Finding, "slot" | "related" | "credential" | "fixes">>;

export function newFinding(fields: NewFinding): Finding {
	const { ruleId, severity, server, keyPath, span, message, slot = null, related = NONE, credential = null, fixes = NONE } = fields;
	return { ruleId, severity, server, keyPath, span, message, slot, related, credential, fixes, fixable: fixes.length > 0 };
}

/** One for all: a file may have tens of thousands of findings. */
const NONE: readonly never[] = [];

/** What a rule may know besides the document. */
export interface AnalysisContext {
	/** The user's home folder, to tell a path that covers all of it; null: unknown, then only its usual forms are told. */
	readonly home: string | null;
	/**
	 * The severity of a rule's findings in place of its own, by the rule's id; `off`: the rule says nothing. A hint stays a hint:
	 * it is a guess, however much the rule matters. Absent: each rule's own.
	 */
	readonly severities?: ReadonlyMap<string, Severity | "off">;
	/**
	 * For a file that nobody trusts yet: what it says to ignore is told all the same, with this sentence behind the message. Absent: the
	 * file is obeyed.
	 */
	readonly ignoresNote?: string;
	/** What is known of the version before, which is kept up with this one. Absent: every entry is judged anew. */
	readonly memory?: EntryMemory;
	/** Seconds since 1970, to tell whether a token has expired. Absent: no age is told. */
	readonly now?: number;
	/** What the disk and git say of the file. Absent: unknown, and nothing is said of it. */
	readonly file?: FileFacts;
	/** The files beside this one, to compare with. Absent: it is looked at alone. */
	readonly surroundings?: Surroundings;
	/**
	 * The credentials of the document that work, as far as can be told, and that it does not ignore. `examine` gives it; what a caller
	 * gives is not used. Absent: every sure one counts.
	 */
	readonly openCredentials?: readonly Finding[];
	/** The names of the variables that are set where the scan runs, which need not be where the host does. Absent: unknown. */
	readonly environment?: ReadonlySet<string>;
	/** The policies that forbid servers. Absent: none does. */
	readonly forbids?: readonly PolicyLayer[];
	/** References (`keychain://github/token`) that were looked up and stand for nothing. Absent: none was looked up. */
	readonly missingReferences?: ReadonlySet<string>;
}

/**
 * What a rule may know when it judges one entry: only what `EntryMemory` compares before it takes an earlier judgement for this one.
 * Whatever needs more, or looks at anything but the entry and its host, belongs into `checkDocument`.
 */
export type EntryContext = Pick<AnalysisContext, "home">;

/** The page of a rule, in Markdown. */
export interface RuleDocumentation {
	/** What the rule looks at, and what it leaves alone. */
	readonly finds: string;
	/** What can happen. */
	readonly matters: string;
	/** What a person does about it. */
	readonly remedy: string;
	/** A part of a file, before and after; credentials are elided (`ghp_…`). */
	readonly example: { readonly before: string; readonly after: string };
}

/** One thing that can be unsafe about a file or a server. A rule yields findings; it never throws on any document. */
export interface Rule {
	/** Kebab-case; what `ruleId` says. */
	readonly id: string;
	/** A line for lists of rules. */
	readonly title: string;
	/** What can happen, and what to do: one or two sentences. */
	readonly help: string;
	/** Of what the rule is sure of; it may give less where it is not. */
	readonly defaultSeverity: Severity;
	readonly documentation: RuleDocumentation;
	/**
	 * False: it lacks facts without which it says nothing, so an ignore that silences nothing may well be needed elsewhere. Absent: the
	 * document is all that it needs.
	 */
	readonly knowsEnough?: (context: AnalysisContext) => boolean;
	/** A quick look at a file: false only where `checkDocument` finds nothing in it. Absent: it may find something in any. */
	readonly mayConcernFile?: (document: ConfigDocument, context: AnalysisContext) => boolean;
	/** For what belongs to the file, or shows only beside other entries, other files or other facts. */
	checkDocument?(document: ConfigDocument, context: AnalysisContext): Iterable<Finding>;
	/** The kind of entries that `checkServer` looks at. Absent: both. */
	readonly only?: ServerEntry["kind"];
	/** A quick look at an entry of that kind in a file of a host: false only where `checkServer` finds nothing in it. Absent: it may find something in any. */
	readonly mayConcern?: (texts: EntryTexts, server: ServerEntry, document: ConfigDocument) => boolean;
	/** For each server in turn: what shows in its own text alone. */
	checkServer?(server: ServerEntry, document: ConfigDocument, context: EntryContext): Iterable<Finding>;
}
