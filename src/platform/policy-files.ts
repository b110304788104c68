import * as fs from "node:fs";
import * as path from "node:path";
import type { AcceptedPolicy } from "../core/policy/accepted-list.ts";
import { policyAsks } from "../core/policy/asks.ts";
import { type Grant, type GrantedSandbox, grantsOf, isInside, type PolicyLayer } from "../core/policy/layers.ts";
import { policyLimits } from "../core/policy/limits.ts";
import { NO_OFFERS, policyOffers } from "../core/policy/offers.ts";
import { parsePolicy } from "../core/policy/parse.ts";
import { policyMeta } from "../core/policy/said.ts";
import type { PolicyFile, PolicyServer } from "../core/policy/schema.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readPlainText } from "./files/bounded-file.ts";
import { MOST_POLICY_BYTES, writeGrantFile } from "./grant-file.ts";
import { type Home, holdsPerson } from "./home.ts";

/** Where an administrator's policy stands. It narrows every user's grants and cannot be written by them. */
const MANAGED_POLICY = "/etc/sallyport/policy.jsonc";

/** Where a workspace proposes and narrows, seen from its root. */
const WORKSPACE_POLICY = path.join(".sallyport", "policy.jsonc");

export interface LayerSources {
	/** Real path; null where there is no workspace. */
	readonly workspace: string | null;
	/** Files named by `--policy` or `SALLYPORT_POLICY`: they can only narrow. */
	readonly narrowing: readonly string[];
}

/** The grants that a person accepted, whether or not they still stand in the files. */
type AcceptedGrants = Pick<AcceptedPolicy, "servers" | "withdrawn">;

/** The files and folders that a launcher must watch to obey a changed policy. They may not exist yet. */
export function policyPlaces(home: Home, sources: LayerSources, accepted: AcceptedGrants | null = null): readonly string[] {
	return [home.policy, MANAGED_POLICY, ...workspacePolicies(sources, userLayers(home), accepted), ...sources.narrowing];
}

/**
 * The policy of the folder in which the host works, and of every approved workspace around it: a server that is started in a
 * subfolder is bound by the whole.
 */
function workspacePolicies(
	{ workspace }: LayerSources,
	user: Result<readonly PolicyLayer[]>,
	accepted: AcceptedGrants | null,
): readonly string[] {
	if (workspace === null) return [];
	// What another program takes out of the files must not take the workspace's own policy with it.
	const approved = [...(user.ok ? grantsOf(user.value) : []), ...(accepted?.servers ?? []), ...(accepted?.withdrawn ?? [])];
	const around = approved.flatMap((grant) => grant.workspace ?? []);
	const folders = new Set([workspace, ...around.filter((folder) => isInside(workspace, folder))]);
	return [...folders].map((folder) => path.join(folder, WORKSPACE_POLICY));
}

/**
 * Reads every layer. One that does not parse or cannot be read fails the whole: it might have narrowed.
 *
 * @param home null where there is none: then nothing is granted
 * @param accepted null: not known
 */
export function readLayers(
	home: Home | null,
	sources: LayerSources,
	accepted: AcceptedGrants | null = null,
): Result<readonly PolicyLayer[]> {
	const user = home === null ? ok([]) : userLayers(home);
	if (!user.ok) return user;
	const layers = [...user.value];
	const others: [PolicyLayer["source"], string, boolean][] = [
		["managed", MANAGED_POLICY, false],
		...workspacePolicies(sources, user, accepted).map((file): [PolicyLayer["source"], string, boolean] => ["workspace", file, false]),
		...sources.narrowing.map((file): [PolicyLayer["source"], string, boolean] => ["argument", file, true]),
	];
	for (const [source, file, mustExist] of others) {
		const layer = readLayer(source, file, mustExist);
		if (!layer.ok) return layer;
		if (layer.value !== null) layers.push(layer.value);
	}
	return ok(layers);
}

/** The policy files that exist for somebody in this folder: the workspace's, the administrator's, the person's own. */
export function policyFilesHere(home: Home | null, folder: string): readonly string[] {
	const own = home === null ? ok([]) : userFiles(home);
	return [path.join(folder, WORKSPACE_POLICY), MANAGED_POLICY, ...(own.ok ? own.value : [])].filter((file) => fs.existsSync(file));
}

/** One policy file by itself, and its text. */
export function readPolicyFile(file: string): Result<{ readonly policy: PolicyFile; readonly text: string }> {
	const text = readText(file);
	if (!text.ok) return text;
	if (text.value === null) return missing(file);
	const parsed = parseAgain(text.value, file);
	return parsed.ok ? ok({ policy: parsed.value, text: text.value }) : parsed;
}

function userLayers(home: Home): Result<readonly PolicyLayer[]> {
	const files = userFiles(home);
	if (!files.ok) return files;
	const layers: PolicyLayer[] = [];
	for (const file of files.value) {
		const layer = readLayer("user", file, true);
		if (!layer.ok) return layer;
		if (layer.value !== null) layers.push(layer.value);
	}
	return ok(layers);
}

/** Null: there is none, and none has to be. */
function readLayer(source: PolicyLayer["source"], file: string, mustExist: boolean): Result<PolicyLayer | null> {
	const text = readText(file);
	if (!text.ok) return text;
	if (text.value === null) return mustExist ? missing(file) : ok(null);
	const parsed = parseAgain(text.value, file);
	return parsed.ok ? ok({ source, file, policy: parsed.value }) : parsed;
}

function missing(file: string): ReturnType<typeof fail> {
	return fail("policy-missing", `${file} does not exist.`, "Name a policy file that exists, or leave the option out.");
}

/** What each file held when it was last read: a launch reads all of them three times. */
const lastRead = new Map<string, { readonly text: string; readonly parsed: ReturnType<typeof parsePolicy> }>();

function parseAgain(text: string, file: string): ReturnType<typeof parsePolicy> {
	const last = lastRead.get(file);
	if (last?.text === text) return last.parsed;
	const parsed = parsePolicy(text, file);
	lastRead.set(file, { text, parsed });
	return parsed;
}

/**
 * The workspaces that grants name, whose files must not decide anything. None in which the person's whole home lies: that one no repository
 * brought. Empty also where the policy cannot be read, and so starts nothing.
 */
export function grantedWorkspaces(home: Home): readonly string[] {
	const layers = userLayers(home);
	const named = (layers.ok ? grantsOf(layers.value) : []).flatMap(({ workspace }) => (workspace === null ? [] : [workspace]));
	return [...new Set(named)].filter((folder) => !holdsPerson(folder));
}

/** False also where the policy cannot be read. */
export function grantsAnything(home: Home): boolean {
	const layers = userLayers(home);
	return layers.ok && grantsOf(layers.value).length > 0;
}

function userFiles(home: Home): Result<readonly string[]> {
	try {
		return ok(
			fs
				.readdirSync(home.policy)
				.filter((name) => name.endsWith(".jsonc"))
				.sort()
				.map((name) => path.join(home.policy, name)),
		);
	} catch (error) {
		return unreadable(home.policy, error);
	}
}

function readText(file: string): Result<string | null> {
	const read = readPlainText(file, MOST_POLICY_BYTES);
	if (read.ok) return read;
	switch (read.problem.code) {
		case "file-missing":
			return ok(null);
		case "not-a-file":
			return fail("policy-unreadable", `${file} is not a plain file.`, "Put the policy there as a file, or remove it.");
		case "file-too-large":
			return fail("policy-too-large", `${file} is larger than a policy can be.`, "Split it, or remove what is not a policy.");
		default:
			return fail("policy-unreadable", read.problem.message, MEND);
	}
}

function unreadable(
	file: string,
	error: unknown,
): { readonly ok: false; readonly problem: { code: string; message: string; remedy: string } } {
	return fail("policy-unreadable", `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"}).`, MEND);
}

const MEND = "Mend its permissions: a policy that cannot be read refuses everything.";

/** A grant that can be written. */
export interface WritableGrant {
	/** As it will stand in its file. */
	readonly server: PolicyServer;
	/**
	 * Writes it so that a reader sees the old file or the new one, never a part, and nothing that a person wrote is lost. Call it while holding the lock under which the grants were read.
	 *
	 * @returns the file
	 */
	readonly write: () => string;
}

/** What would not be read back is not written: one file that does not parse refuses every server. */
export function writableGrant(home: Home, grant: Grant): Result<WritableGrant> {
	const server = policyServer(grant);
	const text = `${JSON.stringify({ version: 1, servers: [server] }, null, "\t")}\n`;
	const readBack = parsePolicy(text, "the grant");
	if (!readBack.ok)
		return fail(
			"grant-unwritable",
			`This entry cannot be granted: ${readBack.problem.message}.`,
			"Change the entry: plain names for the server and its variables, paths without `..`.",
		);
	return ok({
		server,
		write: () => writeGrantFile(home, { ...server, name: grant.name, config: grant.config, workspace: grant.workspace }, text),
	});
}

/** A grant as its file has it. One that several layers have constrained is none to be written, and throws. */
export function policyServer(grant: Grant): PolicyServer {
	return {
		name: grant.name,
		config: grant.config,
		workspace: grant.workspace,
		launch: grant.launch,
		tools: Object.fromEntries(
			[...grant.tools]
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([tool, pin]) => [tool, { pin, ...policyMeta(grant, tool), ...constraintsOf(grant, tool) }]),
		),
		...(grant.instructions === undefined ? {} : { instructions: grant.instructions }),
		...policyOffers(grant.offers ?? NO_OFFERS),
		...(grant.asks === undefined ? {} : { asks: policyAsks(grant.asks) }),
		...(grant.hostSecrets === undefined ? {} : { hostSecrets: [...grant.hostSecrets] }),
		secrets: Object.fromEntries(grant.secrets),
		...(grant.mutableSecrets === true && grant.secrets.size > 0 ? { mutableSecrets: true } : {}),
		sandbox: grant.sandbox === "off" ? "off" : policySandbox(grant.sandbox),
		...(grant.sandbox === "off" && grant.confined !== undefined ? { confined: policySandbox(grant.confined) } : {}),
		egress: [...grant.egress],
		limits: policyLimits(grant.limits),
	};
}

function policySandbox({ read, write, deny, env, tier }: GrantedSandbox) {
	return { read: [...read], write: [...write], deny: [...deny], env: [...env], ...(tier === undefined ? {} : { tier }) };
}

/** A grant of the user's layer alone has at most one set of constraints a tool. */
function constraintsOf(grant: Grant, tool: string): Pick<NonNullable<PolicyServer["tools"]>[string], "arguments"> {
	const [constraints, ...more] = grant.constraints.get(tool) ?? [];
	if (more.length > 0) throw new Error("a grant of several layers is not one to be written");
	return constraints === undefined ? {} : { arguments: constraints };
}

/**
 * Calls back, after the writes have settled, when a policy may have changed. Folders that do not exist yet are
 * watched through their nearest parent that does. What else is written beside a policy, or again and again, keeps nobody waiting.
 *
 * @param settleMs how long to wait for further writes
 * @param longestMs how long to wait at most, whatever is written
 */
export function watchPolicies(places: readonly string[], changed: () => void, settleMs = 30, longestMs = 100): { dispose(): void } {
	let timer: NodeJS.Timeout | undefined;
	let latest: NodeJS.Timeout | undefined;
	const tell = (): void => {
		clearTimeout(timer);
		clearTimeout(latest);
		latest = undefined;
		changed();
	};
	const later = (): void => {
		clearTimeout(timer);
		timer = setTimeout(tell, settleMs);
		latest ??= setTimeout(tell, longestMs);
	};
	// By folder, the names in it that count. Null: all do, as it is a place itself.
	const folders = new Map<string, Set<string> | null>();
	for (const place of places) {
		const folder = nearestFolder(place);
		const names = folder === place ? null : folders.get(folder);
		const [name = ""] = path.relative(folder, place).split(path.sep);
		// Of itself, when it is moved or removed, a folder is told by its own name.
		folders.set(folder, names === null ? null : new Set([...(names ?? []), name, path.basename(folder)]));
	}
	const watchers = [...folders].map(([folder, names]) =>
		// Where the system does not say which file it was, it may have been one that counts.
		fs.watch(folder, { persistent: false }, (_, name) => {
			if (names === null || name === null || names.has(name)) later();
		}),
	);
	for (const watcher of watchers) watcher.on("error", later);
	return {
		dispose() {
			clearTimeout(timer);
			clearTimeout(latest);
			for (const watcher of watchers) watcher.close();
		},
	};
}

function nearestFolder(place: string): string {
	let folder = place;
	for (;;) {
		try {
			if (fs.statSync(folder).isDirectory()) return folder;
		} catch {}
		folder = path.dirname(folder);
	}
}
