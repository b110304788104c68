import * as fs from "node:fs";
import * as path from "node:path";
import type { Asks } from "../../core/policy/asks.ts";
import { egressGrantText, parseEgressGrant } from "../../core/policy/egress.ts";
import { confinedOf, type Grant, type GrantedSandbox, inWorkspace, isInside } from "../../core/policy/layers.ts";
import { type LimitName, type Limits, lifted } from "../../core/policy/limits.ts";
import { isOfferName, NO_OFFERS, type Offers, withPromptPins } from "../../core/policy/offers.ts";
import { isSharedDomain } from "../../core/policy/shared-domains.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { checkGrants } from "../sandbox/bubblewrap.ts";
import { parseEgress } from "../sandbox/egress-target.ts";
import type { ApprovalContext } from "./context.ts";

/** What a person wants to add to a grant. Empty lists add nothing. */
export interface Widening {
	/** Files and folders, relative to `cwd`, absolute, or beginning with the policy's word for the grant's workspace. */
	readonly read: readonly string[];
	readonly write: readonly string[];
	/** Entries of a policy's `egress`. */
	readonly egress: readonly string[];
	/** Names of variables to pass on from the host's environment. */
	readonly env: readonly string[];
	/** Slot → reference; the entry must ask for that very one. */
	readonly secrets: ReadonlyMap<string, string>;
	/** Undefined: none more. */
	readonly prompts?: readonly string[];
	/** By name, the definitions that these prompts are granted with. Undefined: as they were. */
	readonly promptPins?: Readonly<Record<string, string>>;
	readonly resources?: readonly string[];
	readonly templates?: readonly string[];
	/** True: it may complete what a person types. Undefined: as it is. */
	readonly completions?: boolean;
	/** In the place of those that are there. Undefined: none. */
	readonly asks?: Asks;
	/** Tools in whose calls the host may send it secrets that are not its own; `*`: everywhere. Undefined: none more. */
	readonly hostSecrets?: readonly string[];
	/** Names and patterns that stay invisible, as in a policy. Undefined: none more. */
	readonly deny?: readonly string[];
	/** Of those patterns, the ones that are taken away. Undefined: none. */
	readonly undeny?: readonly string[];
	/** In the place of those that are there. Undefined: none. */
	readonly limits?: Limits;
	/** Limits that no longer hold, by the names that a policy has for them. Undefined: none. */
	readonly unlimited?: readonly LimitName[];
	/** Undefined: as it is. */
	readonly sandbox?: "on" | "off";
	/** True: its secrets may go to code that can be changed. Undefined: as it is. */
	readonly mutableSecrets?: boolean;
	/** Which sandbox: the weaker one is `landlock`. Undefined: as it is. */
	readonly tier?: "bubblewrap" | "landlock";
}

export const NOTHING: Widening = { read: [], write: [], egress: [], env: [], secrets: new Map() };

/** The grant with what is wanted added; a Problem for what no one may grant, or what does not exist. Asks nobody and saves nothing. */
export function widen(
	grant: Grant,
	wanted: Widening,
	asks: ReadonlyMap<string, string>,
	context: Pick<ApprovalContext, "home" | "userHome"> & { readonly cwd: string },
): Result<Grant> {
	const paths = grantablePaths(wanted, grant.workspace, context);
	if (!paths.ok) return paths;
	const secrets = new Map(grant.secrets);
	for (const [slot, reference] of wanted.secrets) {
		if (asks.get(slot) !== reference)
			return fail(
				"secret-not-asked",
				`The server's entry does not ask for ${reference} in ${slot}.`,
				"Write that reference into the entry's env first; sallyport fix does it for a secret that stands there.",
			);
		secrets.set(slot, reference);
	}
	const egress = wantedEgress(wanted.egress);
	if (!egress.ok) return egress;
	for (const name of wanted.env)
		if (
			!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ||
			/^(?:NODE_OPTIONS|NODE_PATH|LD_.*|DYLD_.*|PYTHON(?:PATH|STARTUP|HOME)|PATH|HOME|TMPDIR|SALLYPORT_.*|BUN_(?:OPTIONS|INSPECT.*|BE_BUN)|DENO_DIR)$/.test(
				name,
			)
		)
			return fail(
				"bad-env",
				`${name} cannot be passed on from the host's environment.`,
				"Give the entry a value of its own in env: it is pinned then.",
			);
	const offers = wantedOffers(grant.offers ?? NO_OFFERS, wanted);
	if (!offers.ok) return offers;
	const questions = { ...grant.asks, ...wanted.asks };
	const hostSecrets = union(grant.hostSecrets ?? [], wanted.hostSecrets ?? []);
	const isOff = wanted.sandbox === "off" || (grant.sandbox === "off" && wanted.sandbox !== "on");
	const before = confinedOf(grant);
	const shown = placed(wanted.undeny ?? [], grant.workspace);
	const missing = shown.find((pattern) => !before.deny.includes(pattern));
	if (missing !== undefined)
		return fail(
			"not-denied",
			`Nothing of the form ${missing} is denied to it.`,
			"Name the pattern as it was given: sallyport grants shows it.",
		);
	const confined: GrantedSandbox = {
		read: union(before.read, paths.value.read),
		write: union(before.write, paths.value.write),
		deny: union(
			before.deny.filter((pattern) => !shown.includes(pattern)),
			placed(wanted.deny ?? [], grant.workspace),
		),
		env: union(before.env, wanted.env),
		...((wanted.tier ?? before.tier) === "landlock" ? { tier: "landlock" as const } : {}),
	};
	const { confined: _, ...rest } = grant;
	const mutable = wanted.mutableSecrets === true ? { mutableSecrets: true as const } : {};
	return ok({
		...rest,
		...mutable,
		...(offers.value === NO_OFFERS ? {} : { offers: offers.value }),
		...(Object.keys(questions).length === 0 ? {} : { asks: questions }),
		...(hostSecrets.length === 0 ? {} : { hostSecrets }),
		secrets,
		...(isOff ? { sandbox: "off" as const, ...(isEmpty(confined) ? {} : { confined }) } : { sandbox: confined }),
		egress: union(grant.egress, egress.value),
		limits: { ...lifted(grant.limits, wanted.unlimited ?? []), ...wanted.limits },
	});
}

function isEmpty({ read, write, deny, env, tier }: GrantedSandbox): boolean {
	return read.length + write.length + deny.length + env.length === 0 && tier === undefined;
}

function placed(patterns: readonly string[], workspace: string | null): readonly string[] {
	return patterns.map((pattern) => inWorkspace(pattern, workspace) ?? pattern);
}

/** `NO_OFFERS` itself where there are none. */
function wantedOffers(
	before: Offers,
	{ prompts = [], promptPins = {}, resources = [], templates = [], hostSecrets = [], completions = false }: Widening,
): Result<Offers> {
	if ([...prompts, ...resources, ...templates, ...hostSecrets].some((name) => !isOfferName(name)))
		return fail(
			"bad-offer",
			"A prompt, resource, template or tool has characters that cannot be seen, or is too long.",
			'Name it as the server lists it: --prompt summary --resource "file:///docs/**"',
		);
	if (!completions && prompts.length + resources.length + templates.length === 0) return ok(before);
	const more = {
		prompts: union(before.prompts, prompts),
		resources: union(before.resources, resources),
		templates: union(before.templates, templates),
		completions: before.completions || completions,
	};
	return ok(withPromptPins(more, { ...before.promptPins, ...promptPins }));
}

/** An entry of a policy's `egress`: `host:port`, with a wildcard or with addresses. */
export function isHostAndPort(text: string): boolean {
	return parseEgressGrant(text) !== null;
}

/** In their one spelling. What the engine would refuse at the start is not asked about, nor what would be a grant for anyone. */
function wantedEgress(texts: readonly string[]): Result<readonly string[]> {
	const grants: string[] = [];
	for (const text of texts) {
		const grant = parseEgressGrant(text);
		if (grant === null && isWholeTopLevel(text))
			return fail(
				"shared-domain",
				`${text} would be a grant for every name of a top-level domain, and so for anyone.`,
				"Name the host, such as api.example.com:443, or a domain of one owner: *.example.com:443",
			);
		if (grant === null)
			return fail(
				"bad-egress",
				"A network target is not of the form host:port.",
				"Example: api.github.com:443, *.example.com:443 for the names beneath, or db.internal:5432=10.0.3.7 for a private address.",
			);
		if (grant.beneath === true && isSharedDomain(grant.host))
			return fail(
				"shared-domain",
				`Anyone can have a name beneath ${grant.host}, so a grant for all of them would be one for anyone.`,
				`Name the host: its-own-name.${grant.host}:${grant.port}`,
			);
		grants.push(egressGrantText(grant));
	}
	const targets = parseEgress(grants);
	return targets.ok ? ok(grants) : targets;
}

/** A wildcard for everything beneath one label, or for everything: `*.com:443`, `*:443`. */
function isWholeTopLevel(text: string): boolean {
	return /^\*(?:\.[A-Za-z0-9-]{1,63})?:\d{1,5}$/.test(text);
}

interface Paths {
	readonly read: readonly string[];
	readonly write: readonly string[];
}

/** Real paths, each of a kind that may be granted to a server at all. */
function grantablePaths(
	wanted: Widening,
	workspace: string | null,
	context: Pick<ApprovalContext, "home" | "userHome"> & { readonly cwd: string },
): Result<Paths> {
	const read: string[] = [];
	const write: string[] = [];
	for (const [named, into] of [
		...wanted.read.map((each) => [each, read] as const),
		...wanted.write.map((each) => [each, write] as const),
	]) {
		const place = inWorkspace(named, workspace);
		if (place === null)
			return fail("no-workspace", `${named} is in no workspace: this entry counts in every one.`, "Name the folder by its whole path.");
		const real = realPath(place, context.cwd);
		if (!real.ok) return real;
		// The engine shows a server its own package in the store; no one grants it another one's.
		if (isInside(real.value, context.home.path))
			return fail("path-protected", `${named} belongs to Sallyport itself.`, "Grant a file or folder of your own.");
		into.push(real.value);
	}
	const checked = checkGrants({ read, write }, { sallyportHome: context.home.path, home: context.userHome });
	return checked.ok ? ok({ read, write }) : checked;
}

function realPath(named: string, cwd: string): Result<string> {
	try {
		return ok(fs.realpathSync(path.resolve(cwd, named)));
	} catch {
		return fail("path-missing", `${named} does not exist.`, "Grant a file or folder that is there.");
	}
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
	return [...new Set([...a, ...b])];
}
