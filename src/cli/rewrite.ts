import type { Command } from "commander";
import { HOSTS } from "../core/config/hosts.ts";
import type { ServerEntry } from "../core/config/server.ts";
import { plain } from "../core/plain-text.ts";
import { unreadLine } from "../core/report/unread.ts";
import type { Problem, Result } from "../core/result.ts";
import type { TextEdit } from "../core/text.ts";
import { createHome, homePath } from "../platform/home.ts";
import type { Analysis } from "../platform/stored-moves.ts";
import { type RewriteReport, rewriteFile } from "../platform/wrap-file.ts";
import { analyser, type HomeToBe, homeToBe } from "../platform/wrapping.ts";
import { type ConfigFile, configFiles } from "./config-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { tellNextSteps, type WrappedFile } from "./next-steps.ts";
import { complain, say } from "./say.ts";
import { showDiff, shownName, unifiedDiff } from "./show-diff.ts";
import { userHome } from "./target.ts";

export interface RewriteOptions {
	readonly server?: string;
	readonly all?: boolean;
	readonly user?: boolean;
	readonly dryRun?: boolean;
	readonly json?: boolean;
}

/** What differs between `wrap` and `unwrap`. */
export interface Verb {
	readonly name: "wrap" | "unwrap";
	/** How a server starts from then on: `through Sallyport`. */
	readonly starts: string;
	edit(file: ConfigFile, home: HomeToBe, analysis: Analysis, server: ServerEntry): Result<TextEdit[]>;
}

/** `all`: which servers `--all` means. */
export function withRewriteOptions(command: Command, all: string): Command {
	return command
		.option("--server <name>", "this server")
		.option("--all", all)
		.option("--user", "the hosts' per-user files as well")
		.option("--dry-run", "show what would change, and change nothing")
		.option("--json", "print the result as JSON")
		.addHelpText(
			"after",
			"\nExit: 0 done, or nothing to do; 1 some servers were left as they are; 2 could not, or not everything could be looked at.",
		);
}

export async function rewrite(verb: Verb, paths: readonly string[], options: RewriteOptions, io: Io): Promise<ExitCode> {
	if ((options.server === undefined) === (options.all !== true))
		return complain(io, {
			code: "usage",
			message: "Say which servers.",
			remedy: `sallyport ${verb.name} --server NAME, or sallyport ${verb.name} --all`,
		});
	const where = homePath(io.env);
	const made = options.dryRun === true || verb.name === "unwrap" ? null : createHome(where, { unattended: false });
	if (made?.ok === false) return complain(io, made.problem);
	const home = made?.value ?? homeToBe(where);
	const files = configFiles(paths, { user: options.user === true, server: options.server ?? null }, io);
	if (!files.ok) return complain(io, files.problem);

	const outcomes: Outcome[] = [];
	for (const file of files.value.files) {
		const report = await rewriteFile({
			file: file.path,
			analyse: analyser(file.path, file.host, userHome(io)),
			edit: (analysis, server) => verb.edit(file, home, analysis, server),
			server: options.server ?? null,
			dryRun: options.dryRun === true,
		});
		outcomes.push(report.ok ? { file, report: report.value } : { file, problem: report.problem });
	}

	if (options.json === true)
		say(io, JSON.stringify({ version: 1, dryRun: options.dryRun === true, files: outcomes.map(asJson), unread: files.value.unread }));
	else {
		for (const outcome of outcomes) if (outcome.report !== undefined) show(verb, outcome.file, outcome.report, options, io);
		const changed = outcomes.filter(({ report }) => report !== undefined && report.rewritten.length > 0);
		const unread = unreadLine(files.value.unread);
		if (outcomes.length === 0 && unread === null) say(io, "No MCP config files here.");
		else if (changed.length === 0 && unread === null && outcomes.every(({ report }) => report !== undefined && !isLeft(report)))
			say(io, "Nothing to do.");
		if (unread !== null) say(io, unread);
		if (changed.length > 0 && options.dryRun !== true) {
			if (verb.name === "wrap") tellNextSteps(changed.flatMap(wrappedFile), home, io);
			else say(io, `Restart the servers in ${[...new Set(changed.map(({ file }) => HOSTS[file.host].title))].join(", ")}.`);
		}
	}
	for (const { file, problem, report } of outcomes) {
		if (problem !== undefined) complain(io, problem);
		if (report?.unparsed === true)
			complain(io, {
				code: "file-unparsed",
				message: `${file.shown} does not parse, and was left alone.`,
				remedy: `Mend it (sallyport scan shows the place), and run ${verb.name} again.`,
			});
		else for (const refused of report?.refused ?? []) complain(io, refused.problem);
	}
	const { unread } = files.value;
	if (outcomes.some(({ problem }) => problem !== undefined) || unread.files + unread.folders > 0) return 2;
	return outcomes.some(({ report }) => report !== undefined && isLeft(report)) ? 1 : 0;
}

/** Whether something of the file was left as it is that should not be. */
function isLeft({ unparsed, refused }: RewriteReport): boolean {
	return unparsed || refused.length > 0;
}

type Outcome =
	| { readonly file: ConfigFile; readonly report: RewriteReport; readonly problem?: never }
	| { readonly file: ConfigFile; readonly problem: Problem; readonly report?: never };

function show(verb: Verb, file: ConfigFile, report: RewriteReport, options: RewriteOptions, io: Io): void {
	if (report.rewritten.length === 0) return;
	say(io, plain(file.shown));
	for (const server of report.rewritten)
		say(io, `  ${shownName(server)} ${options.dryRun === true ? "would start" : "starts"} ${verb.starts}`);
	say(io);
	showDiff(io, unifiedDiff(file.shown, report.before, report.after));
	say(io);
}

function wrappedFile({ file, report }: Outcome): readonly WrappedFile[] {
	return report === undefined ? [] : [{ file, after: report.after, servers: report.rewritten.map((name) => ({ name, secrets: [] })) }];
}

function asJson({ file, report, problem }: Outcome): unknown {
	if (problem !== undefined) return { file: file.shown, problem };
	const { changed, unparsed, before, after } = report;
	const rewritten = report.rewritten.map(shownName);
	const unchanged = report.unchanged.map(shownName);
	const refused = report.refused.map(({ server, problem: why }) => ({ server: shownName(server), problem: why }));
	return { file: file.shown, changed, unparsed, rewritten, unchanged, refused, diff: unifiedDiff(file.shown, before, after).join("\n") };
}
