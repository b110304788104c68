import { type Command, Option } from "commander";
import { parseReference } from "../core/config/references.ts";
import { plain } from "../core/plain-text.ts";
import type { VaultScheme } from "../core/ports.ts";
import { type Unread, unreadLine } from "../core/report/unread.ts";
import type { Problem } from "../core/result.ts";
import { type FixReport, fixFile } from "../platform/fix.ts";
import { createHome, homePath, openHome } from "../platform/home.ts";
import { analyser, type HomeToBe, homeToBe, wrappingFor } from "../platform/wrapping.ts";
import { type ConfigFile, configFiles } from "./config-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { tellNextSteps, type WrappedFile } from "./next-steps.ts";
import { complain, say } from "./say.ts";
import { showDiff, shownName, unifiedDiff } from "./show-diff.ts";
import { userHome } from "./target.ts";
import { openVaults, usualVault } from "./vaults.ts";

interface FixOptions {
	readonly vault?: VaultScheme;
	readonly server?: string;
	readonly user?: boolean;
	readonly hints?: boolean;
	readonly dryRun?: boolean;
	readonly json?: boolean;
}

export function registerFix(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("fix [path...]")
		.description("move plaintext secrets from env of local servers into a vault, and leave references in their place")
		.addOption(
			new Option(
				"--vault <vault>",
				"where to: the OS keychain, or an encrypted file (default: keychain; sealed where there is none and the file is in use)",
			).choices(["keychain", "sealed"]),
		)
		.option("--server <name>", "only this server")
		.option("--user", "the hosts' per-user files as well")
		.option("--hints", "also values that only look random")
		.option("--dry-run", "show what would change, and change nothing")
		.option("--json", "print the result as JSON")
		.addHelpText("after", AFTER)
		.action(async (paths: readonly string[], options: FixOptions) => exit(await fix(paths, options, io)));
}

const AFTER = `
A server whose secret was moved starts through Sallyport from then on, which alone resolves the reference. Every other secret
(in arguments, headers, addresses, comments; of servers that Sallyport cannot start yet) stays where it is, and is listed with
what to do about it.

Exit: 0 no plaintext secret is left, 1 some are left that need a hand, 2 could not, or not everything could be looked at.`;

async function fix(paths: readonly string[], options: FixOptions, io: Io): Promise<ExitCode> {
	const where = homePath(io.env);
	const made = options.dryRun === true ? null : createHome(where, { unattended: false });
	if (made?.ok === false) return complain(io, made.problem);
	const home = made?.value ?? homeToBe(where);
	const files = configFiles(paths, { user: options.user === true, server: options.server ?? null }, io);
	if (!files.ok) return complain(io, files.problem);

	const opened = made ?? openHome(where);
	const vaults = opened.ok ? openVaults(opened.value, io) : null;
	const scheme = options.vault ?? (opened.ok && vaults !== null ? await usualVault(opened.value, vaults) : "keychain");
	const outcomes: Outcome[] = [];
	for (const file of files.value.files) {
		const report = await fixFile({
			file: file.path,
			analyse: analyser(file.path, file.host, userHome(io)),
			scheme,
			vault: options.dryRun === true ? null : (vaults?.get(scheme) ?? null),
			wrappingOf: wrappingFor(file.path, file.host, home, userHome(io)),
			server: options.server ?? null,
			hints: options.hints === true,
		});
		outcomes.push(report.ok ? { file, report: report.value } : { file, problem: report.problem });
		// The next file would meet the same vault.
		if (!report.ok && /^(?:keychain|sealed|vault)-/.test(report.problem.code)) break;
	}
	const moves = outcomes.some(({ report }) => report !== undefined && report.moved.length > 0);
	// What the real run would refuse is not promised. A sealed file that is closed by a passphrase would have to be opened for an answer.
	const unreachable = options.dryRun === true && moves && scheme === "keychain" ? await vaults?.get(scheme).list() : undefined;
	vaults?.close();

	const { unread } = files.value;
	if (options.json === true) say(io, JSON.stringify({ version: 1, dryRun: options.dryRun === true, files: outcomes.map(asJson), unread }));
	else {
		for (const outcome of outcomes) if (outcome.report !== undefined) show(outcome.file, outcome.report, options, io);
		conclude(outcomes, unread, options, home, io);
	}
	for (const { problem } of outcomes) if (problem !== undefined) complain(io, problem);
	if (unreachable?.ok === false) return complain(io, unreachable.problem);
	if (outcomes.some(({ problem }) => problem !== undefined) || unread.files + unread.folders > 0) return 2;
	const left = outcomes.some(
		({ report }) =>
			report !== undefined && (report.unparsed || report.remaining.length > 0 || (options.dryRun === true && report.moved.length > 0)),
	);
	return left ? 1 : 0;
}

type Outcome =
	| { readonly file: ConfigFile; readonly report: FixReport; readonly problem?: never }
	| { readonly file: ConfigFile; readonly problem: Problem; readonly report?: never };

function show(file: ConfigFile, report: FixReport, options: FixOptions, io: Io): void {
	if (report.moved.length === 0 && report.remaining.length === 0 && !report.unparsed) return;
	say(io, plain(file.shown));
	if (report.unparsed)
		say(io, "  This file does not parse, and was left alone. Mend it (sallyport scan shows the place), and run fix again.");
	const verb = options.dryRun === true ? "would move to" : "moved to";
	for (const { server, slot, reference, stored } of report.moved)
		say(
			io,
			`  ${shownName(server)}: ${shownName(slot.replace("env:", ""))} ${verb} ${reference}${stored === "equal" ? " (which held this value already)" : ""}`,
		);
	for (const server of report.wrapped)
		say(io, `  ${shownName(server)}: ${options.dryRun === true ? "would start" : "starts"} through Sallyport`);
	for (const [reason, several] of byReason(report)) {
		for (const { finding, position } of several)
			say(io, `  left at ${position.line}:${position.column}: ${plain(whatOf(finding.message))}`);
		say(io, `    ${plain(reason)}`);
	}
	const diff = unifiedDiff(file.shown, report.before, report.after);
	if (diff.length > 0) {
		say(io);
		showDiff(io, diff);
	}
	say(io);
}

/** What remains, by what to do about it: one advice is told once. */
function byReason({ remaining }: FixReport): ReadonlyMap<string, readonly FixReport["remaining"][number][]> {
	const groups = new Map<string, FixReport["remaining"][number][]>();
	for (const one of remaining) groups.set(one.reason, [...(groups.get(one.reason) ?? []), one]);
	return groups;
}

/** `GITHUB_TOKEN holds a GitHub token in plain text. …` without what a finding advises: fix knows better what to do here. */
function whatOf(message: string): string {
	return /^.*? in plain text\./.exec(message)?.[0] ?? message;
}

function conclude(outcomes: readonly Outcome[], unread: Unread, options: FixOptions, home: HomeToBe, io: Io): void {
	const moved = outcomes.flatMap(({ report }) => report?.moved ?? []);
	const left = outcomes.flatMap(({ report }) => report?.remaining ?? []);
	const unseen = unreadLine(unread);
	if (unseen !== null) say(io, unseen);
	else if (outcomes.length === 0) say(io, "No MCP config files here.");
	else if (moved.length === 0 && left.length === 0 && outcomes.every(({ report }) => report?.unparsed === false))
		say(io, "No plaintext secret was found.");
	if (moved.length === 0 || options.dryRun === true) return;
	say(io, "Each value was read back from the vault before the file was changed.");
	say(io, "The old values may live on in git, the editor's local history and backups. Have each provider issue a new one, then store it:");
	const rotations = new Set(moved.map(({ reference, finding }) => `  sallyport secrets rotate ${reference}${kindOf(finding.message)}`));
	for (const rotation of rotations) say(io, rotation);
	tellNextSteps(outcomes.flatMap(wrappedFile), home, io);
	if (outcomes.some(({ file, report }) => report?.changed === true && file.host === "claude-code"))
		say(io, "Claude Code keeps copies of its file beside it (.claude.json.backup…), with the old values: delete them.");
}

function wrappedFile({ file, report }: Outcome): readonly WrappedFile[] {
	if (report?.changed !== true) return [];
	const names = [...new Set([...report.moved.map(({ server }) => server), ...report.wrapped])];
	const secretsOf = (name: string): readonly string[] =>
		report.moved.filter(({ server }) => server === name).map(({ slot, reference }) => `${slot}=${reference}`);
	return [{ file, after: report.after, servers: names.map((name) => ({ name, secrets: secretsOf(name) })) }];
}

/** `GITHUB_TOKEN holds a GitHub token in plain text. …` → what it is. */
function kindOf(message: string): string {
	const kind = / holds (an? [^.]{1,60}?) in plain text\./.exec(message)?.[1];
	return kind === undefined ? "" : `   (${plain(kind)})`;
}

function asJson({ file, report, problem }: Outcome): unknown {
	if (problem !== undefined) return { file: file.shown, problem };
	return {
		file: file.shown,
		changed: report.changed,
		unparsed: report.unparsed,
		moved: report.moved.map(({ server, slot, reference, stored }) => ({
			server: shownName(server),
			slot: shownName(slot),
			reference,
			vault: parseReference(reference)?.scheme,
			stored,
		})),
		wrapped: report.wrapped.map(shownName),
		remaining: report.remaining.map(({ finding, position, reason }) => ({
			ruleId: finding.ruleId,
			server: finding.server === null ? null : shownName(finding.server),
			line: position.line,
			column: position.column,
			message: finding.message,
			reason,
		})),
		diff: unifiedDiff(file.shown, report.before, report.after).join("\n"),
	};
}
