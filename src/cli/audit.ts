import { type Command, InvalidArgumentError } from "commander";
import type { EventRecord } from "../core/audit/record.ts";
import { brief } from "../core/plain-text.ts";
import { type LogVerdict, readAuditLogs, verifyAuditLogs } from "../platform/audit/reader.ts";
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
		.description("check every log: exit 0 when all are as they were written, 1 when one is not")
		.option("--json", "print the verdicts as JSON")
		.action((options: { readonly json?: boolean }) => exit(verify(options.json === true, io)));
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

function verify(json: boolean, io: Io): ExitCode {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const checked = verifyAuditLogs(home.value);
	if (!checked.ok) return complain(io, checked.problem);
	const logs = checked.value;
	const broken = logs.filter(({ verdict }) => verdict.state === "broken").length;
	if (json) say(io, asciiJson({ version: 1, intact: broken === 0, logs: logs.map(({ verdict, ...log }) => ({ ...log, ...verdict })) }));
	else {
		io.stdout.write(table(logs.map((log) => [brief(log.file, 120), sentence(log)])));
		say(io, summary(logs.length, broken, logs.filter(({ verdict }) => verdict.state === "open").length));
	}
	return broken === 0 ? 0 : 1;
}

function sentence({ verdict }: LogVerdict): string {
	if (verdict.state === "complete") return `complete, ${records(verdict.records)}, as they were written`;
	if (verdict.state === "broken") return `CHANGED at line ${verdict.line}: ${verdict.problem}`;
	const torn = verdict.torn ? " (its last line is torn)" : "";
	return `open, ${records(verdict.records)}, as they were written; no end: it still runs, crashed, or its end was cut off${torn}`;
}

function records(count: number): string {
	return `${count} ${count === 1 ? "record" : "records"}`;
}

function summary(logs: number, broken: number, open: number): string {
	if (logs === 0) return "There is no log yet.";
	if (broken > 0) return `Changed: ${broken} of ${logs}. Keep a copy, and find out who could write to the folder.`;
	// A log without an end is as it was written so far as it goes: nobody can tell what was cut off.
	const ends = open === 0 ? "" : `; ${open} ${open === 1 ? "has" : "have"} no end (still running, crashed, or cut off)`;
	return `Logs checked: ${logs}. All are as they were written${ends}.`;
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
