import { type Command, InvalidArgumentError } from "commander";
import type { EventRecord } from "../core/audit/record.ts";
import { brief } from "../core/plain-text.ts";
import { unreachable } from "../core/result.ts";
import { readAuditLogs } from "../platform/audit/reader.ts";
import { type AuditVerdict, type HeadVerdict, type LogVerdict, verifyAudit } from "../platform/audit/verify.ts";
import { homePath, openHome } from "../platform/home.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";
import { shownName } from "./show-diff.ts";

interface ListOptions {
	readonly server?: string;
	readonly limit: number;
	readonly json?: boolean;
}

/** Adds `sallyport audit list | verify`. */
export function registerAudit(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	const audit = program.command("audit").description("show what was called through Sallyport, and check that the log is as it was written");

	audit
		.command("list")
		.alias("tail")
		.description("show the newest records, the newest last")
		.option("--server <name>", "only this server's")
		.option("--limit <n>", "how many", positive, 20)
		.option("--json", "one JSON object a line, as recorded")
		.action((options: ListOptions) => exit(list(options, io)));

	audit
		.command("verify")
		.description(
			"check every log, and that none is missing: exit 0 when all are as they were written, 1 when not, 2 when it cannot be told",
		)
		.option("--json", "print the verdicts as JSON")
		.action(async (options: { readonly json?: boolean }) => exit(await verify(options.json === true, io)));
}

function list(options: ListOptions, io: Io): ExitCode {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const { server, limit } = options;
	const read = readAuditLogs(home.value, { limit, ...(server === undefined ? {} : { server }) });
	if (!read.ok) return complain(io, read.problem);
	const { entries, unreadable } = read.value;
	if (options.json === true) for (const entry of entries) say(io, asciiJson(entry));
	else if (entries.length === 0)
		say(io, server === undefined ? "Nothing is recorded yet." : `Nothing is recorded of a server ${JSON.stringify(shownName(server))}.`);
	else io.stdout.write(table(entries.map(row)));
	if (unreadable > 0) io.stderr.write("Some of the log cannot be read. To see what: sallyport audit verify\n");
	return 0;
}

async function verify(json: boolean, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const checked = await verifyAudit(home.value);
	if (!checked.ok) return complain(io, checked.problem);
	const { logs, discrepancies, brokenLines, head } = checked.value;
	const isChanged = changes(checked.value) > 0;
	const unchecked = logs.filter(({ verdict }) => verdict.state === "unchecked").length;
	const code = isChanged ? 1 : unchecked > 0 ? 2 : 0;
	if (json) {
		const { problem: _, ...shown } = { problem: undefined, ...head };
		const intact = code === 2 ? null : code === 0;
		const all = logs.map(({ verdict, ...log }) => ({ ...log, ...verdict }));
		say(io, asciiJson({ version: 2, intact, logs: all, discrepancies, brokenLines, head: shown }));
		return code;
	}
	io.stdout.write(table(logs.map((log) => [brief(log.file, 120), sentence(log)])));
	for (const { file, says } of discrepancies) say(io, `${brief(file, 120)}  NOT AS IT WAS: ${says}`);
	if (brokenLines > 0)
		say(io, `The list of sessions was changed in ${brokenLines} ${brokenLines === 1 ? "line" : "lines"}: what they said is not known.`);
	say(io, summary(checked.value));
	const isNew = logs.length + discrepancies.length === 0 && (head.state === "absent" || head.state === "unreachable");
	if (!isNew) for (const line of aboutHead(head, unchecked)) say(io, line);
	return code;
}

function sentence({ verdict }: LogVerdict): string {
	switch (verdict.state) {
		case "complete":
			return `complete, ${records(verdict.records)}, as they were written`;
		case "broken":
			return `CHANGED at line ${verdict.line}: ${verdict.problem}`;
		case "unchecked":
			return `not checked, ${records(verdict.records)}: its key is in a vault that was not reached, or was made anew`;
		case "open": {
			const torn = verdict.torn ? " (its last line is torn)" : "";
			return `open, ${records(verdict.records)}, as they were written; no end: it still runs, crashed, or its end was cut off${torn}`;
		}
		default:
			return unreachable(verdict);
	}
}

function records(count: number): string {
	return `${count} ${count === 1 ? "record" : "records"}`;
}

/** Things that are not as they were written. */
function changes({ logs, discrepancies, brokenLines, head }: AuditVerdict): number {
	const broken = logs.filter(({ verdict }) => verdict.state === "broken").length;
	return broken + discrepancies.length + brokenLines + (head.state === "changed" ? head.lists.length + head.breaches.length : 0);
}

function summary(checked: AuditVerdict): string {
	const { logs, discrepancies } = checked;
	const missing = discrepancies.filter(({ kind }) => kind === "missing" || kind === "pruned-by-nobody").length;
	const broken = logs.filter(({ verdict }) => verdict.state === "broken").length;
	const other = discrepancies.length - missing;
	if (changes(checked) > 0) {
		const found = [`Changed: ${broken + other} of ${logs.length}`, ...(missing === 0 ? [] : [`missing: ${missing}`])].join(", ");
		return `${found}. Keep a copy, and find out who could write to the folder.`;
	}
	if (logs.length === 0) return "There is no log yet.";
	const unchecked = logs.filter(({ verdict }) => verdict.state === "unchecked").length;
	if (unchecked > 0) return `Logs checked: ${logs.length - unchecked} of ${logs.length}. All of these are as they were written.`;
	// A log without an end is as it was written so far as it goes: nobody can tell what was cut off since the last note of it.
	const open = logs.filter(({ verdict }) => verdict.state === "open").length;
	const ends = open === 0 ? "" : `; ${open} ${open === 1 ? "has" : "have"} no end (still running, crashed, or cut off)`;
	return `Logs checked: ${logs.length}. All are as they were written${ends}.`;
}

/** What the vault makes of it, and what nobody can tell. */
function aboutHead(head: HeadVerdict, unchecked: number): readonly string[] {
	const limits = "A program of yours that can read the vault can still forge all of this: copy the logs to a place that it cannot write.";
	switch (head.state) {
		case "kept":
			return [`The vault knows these lists of sessions since ${head.since}: none was exchanged or cut.`, limits];
		case "absent":
			return ["The vault knows nothing of these logs: whether whole logs and their lists were removed cannot be told."];
		case "unreachable":
			return [
				`The vault was not reached, so whether whole logs and their lists were removed cannot be told${unchecked > 0 ? ", nor what is sealed to it" : ""}: ${head.problem.message} ${head.problem.remedy}`,
			];
		case "changed":
			return [
				...head.lists.map(
					(list) => `The list of the sessions of ${list} is not the one that the vault knows: it was removed, cut or changed.`,
				),
				...head.breaches.map(({ at, list }) => `At ${at} a launcher found the list of the sessions of ${list} changed.`),
				limits,
			];
		default:
			return unreachable(head);
	}
}

function row(entry: EventRecord): readonly string[] {
	const subject = entry.tool === null ? (entry.method ?? "-") : `${entry.method ?? "-"} ${entry.tool}`;
	const times = entry.count === undefined || entry.count === 1 ? "" : ` (${entry.count} times)`;
	return [entry.at, brief(entry.server, 40), brief(subject, 80), entry.decision, `${brief(entry.reason, 40)}${times}`, entry.outcome];
}

/** Columns as wide as their widest cell, two spaces apart. */
function table(rows: readonly (readonly string[])[]): string {
	const widths: number[] = [];
	for (const cells of rows) for (const [column, cell] of cells.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
	const line = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
	return rows.map((cells) => `${line(cells).trimEnd()}\n`).join("");
}

/** JSON in which nothing moves a cursor or hides: everything beyond ASCII is escaped. */
function asciiJson(value: unknown): string {
	return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function positive(text: string): number {
	if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 1 to 999999.");
	return Number(text);
}
