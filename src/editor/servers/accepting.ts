import * as vscode from "vscode";
import type { Proposal } from "../../core/policy/accepted.ts";
import { failed, ok, type Result } from "../../core/result.ts";
import {
	acceptProposal,
	acceptSettings,
	acceptWithdrawn,
	beginListAnew,
	lookAtProposal,
	readLost,
	readWaiting,
	settleNarrowed,
} from "../../platform/approval/accept.ts";
import type { LinesOf } from "../../platform/approval/launch-look.ts";
import { proposedWords } from "../../platform/approval/proposed-words.ts";
import type { Home } from "../../platform/home.ts";
import { launchLinesIn } from "../../platform/launch/config-lines.ts";
import { acceptQuestion, anewQuestion, settingsQuestion, withdrawnQuestion } from "../approval/accept-questions.ts";
import { openTextDrift } from "../approval/definitions.ts";
import { confirmWidening, type Look, whenRead } from "../approval/dialog.ts";
import { type ProposedText, proposedText } from "../approval/proposed-text.ts";
import { called } from "../approval/questions.ts";
import { inform } from "../messages.ts";
import type { Services } from "../services.ts";
import { CANCELLED } from "./cancelled.ts";
import type { Servers } from "./servers.ts";

/** Shows what a policy file proposes, every word of the server among it, and accepts exactly that, or says why it cannot be. */
export async function acceptProposed(services: Services, home: Home, proposal: Proposal, linesOf: LinesOf): Promise<Result<void>> {
	const looked = await lookAtProposal(home, proposal, linesOf);
	if (looked.refused !== null) return failed(looked.refused);
	const { name } = proposal.server;
	const words = proposedText(home, proposal.accepted, proposedWords(home, proposal));
	const question = acceptQuestion(looked, words);
	if (!(await confirmWidening({ ...question, closer: driftLooks(name, words) }))) return CANCELLED;
	const kept = await acceptProposal(home, looked, services.acting());
	if (!kept.ok) return kept;
	services.log.info(`${called(name)}: what stood in its policy file was accepted`);
	return ok(undefined);
}

/** Where something of it was accepted before: what changed. */
function driftLooks(name: string, { now, before }: ProposedText): readonly Look[] {
	if (before === null) return [];
	const show = async (): Promise<boolean> => {
		await openTextDrift(`The words of ${name}`, `${before.join("\n\n")}\n`, `${now.join("\n\n")}\n`);
		return whenRead("When you have seen what changed, go on to the question.");
	};
	return [{ label: "Show What Changed", show }];
}

/**
 * All that waits, one question after the other, as `sallyport policy accept` has it; then what was taken out of the files by hand is struck out for
 * good. What is declined goes on to wait, and is no Problem. Where the list of what was accepted is gone or damaged, it is begun anew first, or
 * nothing is asked.
 */
export async function acceptAll(services: Services, servers: Servers): Promise<Result<void>> {
	const trust = services.requireTrust();
	if (!trust.ok) return trust;
	const opened = services.home();
	if (!opened.ok) return opened;
	const home = opened.value;
	const acting = services.acting();
	const lost = await readLost(home, acting);
	if (!lost.ok) return lost;
	if (lost.value !== null) {
		if (!(await confirmWidening(anewQuestion(lost.value)))) return CANCELLED;
		const begun = await beginListAnew(home, lost.value, acting);
		await servers.regrant();
		if (!begun.ok) return begun;
		services.log.info("The list of what was accepted was gone or damaged, and was begun anew");
	}
	const waiting = await readWaiting(home, acting);
	if (!waiting.ok) return waiting;
	const { proposals, withdrawn, settings } = waiting.value;
	const around = { home: services.userHome, env: services.env };
	const each: readonly (() => Promise<Result<unknown>>)[] = [
		...proposals.map(
			(proposal) => () => acceptProposed(services, home, proposal, ({ config, name }) => launchLinesIn(config, name, around)),
		),
		...withdrawn.map(
			(gone) => async () => ((await confirmWidening(withdrawnQuestion(gone))) ? acceptWithdrawn(home, gone, acting) : CANCELLED),
		),
		...(settings === null
			? []
			: [
					async () =>
						(await confirmWidening(settingsQuestion(settings, home.policy))) ? acceptSettings(home, settings, acting) : CANCELLED,
				]),
	];
	let refused: Result<unknown> = ok(undefined);
	for (const accept of each) {
		const done = await accept();
		if (!done.ok && done.problem.code !== "cancelled") refused = done;
	}
	const settled = await settleNarrowed(home, acting);
	await servers.regrant();
	const isNetworkOpen = servers.waiting?.network === true;
	if (isNetworkOpen) void offerNetwork();
	if (!refused.ok) return refused;
	if (!settled.ok) return settled;
	if (each.length === 0 && !isNetworkOpen && lost.value === null)
		void inform("Nothing waits: your policy files say what you have accepted.");
	return ok(undefined);
}

/** What a proxy and a certificate are is told by the variables of a terminal, and accepted there alone. */
async function offerNetwork(): Promise<void> {
	const text = `How servers reach the internet was changed outside Sallyport, and no server with a network starts until you have looked at it, in a terminal: ${NETWORK}`;
	if ((await inform(text, COPY)) === COPY) await vscode.env.clipboard.writeText(NETWORK);
}

const NETWORK = "sallyport network";
const COPY = "Copy Command";
