import { ourCommand } from "../../core/command-words.ts";
import { sentence } from "../../core/plain-text.ts";
import type { GrantedSandbox } from "../../core/policy/layers.ts";
import { fail, type Problem, type Result } from "../../core/result.ts";
import { type BubblewrapOptions, bubblewrapEngine } from "./bubblewrap.ts";
import type { SandboxEngine } from "./engine.ts";

/** The sandbox that a person approved for a server: the full one unless the grant says otherwise. Never another one because that fails. */
export async function engineOf({ tier }: Pick<GrantedSandbox, "tier">, options: BubblewrapOptions): Promise<SandboxEngine> {
	return tier === "landlock" ? (await import("./landlock/engine.ts")).landlockEngine(options) : bubblewrapEngine(options);
}

const OR_WEAKER = " Or accept a weaker sandbox:";

/** True where this machine has no full sandbox for a server, so that a person may accept the weaker one. */
export function isFullForbidden({ code }: Pick<Problem, "code">): boolean {
	return ["sandbox-forbidden", "sandbox-missing", "sandbox-too-old"].includes(code);
}

/** What mends the full sandbox, without what `orWeaker` says. */
export function remedyForFull({ remedy }: Pick<Problem, "remedy">): string {
	return remedy.split(OR_WEAKER)[0] ?? remedy;
}

/** Says, beside what mends the full sandbox, that there is a weaker one, where this is why a server did not start. */
export function orWeaker<T>(result: Result<T>, server: string): Result<T> {
	if (result.ok || !isFullForbidden(result.problem)) return result;
	const { code, message, remedy } = result.problem;
	return fail(code, message, `${sentence(remedy)}${OR_WEAKER} ${ourCommand("allow", [server], [["--tier", "landlock"]])}`);
}
