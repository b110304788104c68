import type { Command } from "commander";
import { auditMatcher } from "../core/audit/search.ts";
import { followLogs } from "../platform/audit/follow.ts";
import { type Newest, newestRecords } from "../platform/audit/search.ts";
import { FILTER_HELP, type FilterOptions, positive, searchOf, withFilters } from "./audit-filters.ts";
import { type OpenedLogs, openLogs, warnOfChanges } from "./audit-reading.ts";
import { printed } from "./audit-rows.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, remark, say } from "./say.ts";
import { shownName } from "./show-diff.ts";
import { writeOut } from "./stream-out.ts";

interface TailOptions extends FilterOptions {
	readonly limit: number;
	readonly follow?: boolean;
	readonly long?: boolean;
	readonly json?: boolean;
}

const HELP = `
Examples:
  sallyport audit tail
  sallyport audit tail --follow --decision refuse
  sallyport audit tail --follow --server github --json
${FILTER_HELP}

Exit: 0 shown, 2 could not, or --verified and not all is as it was written. With --follow it goes on until it is interrupted.`;

/** Adds `sallyport audit tail`, which is `list`, too. */
export function registerAuditTail(audit: Command, io: Io, exit: (code: ExitCode) => void): void {
	withFilters(audit.command("tail").alias("list").description("show the newest records, the newest last"))
		.option("--limit <n>", "how many", positive, 20)
		.option("--follow", "and whatever is recorded from now on")
		.option("--long", "beneath each record: session, host, the policy that decided, arguments")
		.option("--json", "one JSON object a line, as recorded")
		.addHelpText("after", HELP)
		.action(async (options: TailOptions) => exit(await tail(options, io)));
}

async function tail(options: TailOptions, io: Io): Promise<ExitCode> {
	const opened = await openLogs(options, io);
	if (!opened.ok) return complain(io, opened.problem);
	const { home, logs, matcher, reading, done } = opened.value;
	const newest = await newestRecords(logs, matcher, options.limit, reading);
	done();
	const { found } = newest;
	if (found.length > 0) await writeOut(io.stdout, printed(found, options));
	else if (options.json !== true && options.follow !== true) say(io, nothing(options, matcher.isAny));
	if (options.verified !== true) await warnOfChanges(home, new Set(found.map(({ file }) => file)), io);
	return options.follow === true ? await follow(opened.value, newest, options, io) : 0;
}

async function follow({ home, logs, matcher }: OpenedLogs, { growing }: Newest, options: TailOptions, io: Io): Promise<ExitCode> {
	const end = new AbortController();
	// Whoever read this is gone (`| head`).
	io.stdout.once("close", () => end.abort());
	const ended = logs.flatMap(({ name }) => (growing.has(name) ? [] : [name]));
	const told = {
		found: (records: Parameters<typeof printed>[0]) => writeOut(io.stdout, printed(records, options)),
		broken: (file: string) => remark(io, `warning: ${file} was cut, replaced or written by someone else while it was read.`),
	};
	await followLogs(home, { growing, ended }, told, { matcher, isPersistent: true }, end.signal);
	return 0;
}

/** Nothing was found: of a server that was named, that is most often a mistake in the name. */
function nothing(options: TailOptions, isAny: boolean): string {
	if (isAny) return "Nothing is recorded yet.";
	const [server, ...others] = options.server ?? [];
	const isServerAlone = auditMatcher({ ...searchOf(options), servers: [] }).isAny;
	if (server === undefined || others.length > 0 || !isServerAlone) return "Nothing is recorded that fits.";
	return `Nothing is recorded of a server ${JSON.stringify(shownName(server))}.`;
}
