import type { ServerSheet, Sheet } from "./sheet.ts";

/** Something to write into a server. `needs`: what the host's file must have room for; left out: nothing special. */
export interface Recipe {
	readonly weight: number;
	readonly kind: "stdio" | "http";
	readonly needs?: "inputs" | "comments" | "permissions" | "duplicates";
	readonly write: (sheet: Sheet, server: ServerSheet) => void;
}

/** The raw material of one split. Templates are those of `token.ts`. */
export interface Pools {
	readonly split: "dev" | "held-out";
	readonly words: readonly string[];
	readonly servers: readonly { readonly name: string; readonly command: string; readonly args: readonly string[]; readonly url: string }[];
	/** Provider, the variable that people put its token in, the token. */
	readonly providers: readonly (readonly [provider: string, key: string, template: string])[];
	/** Variables that say by themselves that they hold a credential. */
	readonly secretKeys: readonly string[];
	readonly passwordKeys: readonly string[];
	/** Variables that say nothing of what they hold. */
	readonly neutralKeys: readonly string[];
	readonly secretFlags: readonly string[];
	readonly secretHeaders: readonly string[];
	readonly secretQueryKeys: readonly string[];
	/** Tokens of no known provider. */
	readonly tokens: readonly string[];
	/** What people choose. */
	readonly passwords: readonly string[];
	/** Connection strings: `{user}`, `{password}`. */
	readonly connections: readonly string[];
	/** Connection strings of semicolons: `{password}`. */
	readonly semicolons: readonly (readonly [key: string, template: string])[];
	/** The part that is secret stands between `«` and `»`. */
	readonly webhooks: readonly (readonly [kind: string, key: string, template: string])[];
	/** Addresses that are themselves the credential; the secret part stands between `«` and `»`. */
	readonly capabilityUrls: readonly string[];
	/** `{KEY}`, `{secret}`. */
	readonly comments: readonly string[];
	readonly permissions: readonly string[];
	/** Variables that hold no credential. */
	readonly negatives: readonly (readonly [kind: string, key: string, template: string])[];
	/** Arguments that hold no credential. */
	readonly negativeArgs: readonly (readonly [kind: string, ...args: string[]])[];
	readonly negativeUrls: readonly string[];
	readonly negativeHeaders: readonly (readonly [name: string, template: string])[];
	readonly references: readonly string[];
	/** What stands where the reader is to put a credential: `{KEY}`, `{key}`, `{name}` are the variable's name in three spellings. */
	readonly placeholders: readonly (readonly [language: string, template: string])[];
	/** How authors show what a credential looks like: `{prefix}` is what every token of the provider begins with. */
	readonly snippets: readonly string[];
	readonly snippetComments: readonly string[];
	/** Connection strings of documentation, which lead nowhere. */
	readonly sampleConnections: readonly string[];
	/** Nasty secrets and things that only look like them. */
	readonly adversarial: readonly Recipe[];
	/** Tokens of third parties: a name and a template each. */
	readonly formats: readonly (readonly [name: string, template: string])[];
}

/** `name=template` separated by white space. */
export function readFormats(text: string): (readonly [name: string, template: string])[] {
	return text
		.trim()
		.split(/\s+/)
		.map((each) => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)] as const);
}
