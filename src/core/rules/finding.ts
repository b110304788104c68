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
