import { exact, plain } from "../../core/plain-text.ts";
import { fingerprintOf } from "../../core/policy/fingerprint.ts";
import type { Grant } from "../../core/policy/layers.ts";
import type { LaunchGrant } from "../../core/policy/schema.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { type ProvedFacts, readFacts } from "../launch/facts.ts";
import type { LaunchLine } from "../launch/locate.ts";
import { isMutableNow } from "../launch/mutable.ts";
import { launchParts } from "../launch/parts.ts";
import { allowCommand, claimFacts } from "../launch/verify.ts";
import { commandLine, MUTABLE } from "./texts.ts";

/** Something about a launch, for people. */
export interface LookRow {
	readonly kind: "command" | "in" | "starts" | "runs" | "reads" | "mutable" | "code" | "unknown";
	readonly text: string;
}

/** What a grant starts, as it is now. */
export interface LaunchLook {
	readonly rows: readonly LookRow[];
	/** What stands behind the command was found, and is what the grant names by its fingerprint; a Problem: it cannot be told. */
	readonly verified: Result<void>;
}

/** What the config file of a grant starts under its name, as it stands there now. */
export type LinesOf = (grant: Pick<Grant, "name" | "config">) => Result<readonly LaunchLine[]>;

/**
 * Looks behind the command of a grant, on this machine and now: what was written down at an approval is shown only where the fingerprint says that
 * it is that, and the files are what it says.
 */
export async function lookAtLaunch(home: Home, grant: Grant, linesOf: LinesOf): Promise<LaunchLook> {
	const found = await findBehind(home, grant, linesOf);
	const rows = found.ok
		? factRows(found.value, grant)
		: [{ kind: "unknown" as const, text: `not verified: ${plain(found.problem.message)}` }];
	return { rows: [...lineRows(grant.launch), ...rows, codeRow(grant.launch)], verified: found.ok ? ok(undefined) : found };
}

/** What a grant says of its launch by itself. */
export function ownRows(launch: LaunchGrant): readonly LookRow[] {
	return [...lineRows(launch), codeRow(launch)];
}

async function findBehind(home: Home, grant: Grant, linesOf: LinesOf): Promise<Result<ProvedFacts>> {
	const facts = readFacts(home, grant.launch.fingerprint);
	if (!facts.ok) return unverified("nothing was kept of what it starts");
	const lines = linesOf(grant);
	if (!lines.ok) return unverified(lines.problem.message);
	const parts = lines.value
		.filter((line) => isOf(line, grant))
		.map((line) => fingerprintOf(launchParts(grant.launch, line.env, facts.value), home.key));
	if (parts.length === 0) return unverified("its config file does not start this command");
	if (!parts.includes(grant.launch.fingerprint)) return unverified("what was kept of it is of something else");
	const claimed = await claimFacts(facts.value, home, allowCommand(grant));
	const proved = claimed.ok ? claimed.value.prove(null) : claimed;
	return proved.ok ? proved : unverified(proved.problem.message);
}

function isOf({ workspace, command, args, cwd, env }: LaunchLine, { launch, ...grant }: Grant): boolean {
	const kinds = Object.entries(env).map(([name, part]) => [name, part.kind === "literal" ? "literal" : "reference"] as const);
	const text = (of: Pick<LaunchGrant, "command" | "args" | "cwd">, variables: readonly (readonly [string, string])[]) =>
		JSON.stringify([of.command, of.args, of.cwd, [...variables].sort()]);
	return workspace === grant.workspace && text({ command, args: [...args], cwd }, kinds) === text(launch, Object.entries(launch.env));
}

function unverified(why: string): Result<never> {
	return fail("launch-not-verified", why.replace(/\.$/, ""), "");
}

function lineRows(launch: LaunchGrant): readonly LookRow[] {
	const variables = Object.entries(launch.env).map(([name, kind]) => `${plain(name)} (${kind})`);
	return [
		{ kind: "command", text: commandLine(launch) },
		...(launch.cwd === null ? [] : [{ kind: "in" as const, text: plain(launch.cwd) }]),
		...(variables.length === 0 ? [] : [{ kind: "command" as const, text: `with ${variables.join(", ")}` }]),
	];
}

function codeRow(launch: LaunchGrant): LookRow {
	return { kind: "code", text: launch.fingerprint };
}

function factRows(facts: ProvedFacts, grant: Grant): readonly LookRow[] {
	const { executable, argv, code, roots, env = {} } = facts;
	const own = [executable.path, code.kind === "package" ? code.folder : code.kind === "script" ? code.script.path : null];
	return [
		{ kind: "runs", text: plain(executable.path) },
		...(code.kind === "package" ? [{ kind: "runs" as const, text: `${plain(code.name)}@${plain(code.version)}` }] : []),
		...(code.kind === "script" ? [{ kind: "runs" as const, text: plain(code.script.path) }] : []),
		{ kind: "starts", text: commandLine({ command: executable.startedAs, args: argv }) },
		...Object.entries(env).map(([name, value]) => ({ kind: "starts" as const, text: `with ${exact(`${name}=${value}`)}` })),
		...roots.filter((root) => !own.includes(root)).map((root) => ({ kind: "reads" as const, text: plain(root) })),
		...(isMutableNow(grant, facts) ? [{ kind: "mutable" as const, text: MUTABLE[code.kind] }] : []),
	];
}
