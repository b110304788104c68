import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ourCommand } from "../core/command-words.ts";
import { holdToAccepted } from "../core/policy/accepted.ts";
import type { EnvPart } from "../core/policy/fingerprint.ts";
import { findGrant, type Grant, grantsOf, isInside, type PolicyLayer } from "../core/policy/layers.ts";
import { fail, failed, ok, type Problem, type Result, unreachable } from "../core/result.ts";
import type { Accepted } from "../platform/acceptance/accepted.ts";
import { firstWaiting } from "../platform/acceptance/held.ts";
import type { Home } from "../platform/home.ts";
import { environmentParts, serverEnvironment } from "../platform/launch/environment.ts";
import { allowCommand, type ClaimedFacts, verifyLaunch } from "../platform/launch/verify.ts";
import { type LayerSources, readLayers } from "../platform/policy-files.ts";
import type { SecretService } from "../platform/vault/secret-service.ts";
import type { RunArguments } from "./arguments.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the host says that it works, and the policies that count there. */
export interface Place {
	/** Real path. */
	readonly folder: string;
	readonly sources: LayerSources;
}

/** A launch that is what was approved, once it is proved. */
export interface Checked extends ClaimedFacts {
	readonly grant: Grant;
	readonly parts: Readonly<Record<string, EnvPart>>;
}

interface ServerEnvironment {
	/** Whole. */
	readonly env: Readonly<Record<string, string>>;
	/** The values that were resolved, to be kept out of logs. Never empty strings. */
	readonly secrets: readonly string[];
}

/** A home that a workspace brings along is a policy that a workspace wrote: refused. */
export function findPlace(request: RunArguments, home: Home, env: Environment, cwd: string): Result<Place> {
	let folder: string;
	const real = fs.realpathSync(cwd);
	try {
		folder = fs.realpathSync(path.resolve(cwd, request.workspace ?? "."));
	} catch {
		return fail("no-workspace", "The workspace that the host names does not exist.", "Check --workspace in the server's entry.");
	}
	// A host that starts its servers in the workspace cannot claim to work in another one; some start them in the home, or nowhere.
	const elsewhere = !isInside(real, folder) && !isNowhere(real);
	if (elsewhere)
		return fail(
			"workspace-elsewhere",
			`The server's entry claims the workspace ${folder}, and is started in ${real}.`,
			"Take --workspace out of the entry, or open that workspace.",
		);
	if (!home.own && (isInProject(home.path) || [folder, real].some((each) => each !== "/" && isInside(home.path, each))))
		return fail(
			"home-in-workspace",
			`Sallyport's home ${home.path} lies inside a workspace, whose files must not decide anything.`,
			"Leave SALLYPORT_HOME and HOME as they are, or make that home outside every workspace: sallyport init",
		);
	const named = env.SALLYPORT_POLICY;
	const narrowing = [...request.policies, ...(named === undefined || named === "" ? [] : [named])].map((file) => path.resolve(cwd, file));
	return ok({ folder, sources: { workspace: folder, narrowing } });
}

/** By the user database: a host's file may set HOME. Null for an account without a home. */
function accountHome(): string | null {
	try {
		return fs.realpathSync(os.userInfo().homedir);
	} catch {
		return null;
	}
}

/** Folders in which hosts start servers that they start in no workspace. */
function isNowhere(folder: string): boolean {
	return folder === "/" || folder === accountHome();
}

/** What only a folder that people work in has. A host's file says where it works; these are there whatever it says. */
const PROJECT_MARKS = [".git", ".vscode/mcp.json", ".mcp.json", ".cursor/mcp.json"];

function isInProject(where: string): boolean {
	for (let folder = path.dirname(where); folder !== path.dirname(folder); folder = path.dirname(folder))
		for (const mark of PROJECT_MARKS) {
			// Beside a home `.sallyport` lie the per-user files of the same person, Cursor's among them.
			const perUser = mark === ".cursor/mcp.json" && path.join(folder, ".sallyport") === where;
			if (!perUser && fs.existsSync(path.join(folder, mark))) return true;
		}
	return false;
}

/** What reads launch lines for `forbid`; null: no policy has forbidden anything yet, as most never do. */
let forbidding: typeof import("../platform/launch/forbidden.ts") | null = null;

/**
 * The grant of this very launch, narrowed by every layer; a promise of it where a policy forbids something for the first time.
 *
 * @param accepted what a person accepted. Null: as the policy files have it, to which nothing may be started
 * @param onWaiting told when the files say more for this server than was accepted, which is not in the grant
 */
export function lookUpGrant(
	request: RunArguments,
	home: Home,
	place: Place,
	accepted: Accepted | null,
	onWaiting: (problem: Problem) => void = () => {},
): Result<Grant> | Promise<Result<Grant>> {
	const read = readLayers(home, place.sources, accepted);
	if (!read.ok) return read;
	const held = accepted === null ? null : holdToAccepted(read.value, accepted);
	const layers = held?.layers ?? read.value;
	const look = (): Result<Grant> => {
		const forbidden = forbidding?.forbiddenLaunch(layers, request) ?? null;
		if (forbidden !== null) return forbidden;
		const waiting = held === null || accepted === null ? null : firstWaiting(held, accepted, request.name);
		return grantIn(layers, request, place, waiting, onWaiting);
	};
	if (forbidding !== null || layers.every(({ policy }) => policy.forbid === undefined)) return look();
	return import("../platform/launch/forbidden.ts").then((module) => {
		forbidding = module;
		return look();
	});
}

function grantIn(
	layers: readonly PolicyLayer[],
	request: RunArguments,
	place: Place,
	waiting: Problem | null,
	onWaiting: (problem: Problem) => void,
): Result<Grant> {
	const lookup = findGrant(layers, { name: request.name, command: request.command, args: request.args, folder: place.folder });
	if (lookup.found) {
		if (waiting !== null) onWaiting(waiting);
		return ok(lookup.grant);
	}
	if (waiting !== null) return failed(waiting);
	const approve = `In a terminal, in its workspace: ${ourCommand("tools allow", [request.name, "TOOL…"])}`;
	switch (lookup.why) {
		case "not-approved":
			return fail("not-approved", "This server has not been approved on this machine.", approve);
		case "launch-changed": {
			// With the file, where there is one that can be meant: the name may stand in several.
			const [approved, ...others] = grantsOf(layers).filter((grant) => grant.name === request.name);
			const command = approved === undefined || others.length > 0 ? ourCommand("allow", [request.name]) : allowCommand(approved);
			return fail("launch-changed", "This server's command is not the one that was approved.", `If you meant that: ${command}`);
		}
		case "other-workspace":
			return fail("other-workspace", `This server was approved for another workspace than ${place.folder}.`, approve);
		default:
			return unreachable(lookup.why);
	}
}

/** Proves that what would run is what was approved. */
export async function check(grant: Grant, home: Home, env: Environment): Promise<Result<Checked>> {
	const parts = environmentParts(grant, env);
	if (!parts.ok) return parts;
	const verified = await verifyLaunch(grant, parts.value, home);
	return verified.ok ? ok({ grant, parts: parts.value, ...verified.value }) : verified;
}

/** The variables that will hold a secret. */
export function secretNames({ parts }: Checked): readonly string[] {
	return Object.entries(parts).flatMap(([name, { kind }]) => (kind === "reference" ? [name] : []));
}

/** The server's environment without those that will hold a secret. */
export async function plainEnvironment(checked: Checked, env: Environment): Promise<Result<Readonly<Record<string, string>>>> {
	const filled = await serverEnvironment(checked.grant, checked.parts, env, async () => ok(""));
	if (!filled.ok) return filled;
	const secret = new Set(secretNames(checked));
	return ok(Object.fromEntries(Object.entries(filled.value.env).filter(([name]) => !secret.has(name))));
}

/**
 * Resolves the secrets that the server was granted.
 *
 * @param service a connection to the keychain, if one is open; it stays the caller's
 */
export async function resolveEnvironment(
	{ grant, parts }: Checked,
	home: Home,
	env: Environment,
	service: SecretService | null,
): Promise<Result<ServerEnvironment>> {
	// Loaded only for a server that has a secret: the vaults' libraries are most of what there is to load.
	const vaults =
		grant.secrets.size === 0 ? null : new (await import("../platform/vault/index.ts")).Vaults(home, service === null ? {} : { service });
	const resolved = await serverEnvironment(grant, parts, env, async (reference) =>
		vaults === null
			? fail("reference-not-granted", "A secret was asked for that is not granted.", "Approve the server again.")
			: vaults.resolve(reference),
	);
	vaults?.close();
	if (!resolved.ok && resolved.problem.code === "keychain-missing")
		return fail(
			resolved.problem.code,
			"The keychain cannot be reached from here: the host passes on no session bus, or there is none.",
			"Start the host from your desktop session, or keep the secret in the encrypted file: sallyport secrets set sealed://NAME, and name that in the entry.",
		);
	return resolved;
}
