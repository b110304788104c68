import type { Command } from "commander";
import { asciiJson } from "../core/ascii-json.ts";
import { brief } from "../core/plain-text.ts";
import { type LogVerdict, verifyAuditLogs } from "../platform/audit/reader.ts";
import { homePath, openHome } from "../platform/home.ts";
import { registerAuditExport } from "./audit-export.ts";
import { table } from "./audit-rows.ts";
import { registerAuditSearch } from "./audit-search.ts";
import { registerAuditTail } from "./audit-tail.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";

/** Adds `sallyport audit tail | search | export | verify`. */
export function registerAudit(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	const audit = program.command("audit").description("show what was called through Sallyport, and check that the log is as it was written");

	registerAuditTail(audit, io, exit);
	registerAuditSearch(audit, io, exit);
	registerAuditExport(audit, io, exit);

	audit
		.command("verify")
		.description("check every log: exit 0 when all are as they were written, 1 when one is not")
		.option("--json", "print the verdicts as JSON")
		.action((options: { readonly json?: boolean }) => exit(verify(options.json === true, io)));
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
