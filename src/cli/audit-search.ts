import { type Command, InvalidArgumentError, Option } from "commander";
import { nearest } from "../core/policy/parse.ts";
import { REASON_NAMES } from "../core/protocol/reasons.ts";
import { newestRecords } from "../platform/audit/search.ts";
import { FILTER_HELP, type FilterOptions, positive, withFilters } from "./audit-filters.ts";
import { everyRecord, type OpenedLogs, openLogs, warnOfChanges } from "./audit-reading.ts";
import { printed } from "./audit-rows.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, remark } from "./say.ts";
import { writeOut } from "./stream-out.ts";

interface SearchOptions extends FilterOptions {
	readonly limit: number | "all";
	readonly newestFirst?: boolean;
	readonly long?: boolean;
	readonly json?: boolean;
}

const HELP = `
Examples:
  sallyport audit search --decision refuse --since 1d
  sallyport audit search --server github --tool 'delete_*' --text acme/site
  sallyport audit search --min-latency 2000 --newest-first --limit 10
  sallyport audit search --trace 4bf92f3577b34da6a3ce929d0e0e4736 --json
${FILTER_HELP}

Exit: 0 something fits, 1 nothing does, 2 could not, or --verified and not all is as it was written.`;

/** Adds `sallyport audit search`. */
export function registerAuditSearch(audit: Command, io: Io, exit: (code: ExitCode) => void): void {
	withFilters(audit.command("search").description("show the records that fit, over all sessions, the newest last"))
		.addOption(new Option("--limit <n>", "the newest so many, or all").argParser(limit).default(100))
		.option("--newest-first", "the newest first")
		.option("--long", "beneath each record: session, host, the policy that decided, arguments")
		.option("--json", "one JSON object a line, as recorded")
		.addHelpText("after", HELP)
		.action(async (options: SearchOptions) => exit(await search(options, io)));
}

async function search(options: SearchOptions, io: Io): Promise<ExitCode> {
	if (options.limit === "all" && options.newestFirst === true)
		return complain(io, {
			code: "newest-of-all",
			message: "All records are shown as they are read, the oldest first.",
			remedy: "Give --limit a number with --newest-first.",
		});
	const opened = await openLogs(options, io);
	if (!opened.ok) return complain(io, opened.problem);
	const files = new Set<string>();
	const shown = await (options.limit === "all" ? showAll(opened.value, files, options, io) : showNewest(opened.value, files, options, io));
	opened.value.done();
	if (!shown) remark(io, `nothing in the log fits.${unknownReason(options)}`);
	else if (options.verified !== true) await warnOfChanges(opened.value.home, files, io);
	return shown ? 0 : 1;
}

/** Of a reason that the log may have under another name. Empty: they are all known, or nobody can tell. */
function unknownReason({ reason = [] }: SearchOptions): string {
	const odd = reason.find((each) => /^[a-z-]+$/.test(each) && !REASON_NAMES.some((known) => known === each));
	const near = odd === undefined ? null : nearest(odd, REASON_NAMES);
	return near === null ? "" : ` Did you mean --reason ${near}?`;
}

/** False: there was none. */
async function showAll(opened: OpenedLogs, files: Set<string>, options: SearchOptions, io: Io): Promise<boolean> {
	let shown = false;
	for await (const found of everyRecord(opened, files)) {
		shown = true;
		if (!(await writeOut(io.stdout, printed(found, options)))) break;
	}
	return shown;
}

async function showNewest({ logs, matcher, reading }: OpenedLogs, files: Set<string>, options: SearchOptions, io: Io): Promise<boolean> {
	const { limit, newestFirst = false } = options;
	const { found } = await newestRecords(logs, matcher, Number(limit), reading);
	for (const { file } of found) files.add(file);
	await writeOut(io.stdout, printed(newestFirst ? found.toReversed() : found, options));
	return found.length > 0;
}

function limit(text: string): number | "all" {
	if (text === "all") return text;
	try {
		return positive(text);
	} catch {
		throw new InvalidArgumentError("Give a whole number from 1 to 999999, or all.");
	}
}
