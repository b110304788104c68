import type { ChildProcess } from "node:child_process";
import { ourCommand } from "../../core/command-words.ts";
import type { SecretReference } from "../../core/config/references.ts";
import { plain } from "../../core/plain-text.ts";
import { pathErrors } from "../../core/policy/path-errors.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { redact } from "../../core/secrets/redact.ts";
import { serverEnvironment } from "../launch/environment.ts";
import { type ListedOffers, type ListedServer, type ListOptions, listOffers, listTools } from "../launch/list-tools.ts";
import { profileOf } from "../launch/profile.ts";
import { lacksMutableApproval } from "../launch/verify.ts";
import { whyBlocked } from "../sandbox/blocked.ts";
import type { SandboxProfile } from "../sandbox/engine.ts";
import { engineOf, orWeaker } from "../sandbox/tiers.ts";
import { type Candidate, isApproved, startingGrant } from "./candidate.ts";
import type { ApprovalContext } from "./context.ts";

/** Milliseconds that a server may take to start and list its tools. */
const LIST_MS = 30_000;

/**
 * Starts the server and asks for its tools. One that was approved as it is runs under its grant; any other one runs with
 * placeholders for its secrets, without network, and with nothing of the person's to read.
 */
export function listCandidate(candidate: Candidate, context: ApprovalContext): Promise<Result<ListedServer>> {
	return listing(candidate, context, listTools);
}

/** As `listCandidate`, of what it offers beside tools. */
export function listCandidateOffers(candidate: Candidate, context: ApprovalContext): Promise<Result<ListedOffers>> {
	return listing(candidate, context, listOffers);
}

async function listing<T>(
	candidate: Candidate,
	context: ApprovalContext,
	list: (child: ChildProcess, options: ListOptions) => Promise<Result<T>>,
): Promise<Result<T>> {
	const { described, effective } = candidate;
	const { launch, line, facts } = described;
	// Other layers may have taken away what the person's own grant gives: a look at its tools is a launch like any other.
	const approved = effective !== null && isApproved(candidate) && !lacksMutableApproval(effective, facts);
	const grant = approved ? effective : { ...startingGrant({ described, current: null }), secrets: line.asks };
	const sandbox = grant.sandbox === "off" ? { read: [], write: [], deny: [], env: [] } : grant.sandbox;
	const placeholder = async (): Promise<Result<string>> => ok("sallyport-placeholder");
	const vaults = context.openVaults();
	const resolve = (reference: SecretReference): Promise<Result<string>> => (approved ? vaults.resolve(reference) : placeholder());
	const env = await serverEnvironment({ ...grant, sandbox }, line.env, approved ? context.env : {}, resolve);
	vaults.close();
	if (!env.ok) return env;
	context.onProgress(`starting ${plain(line.name)} confined, to list what it offers …`);
	const engine = await engineOf(sandbox, { sallyportHome: context.home.path });
	const profile = profileOf({ ...grant, launch, sandbox }, facts, env.value.env, context.home);
	const confined = orWeaker(await engine.start(profile), line.name);
	if (!confined.ok) return confined;
	try {
		const tools = await list(confined.value.child, {
			timeoutMs: LIST_MS,
			asks: grant.asks ?? {},
			redact: (text) => redact(text, env.value.secrets),
		});
		if (!tools.ok) {
			const { code, message, remedy } = tools.problem;
			const missed = approvable(message, profile, context);
			const how = missed === null ? remedy : `It may need ${missed}: ${ourCommand("allow", [line.name], [["--read", missed]])}`;
			return fail(code, `${JSON.stringify(line.name)}: ${message}`, how);
		}
		// What is listed is shown, and kept: a secret that the server was given must be in neither.
		if (repeats(JSON.stringify(tools.value), env.value.secrets))
			return fail(
				"tools-hold-secret",
				`${JSON.stringify(line.name)} puts a secret that it was given into what it lists.`,
				"Take the secret away from it, and ask its makers.",
			);
		return tools;
	} finally {
		await confined.value.dispose();
	}
}

/** What a server says in its last words that it could not read, where a person could grant it. Null: nothing. */
function approvable(words: string, profile: SandboxProfile, { home }: ApprovalContext): string | null {
	for (const error of pathErrors(words)) {
		const blocked = whyBlocked(error, profile, { sallyportHome: home.path });
		if (blocked?.reason === "not-granted" && blocked.access === "read") return blocked.path;
	}
	return null;
}

/** By chance, a short value stands in any text. */
function repeats(text: string, secrets: readonly string[]): boolean {
	const long = secrets.filter((secret) => secret.length >= 8);
	return long.length > 0 && redact(text, long) !== redact(text, []);
}
