import type { Command } from "commander";
import { sessionDrifts } from "../core/audit/session-drift.ts";
import { sentence } from "../core/plain-text.ts";
import { type Asks, parsePolicyAsks } from "../core/policy/asks.ts";
import { LIMIT_NAMES, type LimitName, parsePolicyLimits } from "../core/policy/limits.ts";
import { NO_OFFERS, promptPin } from "../core/policy/offers.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Candidate, describeCandidate, saveGrant, startingGrant } from "../platform/approval/candidate.ts";
import type { ApprovalContext } from "../platform/approval/context.ts";
import { lookUpEgress } from "../platform/approval/egress-lookup.ts";
import { promptsToGrant } from "../platform/approval/given.ts";
import { listCandidateOffers } from "../platform/approval/list-candidate.ts";
import { type Widening, widen } from "../platform/approval/widen.ts";
import { readAuditLogs } from "../platform/audit/reader.ts";
import { keepDefinition } from "../platform/definitions.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { lacksMutableApproval, secretForMutable } from "../platform/launch/verify.ts";
import { readNetwork } from "../platform/network.ts";
import { namesNetwork } from "../platform/network-environment.ts";
import { approvalContext, approvalOptions } from "./approval-context.ts";
import { confirmWidening } from "./confirm.ts";
import type { GrantParts } from "./grant-parts.ts";
import { grantJson } from "./grants.ts";
import type { ExitCode, Io } from "./io.ts";
import { listOption } from "./list-option.ts";
import { complain, say } from "./say.ts";
import { showDrift, showListed, showSessionDrift } from "./show-drift.ts";
import { showChange, showLaunch } from "./show-grant.ts";
import { sayWhatIsLeft } from "./show-narrowed.ts";
import { commandHere, findTarget, secretOptions } from "./target.ts";

interface AllowOptions extends GrantParts {
	readonly file?: string;
	readonly deny?: readonly string[];
	readonly undeny?: readonly string[];
	readonly limit?: readonly string[];
	readonly sandbox?: "on" | "off";
	readonly mutableSecrets?: boolean;
	readonly tier?: "bubblewrap" | "landlock";
	readonly update?: boolean;
	readonly yes?: boolean;
	readonly json?: boolean;
}

export function registerAllow(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("allow <name>")
		.description("approve a server's command as it is now, and what else it may use")
		.option("--file <config>", "the config file that has the server")
		.addOption(listOption("--read <path>", "let it read a file or folder"))
		.addOption(listOption("--write <path>", "let it write a file or folder"))
		.addOption(listOption("--deny <pattern>", "hide names or paths in what it may read or write, such as **/*.key"))
		.addOption(listOption("--undeny <pattern>", "show again what --deny hides"))
		.addOption(listOption("--limit <name=value>", `${LIMITS}, such as memory=1GiB; NAME=none takes it away`))
		.addOption(
			listOption(
				"--egress <host:port>",
				"let it connect there; *.host:port for the names beneath, host:port=ADDRESS for a private address",
			),
		)
		.addOption(listOption("--env <name>", "pass a variable on from the host's environment"))
		.addOption(listOption("--secret <slot=reference>", "give it a secret: env:NAME=keychain://…"))
		.addOption(listOption("--prompt <name>", "let it offer this prompt; * for every one"))
		.addOption(listOption("--resource <uri>", "let it offer this resource, or those that fit a glob such as file:///docs/**"))
		.addOption(listOption("--template <template>", "let it offer this URI template; * for every one"))
		.option("--completions", "let it complete what you type for the prompts, templates and resources that it may offer")
		.addOption(listOption("--ask <kind>", "let it ask the host: sampling, elicitation or roots, or sampling=4 for four times a minute"))
		.addOption(
			listOption(
				"--host-secrets <tool>",
				"let the host send it private keys and tokens that are not its own, in calls of this tool; * for everything",
			),
		)
		.option("--mutable-secrets", "give it its secrets although your other programs can change its code")
		.option("--sandbox <on|off>", "off: start it without a sandbox; on: confine it again")
		.option("--tier <bubblewrap|landlock>", "landlock: the weaker sandbox, where this machine forbids the full one")
		.option("--update", "resolve the package anew instead of keeping the version that is installed")
		.option("--yes", "do not ask (only in a home made by: sallyport init --unattended)")
		.option("--json", "print the grant as JSON")
		.addHelpText(
			"after",
			"\nShows the exact change and asks for the server's name on a terminal.\nExit: 0 allowed, 1 declined, 2 could not.",
		)
		.action(async (name: string, options: AllowOptions) => exit(await allow(name, options, io)));
}

async function allow(name: string, options: AllowOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const line = findTarget(name, options.file, io);
	if (!line.ok) return complain(io, line.problem);
	const context = approvalContext(home.value, io);
	const candidate = await describeCandidate(line.value, context, { update: options.update === true });
	if (!candidate.ok) return complain(io, candidate.problem);
	const secrets = parseSecrets(options.secret ?? []);
	if (!secrets.ok) return complain(io, secrets.problem);
	const limits = parseLimits(options.limit ?? []);
	if (!limits.ok) return complain(io, limits.problem);
	const asks = parseAsks(options.ask ?? []);
	if (!asks.ok) return complain(io, asks.problem);
	const { sandbox, read = [], write = [], egress = [], env = [], deny = [], undeny = [] } = options;
	if (sandbox !== undefined && sandbox !== "on" && sandbox !== "off")
		return complain(io, { code: "bad-sandbox", message: "--sandbox is on or off.", remedy: "Use: --sandbox on" });
	const tier = options.tier;
	if (tier !== undefined && tier !== "bubblewrap" && tier !== "landlock")
		return complain(io, { code: "bad-tier", message: "--tier is bubblewrap or landlock.", remedy: "Use: --tier landlock" });
	const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
	const named = (options.prompt ?? []).filter((prompt) => prompt !== "*");
	// What is started to be listed is shown before it starts.
	if (named.length > 0) showLaunch(out, candidate.value.described, candidate.value.current?.secrets);
	const prompts = named.length === 0 ? ok([]) : await listedPrompts(candidate.value, context, named);
	if (!prompts.ok) return complain(io, prompts.problem);
	const wanted = {
		read,
		write,
		egress,
		env,
		deny,
		undeny,
		...limits.value,
		prompts: options.prompt ?? [],
		promptPins: Object.fromEntries(prompts.value.map((prompt) => [prompt.name, prompt.pin])),
		resources: options.resource ?? [],
		templates: options.template ?? [],
		completions: options.completions === true,
		asks: asks.value,
		hostSecrets: options.hostSecrets ?? [],
		secrets: secrets.value,
		...(sandbox === undefined ? {} : { sandbox }),
		...(options.mutableSecrets === true ? { mutableSecrets: true } : {}),
		...(tier === undefined ? {} : { tier }),
	};
	const after = widen(startingGrant(candidate.value), wanted, line.value.asks, { ...context, cwd: io.cwd });
	if (!after.ok) return complain(io, after.problem);
	if (options.mutableSecrets === true && after.value.secrets.size === 0)
		return complain(io, {
			code: "no-secret",
			message: "--mutable-secrets speaks of secrets, and this server is granted none.",
			remedy: "Name them with it: --secret env:NAME=REFERENCE --mutable-secrets",
		});
	const here = { name, file: options.file };
	const looked = await lookUpEgress(egress);
	if (!looked.ok) return complain(io, looked.problem);

	if (lacksMutableApproval(after.value, candidate.value.described.facts)) return complain(io, secretForMutable(commandHere("allow", here)));

	if (named.length === 0) showLaunch(out, candidate.value.described, after.value.secrets);
	for (const prompt of prompts.value) {
		const approved = promptPin(candidate.value.current?.offers ?? NO_OFFERS, prompt.name);
		if (approved === null) showListed(out, prompt);
		else if (approved !== prompt.pin) showDrift(out, home.value, prompt, approved, "prompt");
		else showPromptInSession(out, home.value, candidate.value.described.line.name, prompt.name, approved);
	}
	const widens = showChange(out, candidate.value.current, after.value);
	if (widens) {
		const confirmed = await confirmWidening(after.value.name, home.value, options.yes === true, io);
		if (!confirmed.ok) return complain(io, confirmed.problem, confirmed.problem.code === "declined" ? 1 : 2);
	}
	for (const { pin, definition } of prompts.value) await keepDefinition(home.value, pin, definition);
	const saved = await saveGrant(home.value, after.value, candidate.value, approvalOptions(io));
	if (!saved.ok) return complain(io, saved.problem);
	const waiting = [...line.value.asks].filter(([slot, reference]) => after.value.secrets.get(slot) !== reference);
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				server: after.value.name,
				fingerprint: after.value.launch.fingerprint,
				grant: grantJson(after.value),
				waiting: waiting.map(([slot]) => slot),
			}),
		);
	else {
		say(io, widens ? "Allowed." : "Saved; nothing was widened.");
		for (const [slot, reference] of waiting)
			say(
				io,
				`It still asks for ${slot} and will not start without it: ${commandHere("allow", here, [], secretOptions(slot, reference, candidate.value.described.facts))}`,
			);
		await sayWhatIsLeft(io, line.value, context);
		const network = egress.length > 0 && namesNetwork(io.env) ? readNetwork(home.value) : null;
		if (network?.ok === true && network.value === null)
			say(io, "This terminal's variables name a proxy or certificates. For servers to use them: sallyport network use");
		if (after.value.tools.size === 0)
			say(io, `No tool is allowed yet: ${commandHere("tools list", here)}, then ${commandHere("tools allow", here, ["TOOL…"])}`);
	}
	return 0;
}

/** Of a prompt that is what was approved: what a running server listed in its place, if it did. */
function showPromptInSession(io: Io, home: Home, server: string, prompt: string, approved: string): void {
	const read = readAuditLogs(home, { server, limit: MOST_RECORDS });
	const drifts = read.ok ? sessionDrifts(read.value.entries) : [];
	const drift = drifts.find((each) => each.kind === "prompt" && each.name === prompt && each.approved === approved);
	if (drift !== undefined) showSessionDrift(io, home, drift);
}

/** Records of one server that are looked through. */
const MOST_RECORDS = 20_000;

/** These prompts as the server lists them now. */
async function listedPrompts(candidate: Candidate, context: ApprovalContext, names: readonly string[]) {
	const listed = await listCandidateOffers(candidate, context);
	if (listed.ok) return promptsToGrant(listed.value, names);
	const { code, message, remedy } = listed.problem;
	return fail(
		code,
		message,
		`${sentence(remedy)} It has to start to list its prompts: allow what it needs for that first, then the prompts.`,
	);
}

/** `--limit NAME=VALUE`, as often as it stands, by the rules of a policy file; `none` takes the limit away. */
function parseLimits(texts: readonly string[]): Result<Pick<Widening, "limits" | "unlimited">> {
	const limits: Record<string, string | number> = {};
	const unlimited: LimitName[] = [];
	for (const text of texts) {
		const [, named = "", value = ""] = /^([A-Za-z]+)=(.*)$/s.exec(text) ?? [];
		const name = LIMIT_NAMES.find((each) => each === named);
		const one = /^\d{1,15}$/.test(value) ? Number(value) : value;
		if (name === undefined)
			return fail("bad-limit", `--limit ${text}: there is no such limit. The limits are ${LIMITS}.`, "Example: --limit memory=1GiB");
		if (value === "none") unlimited.push(name);
		else if (parsePolicyLimits({ [name]: one }) === null)
			return fail("bad-limit", `--limit ${text}: ${LIMIT_VALUES[name]}`, `To take the limit away: --limit ${name}=none`);
		else limits[name] = one;
	}
	const parsed = parsePolicyLimits(limits);
	if (parsed === null) throw new Error("limits that are right one by one and not together");
	return ok({ limits: parsed, unlimited });
}

const LIMITS = LIMIT_NAMES.join(", ").replace(/, (?=[^,]*$)/, " and ");
const SIZE = "the value is a size, such as 64MiB or 1GiB.";
const COUNT = "the value is a whole number above 0.";
const LIMIT_VALUES: Readonly<Record<LimitName, string>> = {
	memory: SIZE,
	processes: COUNT,
	files: COUNT,
	disk: SIZE,
	cpuSeconds: COUNT,
	callsPerMinute: COUNT,
	sessionCallsPerMinute: COUNT,
	sessionCalls: COUNT,
	resultSize: SIZE,
	overlong: "the value is refuse or cut.",
	pending: COUNT,
};

/** `--ask KIND` or `--ask KIND=TIMES`, as often as it stands. */
function parseAsks(texts: readonly string[]): Result<Asks> {
	const asks: Record<string, unknown> = {};
	for (const text of texts) {
		const [kind = "", times, ...more] = text.split("=");
		asks[kind] = times === undefined ? true : { perMinute: more.length === 0 && /^\d{1,9}$/.test(times) ? Number(times) : Number.NaN };
	}
	const parsed = parsePolicyAsks(asks);
	return parsed === null
		? fail(
				"bad-ask",
				"--ask is not sampling, elicitation or roots.",
				"Example: --ask elicitation, or --ask sampling=4 for four times a minute",
			)
		: ok(parsed);
}

/** `--secret env:NAME=REFERENCE`, as often as it stands. */
function parseSecrets(texts: readonly string[]): Result<ReadonlyMap<string, string>> {
	const secrets = new Map<string, string>();
	for (const text of texts) {
		const [, slot, reference] = /^(env:[A-Za-z_][A-Za-z0-9_]*)=(.+)$/s.exec(text) ?? [];
		if (slot === undefined || reference === undefined)
			return fail(
				"bad-secret",
				"--secret is not of the form env:NAME=REFERENCE.",
				"Example: --secret env:GITHUB_TOKEN=keychain://github/GITHUB_TOKEN",
			);
		secrets.set(slot, reference);
	}
	return ok(secrets);
}
