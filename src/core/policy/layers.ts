// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable

import { placeConstraints } from "../constraints/place.ts";
import type { Constraints } from "../constraints/schema.ts";
import { type Asks, asksOf, narrowAsks } from "./asks.ts";
import { narrowEgress } from "./egress.ts";
import { narrowHostSecrets } from "./host-secrets.ts";
import { type Limits, limitsOf, narrowLimits, policyLimits } from "./limits.ts";
import { NO_OFFERS, narrowOffers, type Offers, offersOf } from "./offers.ts";
import { instructionsLimit, metaLimit, narrowSaid, type Said, saidOf } from "./said.ts";
import type { LaunchGrant, PolicyFile, PolicyServer } from "./schema.ts";

/** A policy and where it comes from. Only the user's layer grants; the others narrow. */
export interface PolicyLayer {
	readonly source: "managed" | "user" | "workspace" | "argument";
	/** How messages name it. */
	readonly file: string;
	readonly policy: PolicyFile;
	/** Of the user's layer: what it grants once it is held to what a person accepted. Undefined: as it stands in the file. */
	readonly granted?: readonly Grant[];
	/** Of the user's layer: grants that are gone. They start nothing, and what others give to the same line is held to them. Undefined: none. */
	readonly withdrawn?: readonly Grant[];
	/** True: no file, but what a person accepted before and goes on to hold. Undefined: a file. */
	readonly held?: true;
}

/** What a person approved for one launch, after every layer has narrowed it. */
export interface Grant extends Said {
	readonly name: string;
	readonly config: string;
	/** Null: a per-user entry, for every workspace. */
	readonly workspace: string | null;
	readonly launch: LaunchGrant;
	/** Tool name → pin. Empty: no tool. */
	readonly tools: ReadonlyMap<string, string>;
	/** Tool name → what its arguments may be, by every layer that says so; all must hold. A tool that is missing here is free in them. */
	readonly constraints: ReadonlyMap<string, readonly Constraints[]>;
	/** What it may offer beside tools. Undefined: nothing. */
	readonly offers?: Offers;
	/** What it may ask its host for. Undefined: nothing. */
	readonly asks?: Asks;
	/** Tools in whose calls the host may send it private keys and tokens that are not its own; `*`: in everything. Undefined: nowhere. */
	readonly hostSecrets?: readonly string[];
	/** Slot → reference. */
	readonly secrets: ReadonlyMap<string, string>;
	/** The secrets may go to code that the person's other programs can change. Undefined: only to code that they cannot. */
	readonly mutableSecrets?: true;
	readonly sandbox: "off" | GrantedSandbox;
	/** With `sandbox: "off"`: what it is granted again once its sandbox is on. Undefined: nothing. */
	readonly confined?: GrantedSandbox;
	/** Entries that `parseEgressGrant` reads. Empty: no network. */
	readonly egress: readonly string[];
	readonly limits: Limits;
}

export interface GrantedSandbox {
	readonly read: readonly string[];
	readonly write: readonly string[];
	/** Globs or absolute paths that stay invisible whatever is granted. */
	readonly deny: readonly string[];
	/** Names of variables that are passed on from the launcher's environment. */
	readonly env: readonly string[];
	/** A person approved the weaker sandbox for this server. Undefined: it starts in the full one or not at all. */
	readonly tier?: "landlock";
}

const NOTHING: GrantedSandbox = { read: [], write: [], deny: [], env: [] };

/** What a server is granted in its sandbox: while that is off, what counts again once it is on. */
export function confinedOf({ sandbox, confined = NOTHING }: Pick<Grant, "sandbox" | "confined">): GrantedSandbox {
	return sandbox === "off" ? confined : sandbox;
}

/** The grant with this in the place of what the server is granted in its sandbox, whether that is on or off. */
export function withConfined(grant: Grant, confined: GrantedSandbox): Grant {
	return grant.sandbox === "off" ? { ...grant, ...(grant.confined === undefined ? {} : { confined }) } : { ...grant, sandbox: confined };
}

/** What the host asks the launcher to start. Paths are real. */
export interface LaunchRequest {
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
	/** Where the host says that it works: the launcher's `--workspace`, else its current folder. */
	readonly folder: string;
}

export type GrantLookup =
	| { readonly found: true; readonly grant: Grant }
	| { readonly found: false; readonly why: "not-approved" | "launch-changed" | "other-workspace" };

/** A server of the user's layer with all that makes it a grant; null for one that says too little to start anything. */
export function grantOf(server: PolicyServer): Grant | null {
	if (server.config === undefined || server.workspace === undefined || server.launch === undefined) return null;
	return {
		name: server.name,
		config: server.config,
		workspace: server.workspace,
		launch: server.launch,
		tools: new Map(
			Object.entries(server.tools ?? {}).flatMap(([tool, { pin, decision }]) =>
				pin === undefined || decision === "deny" ? [] : [[tool, pin] as const],
			),
		),
		constraints: new Map(
			Object.entries(server.tools ?? {}).flatMap(([tool, { arguments: constraints }]) =>
				constraints === undefined ? [] : [[tool, [placeConstraints(constraints, server.workspace ?? null)]] as const],
			),
		),
		...saidOf(server),
		...offered(offersOf(server), asksOf(server.asks), server.hostSecrets ?? []),
		secrets: new Map(Object.entries(server.secrets ?? {})),
		...(server.mutableSecrets === true ? { mutableSecrets: true } : {}),
		sandbox: server.sandbox === "off" ? "off" : sandboxOf(server.sandbox, server.workspace),
		...(server.sandbox === "off" && server.confined !== undefined ? { confined: sandboxOf(server.confined, server.workspace) } : {}),
		egress: server.egress ?? [],
		limits: limitsOf(server.limits ?? {}),
	};
}

/** Left out where there is nothing in it. */
function offered(offers: Offers, asks: Asks, hostSecrets: readonly string[]): Pick<Grant, "offers" | "asks" | "hostSecrets"> {
	const { prompts, resources, templates, completions } = offers;
	return {
		...(completions || prompts.length + resources.length + templates.length > 0 ? { offers } : {}),
		...(Object.keys(asks).length > 0 ? { asks } : {}),
		...(hostSecrets.length > 0 ? { hostSecrets } : {}),
	};
}

function sandboxOf(sandbox: Exclude<PolicyServer["sandbox"], "off">, workspace: string | null): GrantedSandbox {
	const paths = (named: readonly string[] | undefined): readonly string[] =>
		(named ?? []).flatMap((path) => inWorkspace(path, workspace) ?? []);
	// What cannot be placed still denies by its name.
	const deny = (sandbox?.deny ?? []).map((pattern) => inWorkspace(pattern, workspace) ?? pattern.replace(WORKSPACE, "**"));
	const tier = sandbox?.tier === "landlock" ? ({ tier: "landlock" } as const) : {};
	return { read: paths(sandbox?.read), write: paths(sandbox?.write), deny, env: sandbox?.env ?? [], ...tier };
}

const WORKSPACE = "${workspace}";

/** A path of a policy with its workspace's in the place of `${workspace}`. Null: there is no workspace, and so nothing of that path. */
export function inWorkspace(path: string, workspace: string | null): string | null {
	if (path !== WORKSPACE && !path.startsWith(`${WORKSPACE}/`)) return path;
	return workspace === null ? null : `${workspace === "/" ? "" : workspace}${path.slice(WORKSPACE.length)}` || "/";
}

export function grantsOf(layers: readonly PolicyLayer[]): readonly Grant[] {
	return sourcedGrants(layers).map(({ grant }) => grant);
}

interface SourcedGrant {
	readonly layer: PolicyLayer;
	readonly grant: Grant;
}

function sourcedGrants(layers: readonly PolicyLayer[]): readonly SourcedGrant[] {
	return layers
		.filter((layer) => layer.source === "user")
		.flatMap((layer) =>
			(layer.granted ?? layer.policy.servers.flatMap((server) => grantOf(server) ?? [])).map((grant) => ({ layer, grant })),
		);
}

/** What both grants allow, in the first one's order. Their launch must be the very same, or nothing much is left. */
export function sharedGrant(grant: Grant, other: Grant): Grant {
	const shared = fromGrant(other).reduce(narrow, grant);
	const once = (several: readonly Constraints[]) => [...new Map(several.map((each) => [JSON.stringify(each), each])).values()];
	const { overlong, ...limits } = shared.limits;
	return {
		...shared,
		// One that says nothing refuses what is too long.
		limits: { ...limits, ...(overlong === undefined || (overlong === "cut" && other.limits.overlong !== "cut") ? {} : { overlong }) },
		constraints: new Map([...shared.constraints].map(([tool, several]) => [tool, once(several)])),
	};
}

/**
 * The grant that a launch runs under: a grant of the user for exactly this name, command and arguments in this folder, narrowed by
 * every other layer that speaks of the name. When several grants fit (the same entry in two hosts' files: the launcher cannot
 * tell who started it) only what all of them allow is left, and no more once one of them is gone, until a person accepts that.
 */
export function findGrant(layers: readonly PolicyLayer[], request: LaunchRequest): GrantLookup {
	const traced = traceGrant(layers, request);
	if (!traced.found) return traced;
	const last = traced.steps.at(-1);
	if (last === undefined) throw new Error("a grant without a layer");
	return { found: true, grant: last.grant };
}

/** One layer's part in a grant. */
export interface GrantStep {
	readonly layer: PolicyLayer;
	/** What is left of the grant once this layer has spoken. */
	readonly grant: Grant;
}

/** How a launch comes to its grant, layer by layer: the first step grants, each later one narrows. */
export function traceGrant(
	layers: readonly PolicyLayer[],
	request: LaunchRequest,
): { readonly found: true; readonly steps: readonly GrantStep[] } | Exclude<GrantLookup, { found: true }> {
	const named = sourcedGrants(layers).filter(({ grant }) => grant.name === request.name);
	if (named.length === 0) return { found: false, why: "not-approved" };
	const sameLaunch = named.filter(({ grant }) => isOfLine(grant, request));
	if (sameLaunch.length === 0) return { found: false, why: "launch-changed" };
	const [first, ...others] = sameLaunch.filter(({ grant }) => worksIn(grant, request.folder));
	if (first === undefined) return { found: false, why: "other-workspace" };
	const limits = [
		...[...others, ...withdrawnFor(layers, request)].flatMap(({ layer, grant }) => fromGrant(grant).map((limit) => ({ layer, limit }))),
		...layers
			.filter(({ source }) => source !== "user")
			.flatMap((layer) => layer.policy.servers.filter((server) => server.name === request.name).map((limit) => ({ layer, limit }))),
	];
	const steps: GrantStep[] = [first];
	let { grant } = first;
	for (const { layer, limit } of limits) {
		grant = narrow(grant, limit);
		steps.push({ layer, grant });
	}
	return { found: true, steps };
}

function withdrawnFor(layers: readonly PolicyLayer[], request: LaunchRequest): readonly SourcedGrant[] {
	return layers.flatMap((layer) =>
		(layer.withdrawn ?? [])
			.filter((grant) => isOfLine(grant, request) && worksIn(grant, request.folder))
			.map((grant) => ({ layer, grant })),
	);
}

/** The same name is started with the same words. */
export function isOfLine({ name, launch }: Pick<Grant, "name" | "launch">, line: Omit<LaunchRequest, "folder">): boolean {
	return name === line.name && launch.command === line.command && equalLists(launch.args, line.args);
}

/** Whether a launch in this folder can be one of this grant. */
export function worksIn(grant: Grant, folder: string): boolean {
	return grant.workspace === null || isInside(folder, grant.workspace) || folder === grant.launch.cwd;
}

/** A grant as a limit on another one. Its launch must be the very same: two approvals of one line may differ in what stands behind it. */
function fromGrant(grant: Grant): readonly PolicyServer[] {
	const whole: PolicyServer = {
		name: grant.name,
		launch: grant.launch,
		// A tool that is called `*` would speak of all of them.
		tools: Object.fromEntries(
			[...grant.tools].filter(([tool]) => tool !== EVERY_TOOL).map(([tool, pin]) => [tool, { pin, ...metaLimit(grant, tool) }]),
		),
		...instructionsLimit(grant),
		...ownOffers(grant.offers ?? NO_OFFERS),
		// In a limit, `true` would leave the other one's number as it is.
		asks: Object.fromEntries(Object.entries(grant.asks ?? {}).map(([kind, perMinute]) => [kind, { perMinute }])),
		hostSecrets: [...(grant.hostSecrets ?? [])],
		secrets: Object.fromEntries(grant.secrets),
		mutableSecrets: grant.mutableSecrets === true,
		sandbox:
			grant.sandbox === "off"
				? "off"
				: {
						...grant.sandbox,
						read: [...grant.sandbox.read],
						write: [...grant.sandbox.write],
						deny: [...grant.sandbox.deny],
						env: [...grant.sandbox.env],
						tier: grant.sandbox.tier ?? "bubblewrap",
					},
		egress: [...grant.egress],
		limits: policyLimits(grant.limits),
	};
	// One tool may be held to several layers' constraints: each is a limit of its own.
	const constrained = [...grant.constraints].flatMap(([tool, several]) => several.map((each) => [tool, each] as const));
	return [
		whole,
		...constrained.map(
			([tool, constraints]): PolicyServer => ({ name: grant.name, tools: { [EVERY_TOOL]: {}, [tool]: { arguments: constraints } } }),
		),
	];
}

/** As a limit: what is empty allows nothing. */
function ownOffers({ prompts, promptPins, resources, templates, completions }: Offers) {
	return { prompts: [...prompts], promptPins: { ...promptPins }, resources: [...resources], templates: [...templates], completions };
}

/** In a layer that narrows: every tool that it does not name. */
const EVERY_TOOL = "*";

function toolLimit(limit: PolicyServer, tool: string) {
	return own(limit.tools, tool) ?? own(limit.tools, EVERY_TOOL);
}

function isLeft(limit: PolicyServer, tool: string, pin: string): boolean {
	const said = toolLimit(limit, tool);
	return said !== undefined && said.decision !== "deny" && (said.pin === undefined || said.pin === pin);
}

function narrowConstraints(grant: Grant, limit: PolicyServer): Grant["constraints"] {
	if (limit.tools === undefined) return grant.constraints;
	const constraints = new Map(grant.constraints);
	for (const tool of grant.tools.keys()) {
		const said = toolLimit(limit, tool)?.arguments;
		if (said !== undefined) constraints.set(tool, [...(constraints.get(tool) ?? []), placeConstraints(said, grant.workspace)]);
	}
	return constraints;
}

/** What both allow. A key that the limit leaves out does not narrow; one that is there and empty allows nothing. */
function narrow(
	{ mutableSecrets, instructions, toolMeta, offers = NO_OFFERS, asks = {}, hostSecrets = [], ...grant }: Grant,
	limit: PolicyServer,
): Grant {
	const sameLaunch = limit.launch === undefined || limit.launch.fingerprint === grant.launch.fingerprint;
	const said: Said = { ...(instructions === undefined ? {} : { instructions }), ...(toolMeta === undefined ? {} : { toolMeta }) };
	const tools: Grant["tools"] = !sameLaunch
		? new Map()
		: limit.tools === undefined
			? grant.tools
			: new Map([...grant.tools].filter(([tool, pin]) => isLeft(limit, tool, pin)));
	return {
		...grant,
		...(mutableSecrets === true && limit.mutableSecrets !== false ? { mutableSecrets } : {}),
		tools,
		...(sameLaunch ? narrowSaid(said, limit, (tool) => (limit.tools === undefined ? undefined : toolLimit(limit, tool)), tools) : {}),
		constraints: narrowConstraints(grant, limit),
		...(sameLaunch
			? offered(narrowOffers(offers, limit), narrowAsks(asks, limit.asks), narrowHostSecrets(hostSecrets, limit.hostSecrets))
			: {}),
		secrets:
			limit.secrets === undefined
				? grant.secrets
				: new Map([...grant.secrets].filter(([slot, reference]) => own(limit.secrets, slot) === reference)),
		sandbox: narrowSandbox(grant.sandbox, limit.sandbox, grant.workspace),
		egress: limit.egress === undefined ? grant.egress : narrowEgress(grant.egress, limit.egress),
		limits: narrowLimits(grant.limits, limitsOf(limit.limits ?? {})),
	};
}

function narrowSandbox(granted: Grant["sandbox"], limit: PolicyServer["sandbox"], workspace: string | null): Grant["sandbox"] {
	if (limit === undefined || limit === "off") return granted;
	const placed = sandboxOf(limit, workspace);
	// Where nobody approved the weaker sandbox, whoever narrows gets the full one.
	if (granted === "off") return { read: placed.read, write: placed.write, deny: placed.deny, env: placed.env };
	return {
		...(granted.tier === undefined || limit.tier === "bubblewrap" ? {} : { tier: granted.tier }),
		read: limit.read === undefined ? granted.read : commonPaths(granted.read, [...placed.read, ...placed.write]),
		write: limit.write === undefined ? granted.write : commonPaths(granted.write, placed.write),
		deny: [...new Set([...granted.deny, ...placed.deny])],
		env: limit.env === undefined ? granted.env : granted.env.filter((name) => limit.env?.includes(name)),
	};
}

/** The narrower path of every pair that contains one another. */
function commonPaths(granted: readonly string[], limit: readonly string[]): readonly string[] {
	const common = new Set<string>();
	for (const path of granted)
		for (const other of limit) {
			if (isInside(path, other)) common.add(path);
			else if (isInside(other, path)) common.add(other);
		}
	return [...common];
}

/** True when `path` is `folder` or below it. Both absolute, real and without `..`. */
export function isInside(path: string, folder: string): boolean {
	return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
	return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function equalLists(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && a.every((item, index) => item === b[index]);
}
