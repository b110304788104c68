import { setImmediate as nextTurn } from "node:timers/promises";
import { type AuditSearch, auditMatcher, type Matcher } from "../core/audit/search.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type LogFile, logFiles } from "../platform/audit/reader.ts";
import { type FoundRecord, type Reading, recordsInOrder } from "../platform/audit/search.ts";
import { verifyAudit, verifyLogs } from "../platform/audit/verify.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { changes } from "./audit-changes.ts";
import { type FilterOptions, searchOf } from "./audit-filters.ts";
import type { Io } from "./io.ts";
import { complain, remark } from "./say.ts";
import { Progress } from "./scan-progress.ts";

/** Bytes after which whoever waits for this process has its turn. */
const TURN = 8 * 1024 * 1024;

/** Logs that are named in warnings. */
const MOST_NAMED = 10;

/** Logs that are about to be read. */
export interface OpenedLogs {
	readonly home: Home;
	readonly logs: readonly LogFile[];
	readonly matcher: Matcher;
	readonly reading: Reading;
	/** Takes away what was shown on the way, and says what could not be read. */
	done(): void;
}

/**
 * Finds the logs, and checks them first where that was asked for.
 *
 * @param search what is read, where that is not what the options ask for
 */
export async function openLogs(options: FilterOptions, io: Io, search: AuditSearch = searchOf(options)): Promise<Result<OpenedLogs>> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return home;
	const logs = logFiles(home.value);
	if (!logs.ok) return logs;
	if (options.verified === true) {
		const verified = await asWritten(home.value);
		if (!verified.ok) return verified;
	}
	const progress = new Progress(io, logs.value.length, "reading [{bar}] {value}/{total} logs");
	let since = 0;
	const reading: Reading = {
		unreadable: 0,
		finished: () => progress.advance(),
		advanced: (bytes) => {
			since += bytes;
			if (since < TURN) return undefined;
			since = 0;
			return nextTurn();
		},
	};
	const done = (): void => {
		progress.stop();
		if (reading.unreadable > 0) io.stderr.write("Some of the log cannot be read. To see what: sallyport audit verify\n");
	};
	return ok({ home: home.value, logs: logs.value, matcher: auditMatcher(search), reading, done });
}

/** Every record that fits, oldest first, in pieces; `files` is told where they are from. */
export async function* everyRecord({ logs, matcher, reading }: OpenedLogs, files: Set<string>): AsyncGenerator<readonly FoundRecord[]> {
	for await (const found of recordsInOrder(logs, matcher, reading)) {
		for (const { file } of found) files.add(file);
		yield found;
	}
}

/** A line on standard error for each of these logs that is not as it was written, and one for those of which that cannot be told. */
export async function warnOfChanges(home: Home, files: ReadonlySet<string>, io: Io): Promise<void> {
	if (files.size === 0) return;
	const checked = await verifyLogs(home, files);
	if (!checked.ok) {
		complain(io, checked.problem);
		return;
	}
	const broken = checked.value.flatMap(({ file, verdict }) =>
		verdict.state === "broken" ? [`${file} is not as it was written (line ${verdict.line}: ${verdict.problem})`] : [],
	);
	for (const text of broken.slice(0, MOST_NAMED)) remark(io, `warning: ${text}`);
	const more = broken.length - MOST_NAMED;
	if (more > 0) remark(io, `warning: and ${more} more ${more === 1 ? "log is" : "logs are"} not. To see which: sallyport audit verify`);
	if (checked.value.some(({ verdict }) => verdict.state === "unchecked"))
		remark(io, "warning: whether this is as it was written could not be checked. To see why: sallyport audit verify");
}

/** A Problem: something is not as it was written, or nobody can tell. */
async function asWritten(home: Home): Promise<Result<void>> {
	const checked = await verifyAudit(home);
	if (!checked.ok) return checked;
	const { logs } = checked.value;
	const remedy = "To see more: sallyport audit verify. To see the records all the same, leave --verified out.";
	if (changes(checked.value) > 0) return fail("audit-changed", "The log is not as it was written, so nothing is shown.", remedy);
	if (logs.some(({ verdict }) => verdict.state === "unchecked"))
		return fail("audit-unchecked", "Whether the log is as it was written cannot be told, so nothing is shown.", remedy);
	return ok(undefined);
}
