import { sentence, shellWord } from "../../core/plain-text.ts";
import type { GrantedSandbox } from "../../core/policy/layers.ts";
import { fail, type Result } from "../../core/result.ts";
import { type BubblewrapOptions, bubblewrapEngine } from "./bubblewrap.ts";
import type { SandboxEngine } from "./engine.ts";

/** The sandbox that a person approved for a server: the full one unless the grant says otherwise. Never another one because that fails. */
export async function engineOf({ tier }: Pick<GrantedSandbox, "tier">, options: BubblewrapOptions): Promise<SandboxEngine> {
	return tier === "landlock" ? (await import("./landlock/engine.ts")).landlockEngine(options) : bubblewrapEngine(options);
}

/** Says, beside what mends the full sandbox, that there is a weaker one, where this is why a server did not start. */
export function orWeaker<T>(result: Result<T>, server: string): Result<T> {
	if (result.ok || !["sandbox-forbidden", "sandbox-missing", "sandbox-too-old"].includes(result.problem.code)) return result;
	const { code, message, remedy } = result.problem;
	return fail(code, message, `${sentence(remedy)} Or accept a weaker sandbox: sallyport allow ${shellWord(server)} --tier landlock`);
}
