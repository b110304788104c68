import type { Command } from "commander";
import { plain, shellWord } from "../core/plain-text.ts";
import type { SettingsProposal } from "../core/policy/own-settings.ts";
import type { Withdrawn } from "../core/policy/withdrawn.ts";
import { failed, ok, type Result } from "../core/result.ts";
import type { MarkPlace } from "../platform/acceptance/mark.ts";
import {
	acceptProposal,
	acceptSettings,
	acceptWithdrawn,
	beginListAnew,
	type LookedAt,
	type LostList,
	liftRows,
	lookAtProposal,
	readLost,
	readWaiting,
	settleNarrowed,
	type Waiting as Waits,
} from "../platform/approval/accept.ts";
import type { Acting } from "../platform/approval/acts.ts";
import { settingsLines, settingsRows } from "../platform/approval/settings.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { launchLinesIn } from "../platform/launch/config-lines.ts";
import { approvalOptions } from "./approval-context.ts";
import { confirmWidening } from "./confirm.ts";
import type { ExitCode, Io } from "./io.ts";
import { unknownServer } from "./known-servers.ts";
import { complain, say } from "./say.ts";
import { showProposedWords } from "./show-proposed.ts";
import { userHome } from "./target.ts";

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
			"\nShows the exact difference to what you accepted before, and asks for the server's name on a terminal. What was taken out of the files by\nhand is struck out for good.\nExit: 0 nothing waits any more, 1 declined, 2 could not, or nobody knows that server.",
		)
		.action(async (server: string | undefined, options: AcceptOptions) => exit(await accept(server ?? null, options, io)));
}

async function accept(name: string | null, options: AcceptOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const vault = approvalOptions(io);
	const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
	const lost = await readLost(home.value, vault);
	if (!lost.ok) return complain(io, lost.problem);
	const begun = lost.value === null ? null : await beginFrom(lost.value, home.value, options, io, out);
	if (begun?.ok === false) return complain(io, begun.problem, begun.problem.code === "declined" ? 1 : 2);
	const waiting = await readWaiting(home.value, vault);
	if (!waiting.ok) return complain(io, waiting.problem);
	const accepted: Accepted[] = [];
	let declined = 0;
	let place: string | null = begun?.value ?? null;
	let refused = 0;
	const all = waitingOf(waiting.value, home.value, vault, io, out);
	for (const one of all.filter((each) => name === null || each.name === name)) {
		const shown = await one.show();
		if (!shown.ok) {
			complain(io, shown.problem);
			refused++;
			continue;
		}
		const confirmed = await confirmWidening(
			one.name ?? SETTINGS,
			home.value,
			options.yes === true,
			io,
			one.name === null ? `"${SETTINGS}"` : undefined,
		);
		if (!confirmed.ok && confirmed.problem.code !== "declined") return complain(io, confirmed.problem);
		if (!confirmed.ok) {
			say(out, "Left as it is: it grants nothing more than you accepted before.");
			declined++;
			continue;
		}
		const kept = await shown.value();
		if (!kept.ok) return complain(io, kept.problem);
		place = kept.value;
		accepted.push(one.accepted);
		say(out, "Accepted.");
	}
	const settled = await settleNarrowed(home.value, vault);
	if (!settled.ok) return complain(io, settled.problem);
	const isNothing = accepted.length + declined + refused === 0;
	const unknown = isNothing && settled.value === 0 && name !== null ? unknownServer(name, waiting.value.layers, io) : null;
	if (unknown !== null) return complain(io, unknown);
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				accepted,
				declined,
				struckOut: settled.value,
				begunAnew: begun !== null,
			}),
		);
	else {
		if (isNothing) say(io, name === null ? "Nothing waits." : `Nothing of ${plain(name)} waits.`);
		if (settled.value > 0) say(io, `What was taken out of the files by hand is struck out for good (${settled.value}).`);
	}
	if (place === "sealed") io.stderr.write(`${WEAK}\n`);
	return refused > 0 ? 2 : declined > 0 ? 1 : 0;
}

/** Shows what would count again where the list of what was accepted is gone or damaged, and begins it anew once a person says so. */
async function beginFrom(lost: LostList, home: Home, options: AcceptOptions, io: Io, out: Io): Promise<Result<MarkPlace>> {
	const { damage, grants, settings, network } = lost;
	say(out, plain(damage.message));
	say(out, "What is forbidden, and how the log is kept, counts from then on as your policy files say it now:");
	const lines = settingsLines(settings);
	for (const { kind, text } of lines) say(out, `  + ${kind.padEnd(7)} ${text}`);
	if (lines.length === 0) say(out, "    nothing beside the usual");
	say(
		out,
		"What you had accepted as forbidden and does not stand in a file any more is forgotten. So are grants that you took back: if a file",
	);
	say(out, "says them again, you are asked as if they were new.");
	if (grants.length > 0)
		say(out, "These grants stand in your policy files. You are asked about each, one after the other, and none counts before:");
	for (const { name, config } of grants) say(out, `    ${plain(name)}  (${plain(config)})`);
	if (network) say(out, "How servers reach the internet has to be accepted anew, too: sallyport network");
	const confirmed = await confirmWidening(ANEW, home, options.yes === true, io, `"${ANEW}"`);
	if (!confirmed.ok) return confirmed;
	const begun = await beginListAnew(home, lost, approvalOptions(io));
	if (begun.ok) say(out, "The list is begun anew.");
	return begun;
}

/** What is typed to begin the list anew. */
const ANEW = "anew";

/** What a person accepted, for programs. `file`: the policy file; null: what held it is gone. */
interface Accepted {
	/** Null: what the files say beside grants. */
	readonly server: string | null;
	readonly config: string | undefined;
	readonly file: string | null;
}

/** One thing that waits. */
interface Waiting {
	/** Of a server; null: it is about none. */
	readonly name: string | null;
	readonly accepted: Accepted;
	/** Shows it, and gives what accepts exactly what was shown; a Problem: it cannot be accepted. */
	readonly show: () => Promise<Result<() => Promise<Result<MarkPlace>>>>;
}

function waitingOf({ proposals, withdrawn, settings }: Waits, home: Home, vault: Acting, io: Io, out: Io): readonly Waiting[] {
	const around = { home: userHome(io), env: io.env };
	return [
		...proposals.map((proposal) => ({
			name: proposal.server.name,
			accepted: { server: proposal.server.name, config: proposal.server.config, file: proposal.file },
			show: async () => {
				const looked = await lookAtProposal(home, proposal, ({ config, name }) => launchLinesIn(config, name, around));
				show(out, home, looked);
				return looked.refused === null ? ok(() => acceptProposal(home, looked, vault)) : failed(looked.refused);
			},
		})),
		...withdrawn.map((gone) => ({
			name: gone.grant.name,
			accepted: { server: gone.grant.name, config: gone.grant.config, file: null },
			show: async () => {
				showWithdrawn(out, gone);
				return ok(() => acceptWithdrawn(home, gone, vault));
			},
		})),
		...(settings === null
			? []
			: [
					{
						name: null,
						accepted: { server: null, config: undefined, file: null },
						show: async () => {
							showSettings(out, home, settings);
							return ok(() => acceptSettings(home, settings, vault));
						},
					},
				]),
	];
}

/** What is typed in the place of a server's name. */
const SETTINGS = "settings";

function showSettings(io: Io, home: Home, settings: SettingsProposal): void {
	say(io, `settings  (${plain(home.policy)})`);
	say(io, "  Your policy files are less strict than what you accepted before, which counts until you accept them:");
	for (const { mark, kind, text } of settingsRows(settings)) say(io, `  ${mark} ${kind.padEnd(7)} ${text}`);
}

function showWithdrawn(io: Io, gone: Withdrawn): void {
	const { name, config } = gone.grant;
	say(io, `${plain(name)}  (${plain(config)})`);
	say(
		io,
		"  is not granted any more for this file. A host that starts it from there cannot be told from one that does so elsewhere, where",
	);
	say(io, "  the same command is granted. Until you accept it, each start has no more than both gave.");
	for (const { config: other, rows } of liftRows(gone)) {
		say(io, `  what every start of it would have by ${plain(other)}:`);
		for (const { mark, kind, text } of rows) say(io, `  ${mark} ${kind.padEnd(7)} ${text}`);
	}
	say(io, `  To leave it out: nothing, or sallyport revoke ${shellWord(name)}`);
}

/** Said where approvals can only be kept in the home itself. */
const WEAK =
	"Note: there is no keychain here, so the key of your approvals lies in the home: a program that can write there can forge them.";

function show(io: Io, home: Home, { proposal, rows }: LookedAt): void {
	const { server, file, accepted } = proposal;
	say(io, `${plain(server.name)}  (${plain(server.config ?? "")})`);
	say(io, `  ${accepted === null ? "never accepted; it stands in" : "changed in"} ${plain(file)}`);
	say(
		io,
		`  starts    ${server.workspace === null || server.workspace === undefined ? "in every workspace" : `in ${plain(server.workspace)}`}`,
	);
	showProposedWords(io, home, proposal);
	for (const { mark, kind, text } of rows) say(io, `  ${mark} ${kind.padEnd(7)} ${text}`);
	say(io, `  To leave it out: sallyport revoke ${shellWord(server.name)}, or take it out of the file.`);
}
