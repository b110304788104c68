import { setTimeout as delay } from "node:timers/promises";
import { formatReference, referencesIn } from "../../core/config/references.ts";
import type { ServerEntry } from "../../core/config/server.ts";
import { parseLaunch } from "../../core/launch/runner.ts";
import type { Asks } from "../../core/policy/asks.ts";
import { type Grant, grantsOf } from "../../core/policy/layers.ts";
import { NO_OFFERS, promptPin } from "../../core/policy/offers.ts";
import { fail, ok, type Problem, type Result } from "../../core/result.ts";
import { readProposals } from "../../platform/approval/accept.ts";
import {
	type Candidate,
	currentGrant,
	describeCandidate,
	isApproved,
	saveGrant,
	startingGrant,
} from "../../platform/approval/candidate.ts";
import type { ApprovalContext } from "../../platform/approval/context.ts";
import { type GivenInstructions, instructionsOf, NO_INSTRUCTIONS, withTools } from "../../platform/approval/given.ts";
import { listCandidate, listCandidateOffers } from "../../platform/approval/list-candidate.ts";
import { grantChange } from "../../platform/approval/texts.ts";
import { NOTHING, type Widening, widen } from "../../platform/approval/widen.ts";
import { keepInstructions, keepTool } from "../../platform/definitions.ts";
import type { ListedOffers, ListedPrompt, ListedTool } from "../../platform/launch/list-tools.ts";
import type { LaunchLine } from "../../platform/launch/locate.ts";
import { lacksMutableApproval } from "../../platform/launch/verify.ts";
import { recallPackage } from "../../platform/packages/resolved.ts";
import { grantsAnything, readLayers } from "../../platform/policy-files.ts";
import { isFullForbidden, remedyForFull } from "../../platform/sandbox/tiers.ts";
import { openDefinitions, openDrift, openInstructionsDrift } from "../approval/definitions.ts";
import { confirmWidening, type Look, whenRead } from "../approval/dialog.ts";
import { type Holder, otherHolders } from "../approval/other-holders.ts";
import { called, FULL_DEFINITIONS, fetchQuestion, grantQuestion, mutableQuestion, startQuestion } from "../approval/questions.ts";
import { withProgress } from "../commands.ts";
import { markDone } from "../onboarding/progress.ts";
import { inEditorWords } from "../onboarding/remedies.ts";
import type { Services } from "../services.ts";
import { acceptProposed } from "./accepting.ts";
import { CANCELLED } from "./cancelled.ts";
import type { Server } from "./model.ts";
import { isUnsaved } from "./saved-entry.ts";
import type { Servers } from "./servers.ts";

/** A server as its saved file has it, and what stands behind its launch line on this machine. */
export interface Described {
	readonly server: Server;
	readonly candidate: Candidate;
	readonly context: ApprovalContext;
}

export interface Listed extends Described {
	readonly tools: readonly ListedTool[];
	/** What it says for the model, against what was approved. */
	readonly instructions: GivenInstructions;
}

/** What a person wants to add; what is left out adds nothing. */
export interface Wanted {
	readonly title: string;
	readonly tools?: readonly ListedTool[];
	/** As they were listed with the tools: what is new in them is asked for, too. */
	readonly instructions?: GivenInstructions;
	readonly read?: readonly string[];
	readonly write?: readonly string[];
	readonly egress?: readonly string[];
	readonly prompts?: readonly string[];
	/** Of these prompts, the definitions as they were listed: they are granted with them. */
	readonly definitions?: readonly ListedPrompt[];
	readonly resources?: readonly string[];
	readonly templates?: readonly string[];
	readonly completions?: boolean;
	readonly hostSecrets?: readonly string[];
	readonly asks?: Asks;
	readonly tier?: "landlock";
	/** What the question begins with, a paragraph each: ours, and plain. */
	readonly notes?: readonly string[];
}

/** Milliseconds until something that takes long says so. */
const PATIENCE_MS = 400;

/** The way from a server to a grant: what it is, what it offers, one question, and the grant. Nothing is granted but by `grant`. */
export class Approvals {
	readonly #services: Services;
	readonly #servers: Servers;
	/** Fingerprints of launches that a person let start in this session. */
	readonly #started = new Set<string>();

	constructor(services: Services, servers: Servers) {
		this.#services = services;
		this.#servers = servers;
	}

	/** Finds what the entry starts, by its file as it is saved; installs a package first, confined, and asks before it does so. */
	describe(before: Pick<Server, "id" | "file">): Promise<Result<Described>> {
		return this.#describe(before, false);
	}

	/** @returns `asked`: a person has said yes to its start, of which no more was known than its line */
	async #describe(before: Pick<Server, "id" | "file">, toList: boolean): Promise<Result<Described & { readonly asked: boolean }>> {
		const trust = this.#services.requireTrust();
		if (!trust.ok) return trust;
		if (isUnsaved(before.file.path))
			return fail("unsaved", "The config file has changes that are not saved, and hosts read what is saved.", "Save it first.");
		const server = this.#servers.reread(before);
		if (server === null) return fail("server-gone", "The server is not there any more.", "Refresh the view MCP Servers.");
		const { line } = server;
		if (line === null) return { ok: false, problem: server.refusal ?? REMOTE };
		const accepted = await this.#acceptWaiting(line);
		if (!accepted.ok) return accepted;
		const asked = this.#isToBeFetched(line);
		if (asked && !(await confirmWidening(fetchQuestion(line, toList)))) return CANCELLED;
		return patiently(`Sallyport: looking at ${called(server.name)}`, async (report) => {
			const context = await this.#services.approval(report);
			if (!context.ok) return context;
			const candidate = await describeCandidate(line, context.value, { update: false });
			return candidate.ok ? ok({ server, candidate: candidate.value, context: context.value, asked }) : candidate;
		});
	}

	/** What stands in a policy file and was never accepted is decided on first: anything that is saved here would take its place. */
	async #acceptWaiting(line: LaunchLine): Promise<Result<void>> {
		const home = this.#services.home();
		if (!home.ok || !grantsAnything(home.value)) return ok(undefined);
		const proposals = await readProposals(home.value, this.#services.patience());
		if (!proposals.ok) return proposals;
		for (const proposal of proposals.value.filter(({ asked }) => currentGrant([asked], line) !== null)) {
			const accepted = await acceptProposed(this.#services, home.value, proposal, () => ok([line]));
			if (!accepted.ok) return accepted;
			await this.#servers.regrant();
		}
		return ok(undefined);
	}

	#isToBeFetched({ command, args }: LaunchLine): boolean {
		const launch = parseLaunch(command, args);
		if (!launch.ok || launch.value.kind !== "package") return false;
		const home = this.#services.home();
		return !home.ok || recallPackage(home.value, launch.value, this.#servers.accepted?.code ?? null) === null;
	}

	/** Starts the server confined and keeps the list of its tools. Asks before the first start of a command that was not approved. */
	async list(before: Pick<Server, "id" | "file">): Promise<Result<Listed>> {
		const listed = await this.#list(before, "the tools", listCandidate);
		if (!listed.ok) return listed;
		const { described, list: said } = listed.value;
		const { tools } = said;
		const { launch, line } = described.candidate.described;
		await this.#servers.keepListing(described.server, line, launch.fingerprint, tools);
		markDone(this.#services, "list");
		return ok({ ...described, tools, instructions: instructionsOf(said, described.candidate.current ?? {}) });
	}

	/** As `list`, of what it offers beside tools: kept for this session alone. */
	async listOffers(before: Pick<Server, "id" | "file">): Promise<Result<Described & { readonly offers: ListedOffers }>> {
		const listed = await this.#list(before, "the prompts and resources", listCandidateOffers);
		if (!listed.ok) return listed;
		const { described, list: offers } = listed.value;
		this.#servers.keepOffers(described.server, described.candidate.described.line, offers);
		return ok({ ...described, offers });
	}

	async #list<T>(
		before: Pick<Server, "id" | "file">,
		what: string,
		list: (candidate: Candidate, context: ApprovalContext) => Promise<Result<T>>,
	): Promise<Result<{ readonly described: Described; readonly list: T }>> {
		const described = await this.#describe(before, true);
		if (!described.ok) return described;
		const { server, candidate, context, asked } = described.value;
		const { launch, line } = candidate.described;
		// Not by a list that is kept of it: another program may have written that.
		const known = asked || isApproved(candidate) || this.#started.has(launch.fingerprint);
		if (!known && !(await confirmWidening(startQuestion(candidate)))) return CANCELLED;
		this.#started.add(launch.fingerprint);
		// A launch that was approved without a secret that it asks for would not start under its grant.
		const lacks = [...line.asks].some(([slot, reference]) => candidate.current?.secrets.get(slot) !== reference);
		const listed = await patiently(`Sallyport: listing ${what} of ${called(server.name)}`, (report) =>
			list(lacks ? { ...candidate, current: null } : candidate, { ...context, onProgress: report }),
		);
		if (listed.ok) return ok({ described: { server, candidate, context }, list: listed.value });
		const granted = await this.#acceptWeaker({ server, candidate, context }, listed.problem);
		if (granted === null) return listed;
		return granted.ok ? this.#list(before, what, list) : granted;
	}

	/** Where this machine forbids the full sandbox: asks for the weaker one, and all that the launch needs. Null: that is not why it did not start. */
	async #acceptWeaker(described: Described, problem: Problem): Promise<Result<void> | null> {
		const before = described.candidate.current?.sandbox;
		if (!isFullForbidden(problem) || before === "off" || before?.tier === "landlock") return null;
		return this.grant(described, {
			title: `Start ${called(described.server.name)} in the weaker sandbox?`,
			tier: "landlock",
			notes: [
				`The full sandbox does not stand up on this machine: ${problem.message}`,
				`To have it: ${inEditorWords(remedyForFull(problem))}`,
			],
		});
	}

	/**
	 * Asks once for the launch as it is, the secrets that its entry asks for, and what is wanted; saves exactly what was shown. Asks nothing where
	 * nothing is new.
	 */
	async grant({ server, candidate, context }: Described, wanted: Wanted): Promise<Result<void>> {
		const { line } = candidate.described;
		const {
			title,
			tools = [],
			instructions = NO_INSTRUCTIONS,
			definitions = [],
			read = [],
			write = [],
			egress = [],
			notes = [],
			...extras
		} = wanted;
		const start = startingGrant(candidate);
		const promptPins = Object.fromEntries(definitions.flatMap(({ name, pin }) => (pin === null ? [] : [[name, pin] as const])));
		const more: Widening = { ...NOTHING, ...extras, promptPins, read, write, egress, secrets: line.asks };
		const cwd = line.workspace ?? context.userHome;
		const base: Grant = { ...withTools(start, tools), ...(instructions.pin === null ? {} : { instructions: instructions.pin }) };
		const asked = widen(base, more, line.asks, { ...context, cwd });
		if (!asked.ok) return asked;
		const isMutable = lacksMutableApproval(asked.value, candidate.described.facts);
		if (isMutable && !(await confirmWidening(mutableQuestion(candidate, asked.value)))) return CANCELLED;
		const after: Grant = isMutable ? { ...asked.value, mutableSecrets: true } : asked.value;
		const change = grantChange(candidate.current, after);
		if (change.widens) {
			const holders = this.#holders(server, candidate, after, context);
			if (!holders.ok) return holders;
			const { question, changed } = grantQuestion(title, candidate, after, change, {
				tools,
				holders: holders.value,
				notes,
				instructions: isNews(instructions) ? instructions.text : null,
				prompts: definitions,
			});
			const closer = [
				...(changed.length === 0 ? [] : [{ label: "Show What Changed", show: () => this.#showChanged(changed, candidate) }]),
				...(instructions.state === "changed" && candidate.current?.instructions !== undefined
					? [
							{
								label: CHANGED_INSTRUCTIONS,
								show: () => this.#showInstructions(server, candidate.current?.instructions ?? "", instructions),
							},
						]
					: []),
				...definitions.flatMap((prompt) => this.#promptDrift(prompt, candidate)),
				...(tools.length === 0 ? [] : [{ label: FULL_DEFINITIONS, show: () => this.#showAll(server, tools) }]),
			];
			if (!(await confirmWidening({ ...question, closer }))) return CANCELLED;
		}
		for (const each of [...tools, ...definitions]) await keepTool(context.home, each);
		if (instructions.pin !== null && instructions.text !== null) await keepInstructions(context.home, instructions.pin, instructions.text);
		const saved = await saveGrant(context.home, after, candidate, { by: this.#services.program });
		if (!saved.ok) return saved;
		if (tools.length > 0) markDone(this.#services, "allow");
		this.#services.log.info(`${called(server.name)}: granted, tools among it: ${tools.length}`);
		await this.#servers.regrant();
		return ok(undefined);
	}

	/** Of the secrets that are new to it: who else has them. */
	#holders({ id }: Server, { current, described }: Candidate, { secrets }: Grant, { home }: ApprovalContext): Result<readonly Holder[]> {
		const layers = readLayers(home, { workspace: null, narrowing: [] });
		if (!layers.ok) return layers;
		const wanted = [...secrets].flatMap(([slot, reference]) => (current?.secrets.get(slot) === reference ? [] : [reference]));
		const others = this.#servers.files.flatMap(({ path, servers }) =>
			servers.flatMap((server) => (server.id === id ? [] : [{ name: server.name, config: path, references: referencesOf(server.entry) }])),
		);
		return ok(otherHolders(wanted, described.line, grantsOf(layers.value), others));
	}

	async #showAll(server: Server, tools: readonly ListedTool[]): Promise<boolean> {
		await openDefinitions(server.name, tools);
		return whenRead(`When you have read the definitions of ${called(server.name)}, go on to the question.`);
	}

	/** Of a prompt that was granted with another definition: what changed. */
	#promptDrift(prompt: ListedPrompt, { current }: Candidate): readonly Look[] {
		const approved = promptPin(current?.offers ?? NO_OFFERS, prompt.name);
		if (approved === null || approved === prompt.pin) return [];
		const show = async (): Promise<boolean> => {
			const opened = await openDrift(this.#services, prompt, approved);
			if (!opened.ok) this.#services.log.problem(opened.problem);
			return whenRead("When you have seen what changed, go on to the question.");
		};
		return [{ label: `Show What Changed in ${called(prompt.name)}`, show }];
	}

	async #showInstructions({ name }: Server, approved: string, { text }: GivenInstructions): Promise<boolean> {
		const opened = await openInstructionsDrift(this.#services, name, approved, text ?? "");
		if (!opened.ok) this.#services.log.problem(opened.problem);
		return whenRead("When you have seen what changed, go on to the question.");
	}

	async #showChanged(tools: readonly ListedTool[], { current }: Candidate): Promise<boolean> {
		for (const tool of tools) {
			const opened = await openDrift(this.#services, tool, current?.tools.get(tool.name) ?? "");
			if (!opened.ok) this.#services.log.problem(opened.problem);
			if (!opened.ok) await openDefinitions(tool.name, [tool]);
		}
		return whenRead("When you have seen what changed, go on to the question.");
	}
}

const CHANGED_INSTRUCTIONS = "Show What Changed in Its Words";

/** True for what a person has not approved as it is, and can. */
export function isNews({ state }: GivenInstructions): boolean {
	return state === "denied" || state === "changed";
}

function referencesOf(entry: ServerEntry): readonly string[] {
	const values = entry.kind === "stdio" ? entry.env : entry.headers;
	return values.flatMap(({ value }) => referencesIn(value.value).map(formatReference));
}

const REMOTE = {
	code: "server-remote",
	message: "This is a remote server: no command starts it.",
	remedy: "The launcher starts local servers; remote ones come with a later version.",
};

/** Shows a notification when it takes long. */
async function patiently<T>(title: string, run: (report: (text: string) => void) => Promise<T>): Promise<T> {
	let tell = (_text: string): void => {};
	const work = run((text) => tell(text));
	if (await Promise.race([work.then(() => true), delay(PATIENCE_MS, false, { ref: false })])) return work;
	return withProgress(title, (report) => {
		tell = report;
		return work;
	});
}
