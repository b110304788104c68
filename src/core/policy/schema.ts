// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import * as z from "zod/mini";
import { Constraints } from "../constraints/schema.ts";
import { parseEgressGrant } from "./egress.ts";
import { isOfferName } from "./offers.ts";
import { MOST_NAME } from "./server-name.ts";
import { parseSize } from "./sizes.ts";

/**
 * The policy format, version 1. `media/policy.schema.json` is generated from this file, and a test compares them.
 * Objects are strict: an unknown key is an error, because a misspelt restriction must never be silently ignored.
 */

const Sha256 = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits"));
const AbsolutePath = z
	.string()
	.check(
		z.refine(
			(path) => /^(?:\/|[A-Za-z]:[\\/])/.test(path) && !path.includes("\0") && !path.split(/[\\/]/).includes(".."),
			"must be an absolute path without `..`",
		),
	);
/** A folder of the workspace that the grant is for: it is a real path before anything starts. */
const GrantedPath = z
	.string()
	.check(
		z.refine(
			(path) => /^(?:\/|[A-Za-z]:[\\/]|\$\{workspace\}(?:\/|$))/.test(path) && !path.includes("\0") && !path.split(/[\\/]/).includes(".."),
			"must be an absolute path, or start with ${workspace}, and be without `..`",
		),
	);
const EnvName = z.string().check(z.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable"));
const Slot = z.string().check(z.regex(/^env:[A-Za-z_][A-Za-z0-9_]*$/, "must be env:NAME"));
const Reference = z
	.string()
	.check(
		z.regex(/^(?:keychain|sealed):\/\/[A-Za-z0-9_.#][A-Za-z0-9_.#/-]*$/, "must be a secret reference such as keychain://github/TOKEN"),
	);
const EgressEntry = z
	.string()
	.check(
		z.refine(
			(text) => parseEgressGrant(text) !== null,
			"must be host:port, *.example.com:443 for the names beneath, or host:port=ADDRESS for a private address",
		),
	);

/**
 * A tool. In the user's layer it is granted with its pin alone. In any other layer the pin may be left out, `deny` takes the tool away,
 * and the name `*` speaks of every tool that is not named.
 */
export const ToolGrant = z.strictObject({
	pin: z.optional(Sha256),
	/** Digest of the `_meta` that may stand beside its definition. In the user's layer, left out or false: none. In any other layer, false: none. */
	meta: z.optional(z.union([Sha256, z.literal(false)])),
	decision: z.optional(z.enum(["allow", "deny"])),
	arguments: z.optional(Constraints),
});

export const Launch = z.strictObject({
	command: z.string().check(z.minLength(1)),
	args: z.array(z.string()),
	cwd: z.nullable(AbsolutePath),
	env: z.record(EnvName, z.enum(["literal", "reference"])),
	fingerprint: Sha256,
});

/** What stays invisible: a name or glob in any folder (`*.key`), a path with globs wherever it stands (`secrets/**`), an absolute one. */
const Pattern = z.string().check(
	z.minLength(1),
	z.maxLength(1000),
	z.refine((text) => !text.includes("\0") && !text.split("/").includes(".."), "must be a name, a path or a pattern without `..`"),
);

export const Sandbox = z.strictObject({
	read: z.optional(z.array(GrantedPath)),
	write: z.optional(z.array(GrantedPath)),
	deny: z.optional(z.array(Pattern)),
	env: z.optional(z.array(EnvName)),
	/** `landlock`: the weaker sandbox, for machines that forbid the full one. Left out: the full one. In a policy that narrows, `bubblewrap` forbids the weaker. */
	tier: z.optional(z.enum(["bubblewrap", "landlock"])),
});

const positive = z.int().check(z.positive());

/** Bytes, or a size with its unit. */
const Size = z.union([
	z.string().check(z.refine((text) => parseSize(text) !== null, "must be a size such as 64MiB or 1GiB")),
	z.int().check(z.positive()),
]);

/** A name, a URI or a URI template. */
const OfferName = z.string().check(z.refine(isOfferName, "must be a text without anything that cannot be seen"));

/** `true`: as often as is usual. */
const Ask = z.optional(z.union([z.boolean(), z.strictObject({ perMinute: positive })]));

/** What a server may ask its host for. In a layer that narrows, what is left out is taken away. */
export const AsksOfServer = z.strictObject({ sampling: Ask, elicitation: Ask, roots: Ask });

/** As they stand in a file: `limitsOf` gives what they mean. */
export const PolicyLimits = z.strictObject({
	memory: z.optional(Size),
	/** The older name of `memory`. */
	memoryBytes: z.optional(positive),
	processes: z.optional(positive),
	files: z.optional(positive),
	disk: z.optional(Size),
	cpuSeconds: z.optional(positive),
	/** Of one tool. */
	callsPerMinute: z.optional(positive),
	/** Of all tools together, prompts, resources and completions among them. */
	sessionCallsPerMinute: z.optional(positive),
	/** The same, from the start of the server to its end. */
	sessionCalls: z.optional(positive),
	/** Of the message that answers a call. */
	resultSize: z.optional(Size),
	/** What becomes of a longer one. Left out: it is refused. */
	overlong: z.optional(z.enum(["refuse", "cut"])),
	/** Requests of the host that wait for an answer. */
	pending: z.optional(positive),
});

/** What is asked of a server, and what this file, taken alone, is meant to say to it: for `sallyport policy test`. */
export const Example = z
	.strictObject({
		tool: z.optional(z.string().check(z.minLength(1), z.maxLength(256))),
		/** Of the tool. Left out: none. */
		arguments: z.optional(z.record(z.string(), z.unknown())),
		prompt: z.optional(OfferName),
		resource: z.optional(OfferName),
		template: z.optional(OfferName),
		completions: z.optional(z.literal(true)),
		/** Whether it may give the model its instructions. */
		instructions: z.optional(z.literal(true)),
		ask: z.optional(z.enum(["sampling", "elicitation", "roots"])),
		expect: z.enum(["allow", "refuse"]),
	})
	.check(
		z.refine(
			({ expect: _, arguments: __, ...subjects }) => Object.keys(subjects).length === 1,
			"must name one of tool, prompt, resource, template, completions, instructions and ask",
		),
		z.refine((example) => example.arguments === undefined || example.tool !== undefined, "has arguments, which only a tool takes"),
	);

export const Server = z.strictObject({
	name: z.string().check(z.minLength(1), z.maxLength(MOST_NAME)),
	config: z.optional(AbsolutePath),
	workspace: z.optional(z.nullable(AbsolutePath)),
	launch: z.optional(Launch),
	tools: z.optional(z.record(z.string(), ToolGrant)),
	/** Digest of the instructions that it may give the model. In the user's layer, left out or false: none. In any other layer, false: none. */
	instructions: z.optional(z.union([Sha256, z.literal(false)])),
	/** Names; `*`: every prompt. */
	prompts: z.optional(z.array(OfferName)),
	/** By name, the digest of the definition with which alone a prompt counts. One that is not in it counts whatever its definition. */
	promptPins: z.optional(z.record(OfferName, Sha256)),
	/** URIs, letter for letter; with a `*`, a glob. */
	resources: z.optional(z.array(OfferName)),
	/** URI templates, letter for letter; `*`: every one. */
	templates: z.optional(z.array(OfferName)),
	/** True: it may complete what a person types, for what is granted. */
	completions: z.optional(z.boolean()),
	asks: z.optional(AsksOfServer),
	/** Tools in whose calls the host may send it private keys and tokens that are not its own; `*`: in everything. */
	hostSecrets: z.optional(z.array(OfferName)),
	secrets: z.optional(z.record(Slot, Reference)),
	/** True: the secrets may go to code that the person's other programs can change. Left out: only to code that they cannot. */
	mutableSecrets: z.optional(z.boolean()),
	sandbox: z.optional(z.union([z.literal("off"), Sandbox])),
	/** What it was granted in its sandbox before a person turned that off: it counts again once the sandbox is on, and not before. */
	confined: z.optional(Sandbox),
	egress: z.optional(z.array(EgressEntry)),
	limits: z.optional(PolicyLimits),
	examples: z.optional(z.array(Example)),
});

/** Ids are not compared with the rules that there are: a launcher need not know them, and must not refuse a newer one. */
const RuleId = z.string().check(z.regex(/^[a-z][a-z0-9-]*$/, "must be the name of a rule"));

const RuleSeverity = z.enum(["off", "info", "warning", "error"]);

export const Rules = z.record(RuleId, RuleSeverity);

/** A server that nobody may start: what every pattern that is named fits. `*` stands for any characters. */
export const Forbidden = z
	.strictObject({
		name: z.optional(Pattern),
		command: z.optional(Pattern),
		package: z.optional(Pattern),
		url: z.optional(Pattern),
		/** Told to whoever is refused. */
		reason: z.optional(z.string().check(z.maxLength(500))),
	})
	.check(
		z.refine(({ reason: _, ...patterns }) => Object.keys(patterns).length > 0, "must name what it forbids: name, command, package or url"),
	);

/** What is kept in the log, for how long, and what becomes of a call whose record cannot be written. */
export const AuditPolicy = z.strictObject({
	/** `shapes`: of every value its kind and length. `none`: nothing. Left out: `full`, but for secrets and what the next three say. */
	arguments: z.optional(z.enum(["full", "shapes", "none"])),
	/** Left out: `shape`, a statement without its literals. */
	sql: z.optional(z.enum(["full", "shape"])),
	/** Left out: `home`, with `~` for the person's folder. `names`: the last part alone. */
	paths: z.optional(z.enum(["full", "home", "names"])),
	/** Left out: `masked`, no e-mail addresses, telephone numbers, IBANs and card numbers. */
	personal: z.optional(z.enum(["full", "masked"])),
	/** Left out: `refuse`. */
	onFailure: z.optional(z.enum(["refuse", "allow"])),
	/** Days since the last record of a log. Left out: 90. */
	keepDays: z.optional(positive),
	/** Of all logs together. Left out: 256MiB. */
	keepSize: z.optional(Size),
});

export const PolicyFile = z.strictObject({
	$schema: z.optional(z.string()),
	version: z.literal(1),
	/** Left out: none. */
	servers: z._default(z.array(Server), []),
	rules: z.optional(Rules),
	forbid: z.optional(z.array(Forbidden)),
	audit: z.optional(AuditPolicy),
});

export type PolicyFile = z.infer<typeof PolicyFile>;
/** One server of a policy file: in the user's layer a grant, in any other a limit on grants. */
export type PolicyServer = z.infer<typeof Server>;
export type Forbidden = z.infer<typeof Forbidden>;
export type Example = z.infer<typeof Example>;
export type LaunchGrant = z.infer<typeof Launch>;
export type AuditPolicy = z.infer<typeof AuditPolicy>;
export type PolicyLimits = z.infer<typeof PolicyLimits>;
/** How serious a rule's findings are for `sallyport scan`; `off`: it says nothing. */
export type RuleSeverity = z.infer<typeof RuleSeverity>;

export function isRuleSeverity(text: string): text is RuleSeverity {
	return RuleSeverity.safeParse(text).success;
}
