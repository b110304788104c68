import type { Command } from "commander";
import { plain, shellWord } from "../core/plain-text.ts";
import type { Proposal } from "../core/policy/accepted.ts";
import { acceptProposal, proposalRows, readProposals, settleNarrowed } from "../platform/approval/accept.ts";
import { readInstructions } from "../platform/definitions.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { approvalOptions } from "./approval-context.ts";
import { confirmWidening } from "./confirm.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";
import { showInstructions } from "./show-instructions.ts";

interface AcceptOptions {
	readonly yes?: boolean;
	readonly json?: boolean;
}

export function registerPolicyAccept(policy: Command, io: Io, exit: (code: ExitCode) => void): void {
	policy
		.command("accept [server]")
		.description("accept what was written into your policy files outside Sallyport (default: all that waits, one after the other)")
		.option("--yes", "do not ask (only in a home made by: sallyport init --unattended)")
		.option("--json", "print the result as JSON")
		.addHelpText(
			"after",
			"\nShows the exact difference to what you accepted before, and asks for the server's name on a terminal. What was taken out of the files by\nhand is struck out for good.\nExit: 0 nothing waits any more, 1 declined, 2 could not.",
		)
		.action(async (server: string | undefined, options: AcceptOptions) => exit(await accept(server ?? null, options, io)));
}

async function accept(name: string | null, options: AcceptOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const vault = approvalOptions(io);
	const proposals = await readProposals(home.value, vault);
	if (!proposals.ok) return complain(io, proposals.problem);
	const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
	const accepted: Proposal[] = [];
	let declined = 0;
	let place: string | null = null;
	for (const proposal of proposals.value.filter(({ server }) => name === null || server.name === name)) {
		show(out, home.value, proposal);
		const confirmed = await confirmWidening(proposal.server.name, home.value, options.yes === true, io);
		if (!confirmed.ok && confirmed.problem.code !== "declined") return complain(io, confirmed.problem);
		if (!confirmed.ok) {
			say(out, "Left as it is: it grants nothing more than you accepted before.");
			declined++;
			continue;
		}
		const kept = await acceptProposal(home.value, proposal, vault);
		if (!kept.ok) return complain(io, kept.problem);
		place = kept.value;
		accepted.push(proposal);
		say(out, "Accepted.");
	}
	const settled = await settleNarrowed(home.value, vault);
	if (!settled.ok) return complain(io, settled.problem);
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				accepted: accepted.map(({ server, file }) => ({ server: server.name, config: server.config, file })),
				declined,
				struckOut: settled.value,
			}),
		);
	else {
		if (accepted.length + declined === 0) say(io, name === null ? "Nothing waits." : `Nothing of ${plain(name)} waits.`);
		if (settled.value > 0) say(io, `What was taken out of the files by hand is struck out for good (${settled.value}).`);
	}
	if (place === "sealed") io.stderr.write(`${WEAK}\n`);
	return declined > 0 ? 1 : 0;
}

/** Said where approvals can only be kept in the home itself. */
const WEAK =
	"Note: there is no keychain here, so the key of your approvals lies in the home: a program that can write there can forge them.";

function show(io: Io, home: Home, proposal: Proposal): void {
	const { server, file, accepted } = proposal;
	say(io, `${plain(server.name)}  (${plain(server.config ?? "")})`);
	say(io, `  ${accepted === null ? "never accepted; it stands in" : "changed in"} ${plain(file)}`);
	say(
		io,
		`  starts    ${server.workspace === null || server.workspace === undefined ? "in every workspace" : `in ${plain(server.workspace)}`}`,
	);
	showProposedInstructions(io, home, proposal);
	for (const { mark, kind, text } of proposalRows(home, proposal)) say(io, `  ${mark} ${kind.padEnd(7)} ${text}`);
	say(io, `  To leave it out: sallyport revoke ${shellWord(server.name)}, or take it out of the file.`);
}

/** A file has the digest of a text alone: it is shown where it was kept, and else that is said. */
function showProposedInstructions(io: Io, home: Home, { asked, accepted }: Proposal): void {
	const pin = asked.instructions;
	if (pin === undefined || pin === accepted?.instructions) return;
	const text = readInstructions(home, pin);
	if (text !== null)
		showInstructions(io, home, { state: accepted?.instructions === undefined ? "denied" : "changed", text, pin }, accepted?.instructions);
	else say(io, "  The text of its instructions for the model is not kept here, so that nobody can show it.");
}
