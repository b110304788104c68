import type { Command } from "commander";
import { asciiJson } from "../core/ascii-json.ts";
import { brief } from "../core/plain-text.ts";
import { unreachable } from "../core/result.ts";
import { type AuditVerdict, type HeadVerdict, type LogVerdict, type Removed, verifyAudit } from "../platform/audit/verify.ts";
import { homePath, openHome } from "../platform/home.ts";
import { changes } from "./audit-changes.ts";
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
		.description(
			"check every log, and that none is missing: exit 0 when all are as they were written, 1 when not, 2 when it cannot be told",
		)
		.option("--json", "print the verdicts as JSON")
		.action(async (options: { readonly json?: boolean }) => exit(await verify(options.json === true, io)));
}

async function verify(json: boolean, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const checked = await verifyAudit(home.value);
	if (!checked.ok) return complain(io, checked.problem);
	const { logs, discrepancies, brokenLines, head, removed } = checked.value;
	const isChanged = changes(checked.value) > 0;
	const unchecked = logs.filter(({ verdict }) => verdict.state === "unchecked").length;
	const code = isChanged ? 1 : unchecked > 0 ? 2 : 0;
	if (json) {
		const { problem: _, ...shown } = { problem: undefined, ...head };
		const intact = code === 2 ? null : code === 0;
		const all = logs.map(({ verdict, ...log }) => ({ ...log, ...verdict }));
		say(io, asciiJson({ version: 2, intact, logs: all, discrepancies, brokenLines, removed, head: shown }));
		return code;
	}
	io.stdout.write(table(logs.map((log) => [brief(log.file, 120), sentence(log)])));
	for (const { file, says } of discrepancies) say(io, `${brief(file, 120)}  NOT AS IT WAS: ${says}`);
	if (brokenLines > 0)
		say(io, `The list of sessions was changed in ${brokenLines} ${brokenLines === 1 ? "line" : "lines"}: what they said is not known.`);
	say(io, summary(checked.value));
	if (removed !== null) say(io, removedText(removed));
	const isNew = logs.length + discrepancies.length === 0 && head.state === "absent";
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

function removedText({ sessions, records: count, forAge, forSize, from, to, at }: Removed): string {
	const why = [...(forAge > 0 ? [`${forAge} for their age`] : []), ...(forSize > 0 ? [`${forSize} for room`] : [])].join(", ");
	const which = `${sessions} ${sessions === 1 ? "session" : "sessions"} with ${records(count)}`;
	return `No longer kept: ${which}, begun from ${from} to ${to} (${why}), the last taken away at ${at}. audit.keepDays and audit.keepSize say how much is kept.`;
}

function records(count: number): string {
	return `${count} ${count === 1 ? "record" : "records"}`;
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
