import { ourCommand } from "../../core/command-words.ts";
import { type EnvPart, type FileFact, fingerprintOf } from "../../core/policy/fingerprint.ts";
import type { Grant } from "../../core/policy/layers.ts";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";
import type { Code } from "../coded-memory.ts";
import { claimHash, hashAnew } from "../executable/hash.ts";
import type { Home } from "../home.ts";
import { type LaunchFacts, type ProvedFacts, readFacts } from "./facts.ts";
import { isMutableNow } from "./mutable.ts";
import { launchParts } from "./parts.ts";

/**
 * Proves that what would be started is what was approved: the same words, the same literal values, the same files with the same
 * content. Reads the disk, runs nothing, and asks neither the PATH nor a package manager. What takes long is taken from memory, which has to be
 * proved before anything of the server runs.
 */
export async function verifyLaunch(
	grant: Pick<Grant, "name" | "config" | "workspace" | "launch" | "secrets" | "mutableSecrets">,
	env: Readonly<Record<string, EnvPart>>,
	home: Home,
): Promise<Result<ClaimedFacts>> {
	const facts = readFacts(home, grant.launch.fingerprint);
	if (!facts.ok) return fail(facts.problem.code, facts.problem.message, `Approve it again: ${allowCommand(grant)}`);
	if (fingerprintOf(launchParts(grant.launch, env, facts.value), home.key) !== grant.launch.fingerprint)
		return fail(
			"launch-changed",
			"This server's command or environment is not what was approved.",
			`Approve it again: ${allowCommand(grant)}`,
		);
	// Only then does it matter.
	const mutable = grant.secrets.size > 0 && grant.mutableSecrets !== true && isMutableNow(grant, facts.value);
	if (lacksMutableApproval(grant, { mutable: mutable || facts.value.mutable })) return failed(secretForMutable(allowCommand(grant)));
	return claimFacts(facts.value, home, allowCommand(grant));
}

/** A launch that is what was approved, if what is remembered of its files can be believed. */
export interface ClaimedFacts {
	/** What a sandbox may be built for that nothing runs in yet. */
	readonly unproved: LaunchFacts;
	/** Reads every file again of which the memory has no code of this key. Nothing of the server may run before. */
	prove(code: Code | null): Result<ProvedFacts>;
}

/**
 * Compares the files behind a launch with what was found out at its approval.
 *
 * @param approve the command that approves it anew
 */
export async function claimFacts(facts: LaunchFacts, home: Home, approve: string): Promise<Result<ClaimedFacts>> {
	const { executable, code } = facts;
	const changed = ({ path, sha256 }: FileFact, now: Result<string>): Result<never> | null =>
		now.ok && now.value === sha256
			? null
			: fail("code-changed", `${path} is not what was approved.`, `If you changed or updated it, approve it again: ${approve}`);
	const program = claimHash(executable.path, home.state);
	const isOther = !program.ok || program.value.sha256 !== executable.sha256;
	// What is said of another content may be false as well.
	const other = isOther ? changed(executable, hashAnew(executable.path)) : null;
	if (other !== null) return other;
	if (code.kind === "script") {
		// A server that may write there could change the script through a mapping, which leaves its times as they are.
		const edited = changed(code.script, hashAnew(code.script.path));
		if (edited !== null) return edited;
	}
	const stored = code.kind === "package" ? (await import("../packages/verify.ts")).claimInstalled(home, code) : null;
	const again = (problem: Problem): Result<never> => fail(problem.code, problem.message, `Approve it again: ${approve}`);
	if (stored?.ok === false) return again(stored.problem);
	return ok({
		unproved: facts,
		prove: (key) => {
			const otherwise = program.ok ? changed(executable, program.value.prove(key)) : null;
			if (otherwise !== null) return otherwise;
			const whole = stored?.value.prove(key);
			return whole?.ok === false ? again(whole.problem) : ok(facts as ProvedFacts);
		},
	});
}

/** True when secrets would go to code that the person's other programs can change, and nobody approved that. */
export function lacksMutableApproval(grant: Pick<Grant, "secrets" | "mutableSecrets">, facts: Pick<LaunchFacts, "mutable">): boolean {
	return facts.mutable && grant.secrets.size > 0 && grant.mutableSecrets !== true;
}

/** @param command what a person would run to approve it, without the flag that says so */
export function secretForMutable(command: string): Problem {
	return {
		code: "secret-for-mutable",
		message: "Your other programs can change this server's code, and whatever they put there would get its secrets.",
		remedy: `Start it from a package, or put it where only an administrator can write. If you mean it as it is: ${command.replace(/( --(?= ).*)?$/, " --mutable-secrets$1")}`,
	};
}

/** The command that approves this very entry anew. */
export function allowCommand({ name, config }: Pick<Grant, "name" | "config">): string {
	return ourCommand("allow", [name], [["--file", config]]);
}
