// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import { type Limits, limitsOf, narrowLimits, policyLimits } from "./limits.ts";
import type { LaunchGrant, PolicyFile, PolicyServer } from "./schema.ts";

/** A policy and where it comes from. Only the user's layer grants; the others narrow. */
export interface PolicyLayer {
	readonly source: "managed" | "user" | "workspace" | "argument";
	/** How messages name it. */
	readonly file: string;
	readonly policy: PolicyFile;
}

/** What a person approved for one launch, after every layer has narrowed it. */
export interface Grant {
	readonly name: string;
	readonly config: string;
	/** Null: a per-user entry, for every workspace. */
	readonly workspace: string | null;
	readonly launch: LaunchGrant;
	/** Tool name → pin. Empty: no tool. */
	readonly tools: ReadonlyMap<string, string>;
	/** Slot → reference. */
	readonly secrets: ReadonlyMap<string, string>;
	readonly sandbox: "off" | GrantedSandbox;
	/** `host:port`. Empty: no network. */
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
function toGrant(server: PolicyServer): Grant | null {
	if (server.config === undefined || server.workspace === undefined || server.launch === undefined) return null;
	return {
		name: server.name,
		config: server.config,
		workspace: server.workspace,
		launch: server.launch,
		tools: new Map(Object.entries(server.tools ?? {}).map(([tool, { pin }]) => [tool, pin])),
		secrets: new Map(Object.entries(server.secrets ?? {})),
		sandbox: server.sandbox === "off" ? "off" : sandboxOf(server.sandbox, server.workspace),
		egress: server.egress ?? [],
		limits: limitsOf(server.limits ?? {}),
	};
}

function sandboxOf(sandbox: Exclude<PolicyServer["sandbox"], "off">, workspace: string | null): GrantedSandbox {
	const paths = (named: readonly string[] | undefined): readonly string[] =>
		(named ?? []).flatMap((path) => inWorkspace(path, workspace) ?? []);
	// What cannot be placed still denies by its name.
	const deny = (sandbox?.deny ?? []).map((pattern) => inWorkspace(pattern, workspace) ?? pattern.replace(WORKSPACE, "**"));
	return { read: paths(sandbox?.read), write: paths(sandbox?.write), deny, env: sandbox?.env ?? [] };
}

const WORKSPACE = "${workspace}";

/** A path of a policy with its workspace's in the place of `${workspace}`. Null: there is no workspace, and so nothing of that path. */
export function inWorkspace(path: string, workspace: string | null): string | null {
	if (path !== WORKSPACE && !path.startsWith(`${WORKSPACE}/`)) return path;
	return workspace === null ? null : `${workspace === "/" ? "" : workspace}${path.slice(WORKSPACE.length)}` || "/";
}

export function grantsOf(layers: readonly PolicyLayer[]): readonly Grant[] {
	return layers
		.filter((layer) => layer.source === "user")
		.flatMap((layer) => layer.policy.servers)
		.map(toGrant)
		.filter((grant) => grant !== null);
}

/**
 * The grant that a launch runs under: a grant of the user for exactly this name, command and arguments in this folder, narrowed by
 * every other layer that speaks of the name. When several grants fit (the same entry in two hosts' files: the launcher cannot
 * tell who started it) only what all of them allow is left.
 */
export function findGrant(layers: readonly PolicyLayer[], request: LaunchRequest): GrantLookup {
	const named = grantsOf(layers).filter((grant) => grant.name === request.name);
	if (named.length === 0) return { found: false, why: "not-approved" };
	const sameLaunch = named.filter((grant) => grant.launch.command === request.command && equalLists(grant.launch.args, request.args));
	if (sameLaunch.length === 0) return { found: false, why: "launch-changed" };
	const here = sameLaunch.filter((grant) => worksIn(grant, request.folder));
	const [first, ...others] = here;
	if (first === undefined) return { found: false, why: "other-workspace" };
	const limits: PolicyServer[] = others.map(fromGrant);
	for (const layer of layers)
		if (layer.source !== "user") limits.push(...layer.policy.servers.filter((server) => server.name === request.name));
	return { found: true, grant: limits.reduce(narrow, first) };
}

function worksIn(grant: Grant, folder: string): boolean {
	return grant.workspace === null || isInside(folder, grant.workspace) || folder === grant.launch.cwd;
}

/** A grant as a limit on another one. Its launch must be the very same: two approvals of one line may differ in what stands behind it. */
function fromGrant(grant: Grant): PolicyServer {
	return {
		name: grant.name,
		launch: grant.launch,
		tools: Object.fromEntries([...grant.tools].map(([tool, pin]) => [tool, { pin }])),
		secrets: Object.fromEntries(grant.secrets),
		sandbox:
			grant.sandbox === "off"
				? "off"
				: {
						...grant.sandbox,
						read: [...grant.sandbox.read],
						write: [...grant.sandbox.write],
						deny: [...grant.sandbox.deny],
						env: [...grant.sandbox.env],
					},
		egress: [...grant.egress],
		limits: policyLimits(grant.limits),
	};
}

/** What both allow. A key that the limit leaves out does not narrow; one that is there and empty allows nothing. */
function narrow(grant: Grant, limit: PolicyServer): Grant {
	const sameLaunch = limit.launch === undefined || limit.launch.fingerprint === grant.launch.fingerprint;
	return {
		...grant,
		tools: !sameLaunch
			? new Map()
			: limit.tools === undefined
				? grant.tools
				: new Map([...grant.tools].filter(([tool, pin]) => own(limit.tools, tool)?.pin === pin)),
		secrets:
			limit.secrets === undefined
				? grant.secrets
				: new Map([...grant.secrets].filter(([slot, reference]) => own(limit.secrets, slot) === reference)),
		sandbox: narrowSandbox(grant.sandbox, limit.sandbox, grant.workspace),
		egress:
			limit.egress === undefined
				? grant.egress
				: grant.egress.filter((target) => limit.egress?.some((other) => other.toLowerCase() === target.toLowerCase())),
		limits: narrowLimits(grant.limits, limitsOf(limit.limits ?? {})),
	};
}

function narrowSandbox(granted: Grant["sandbox"], limit: PolicyServer["sandbox"], workspace: string | null): Grant["sandbox"] {
	if (limit === undefined || limit === "off") return granted;
	const placed = sandboxOf(limit, workspace);
	if (granted === "off") return placed;
	return {
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
