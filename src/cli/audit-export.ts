import { type Command, Option } from "commander";
import { asciiJson } from "../core/ascii-json.ts";
import { fail, type Problem, unreachable } from "../core/result.ts";
import type { FoundRecord } from "../platform/audit/search.ts";
import { exportOtlp, OTLP_OPTIONS, type OtlpExportOptions, withOtlpOptions } from "./audit-export-otlp.ts";
import { FILTER_HELP, type FilterOptions, withFilters } from "./audit-filters.ts";
import { everyRecord, type OpenedLogs, openLogs, warnOfChanges } from "./audit-reading.ts";
import { type ExportTarget, openTarget } from "./export-target.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, remark } from "./say.ts";

const FORMATS = ["json", "jsonl", "csv", "otlp"] as const;

interface ExportOptions extends FilterOptions, OtlpExportOptions {
	readonly format: (typeof FORMATS)[number];
	readonly output?: string;
	readonly force?: boolean;
	readonly bom?: boolean;
}

const HELP = `
Examples:
  sallyport audit export --format csv --since 30d --output calls.csv
  sallyport audit export --format json --server github --verified --output github.json
  sallyport audit export --format otlp --endpoint http://127.0.0.1:4318 --since 1h
  sallyport audit export --format otlp --endpoint https://otlp.example.com --header 'authorization=Bearer {{ keychain://otel/token }}'
${FILTER_HELP}
A header's value is named, never typed: NAME=keychain://PATH, NAME=env:VARIABLE, or text with {{ keychain://PATH }} in it.

Exit: 0 exported, 2 could not, or --verified and not all is as it was written.`;

/** Adds `sallyport audit export`. */
export function registerAuditExport(audit: Command, io: Io, exit: (code: ExitCode) => void): void {
	const command = withFilters(
		audit.command("export").description("hand on the records that fit: to a file, to standard output, or to a collector"),
	)
		.addOption(
			new Option("--format <format>", "JSON, one JSON object a line, a table for spreadsheets, or OpenTelemetry's protocol")
				.choices(FORMATS)
				.makeOptionMandatory(),
		)
		.option("--output <file>", "a new file that you alone may read; else standard output")
		.option("--force", "replace the file if it is there")
		.option("--bom", "csv: begin with the mark by which some spreadsheets know UTF-8");
	withOtlpOptions(command)
		.addHelpText("after", HELP)
		.action(async (options: ExportOptions) => exit(await exportRecords(options, io)));
}

async function exportRecords(options: ExportOptions, io: Io): Promise<ExitCode> {
	const misused = misuse(options);
	if (misused !== null) return complain(io, misused);
	if (options.format === "otlp") return exportOtlp(options, io);
	const opened = await openLogs(options, io);
	if (!opened.ok) return complain(io, opened.problem);
	const target = openTarget(options.output, options.force === true, io);
	if (!target.ok) return complain(io, target.problem);
	const files = new Set<string>();
	try {
		const count = await writeRecords(opened.value, files, target.value, options);
		opened.value.done();
		const finished = target.value.finish();
		if (!finished.ok) return complain(io, finished.problem);
		if (options.output !== undefined) remark(io, `exported ${count} ${count === 1 ? "record" : "records"}.`);
	} finally {
		target.value.discard();
	}
	if (options.verified !== true) await warnOfChanges(opened.value.home, files, io);
	return 0;
}

/** Returns how many. */
async function writeRecords(opened: OpenedLogs, files: Set<string>, target: ExportTarget, options: ExportOptions): Promise<number> {
	const { begin, lines, end } = await writerOf(options);
	let count = 0;
	if (!(await target.write(begin))) return count;
	for await (const found of everyRecord(opened, files)) {
		const text = lines(found, count === 0);
		count += found.length;
		if (!(await target.write(text))) return count;
	}
	await target.write(end);
	return count;
}

interface RecordWriter {
	readonly begin: string;
	readonly end: string;
	lines(found: readonly FoundRecord[], isFirst: boolean): string;
}

async function writerOf({ format, bom = false }: ExportOptions): Promise<RecordWriter> {
	switch (format) {
		case "json":
			return {
				begin: '{"version":1,"records":[',
				lines: (found, isFirst) => `${isFirst ? "" : ","}\n${found.map(({ record }) => asciiJson(record)).join(",\n")}`,
				end: "\n]}\n",
			};
		case "jsonl":
			return { begin: "", lines: (found) => found.map(({ record }) => `${asciiJson(record)}\n`).join(""), end: "" };
		case "csv": {
			const { csvHeader, csvLines } = await import("../platform/audit/export/csv.ts");
			return { begin: `${bom ? "\ufeff" : ""}${csvHeader()}`, lines: (found) => csvLines(found.map(({ record }) => record)), end: "" };
		}
		case "otlp":
			throw new Error("spans are sent");
		default:
			return unreachable(format);
	}
}

/** What was asked for and has no meaning. Null: nothing. */
function misuse(options: ExportOptions): Problem | null {
	const isOtlp = options.format === "otlp";
	const foreign = isOtlp ? (["output", "force", "bom"] as const) : OTLP_OPTIONS;
	const given: Readonly<Record<string, unknown>> = { ...options };
	const [one] = [...foreign, ...(isOtlp || options.format === "csv" ? [] : (["bom"] as const))].filter((name) => given[name] !== undefined);
	if (one !== undefined)
		return fail("option-misused", `--${one} has no meaning with --format ${options.format}.`, "See: sallyport audit export --help").problem;
	if (options.force === true && options.output === undefined)
		return fail("option-misused", "--force has no meaning without --output.", "See: sallyport audit export --help").problem;
	return null;
}
