import * as fs from "node:fs";
import * as path from "node:path";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { plain } from "../core/plain-text.ts";
import { unknownRule } from "../core/policy/rule-settings.ts";
import { isRuleSeverity, type RuleSeverity } from "../core/policy/schema.ts";
import { isAtLeast } from "../core/report/report.ts";
import type { AnalysisContext, Severity } from "../core/rules/finding.ts";
import { SETTABLE } from "../platform/approval/settings.ts";
import { repositoryAround } from "../platform/git.ts";
import { ruleSettingsFor } from "../platform/rule-settings.ts";
import { sameFiles } from "./config-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, remark } from "./say.ts";
import { type BaselineOptions, chooseBaseline, withBaseline } from "./scan-baseline.ts";
import { scanFiles } from "./scan-files.ts";
import { baseOf, FORMATS, type Format, formatted } from "./scan-output.ts";

interface ScanOptions extends BaselineOptions {
	readonly format: Format;
	readonly json?: true;
	readonly user?: true;
	readonly changed?: true;
	readonly quiet?: true;
	readonly ignores: boolean;
	readonly rule?: ReadonlyMap<string, RuleSeverity>;
	readonly failOn: Severity | "never";
}

const AFTER = `
Exit: 0 nothing at or above --fail-on, 1 something, 2 the command line is wrong, or not everything could be looked at.
Put aside: // sallyport-ignore RULE-ID reason, in the file itself; or a baseline, for all that is there today.`;

/** `sallyport scan`. Exit 0: nothing at or above `--fail-on`; 1: something; 2: it could not be done, or not for everything. */
export function registerScan(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("scan")
		.description("find what is unsafe in MCP config files: credentials in plain text, unversioned packages, wide folders, and more")
		.addArgument(new Argument("[path...]", "folders, walked at all depths, and files").default([], "this folder"))
		.addOption(new Option("--format <format>", "how to print what was found").choices(FORMATS).default("text"))
		.addOption(new Option("--json", "the same as --format json"))
		.addOption(new Option("--quiet", "print a line a finding and nothing else"))
		.addOption(new Option("--user", "also the hosts' per-user files"))
		.addOption(new Option("--changed", "only what git has staged for the next commit, as it is staged").conflicts("user"))
		.addOption(new Option("--rule <id=severity>", "error, warning, info or off for one rule; may be repeated").argParser(addRule))
		.addOption(
			new Option("--fail-on <severity>", "exit 1 at or above it").choices(["error", "warning", "info", "never"]).default("warning"),
		)
		.addOption(new Option("--baseline <file>", "put aside what this file holds (.sallyport/baseline.json when it is there)"))
		.addOption(new Option("--no-baseline", "put nothing aside but what the files themselves ignore"))
		.addOption(new Option("--no-ignores", "tell what the files themselves ignore, too: for a repository that is not yours"))
		.addOption(new Option("--write-baseline [file]", "put aside all that is found today, but for errors").conflicts("changed"))
		.addHelpText("after", AFTER)
		.action(async (paths: readonly string[], options: ScanOptions) => {
			exit(await scan(paths, options, io));
		});
}

function addRule(word: string, before: ReadonlyMap<string, RuleSeverity> = new Map()): ReadonlyMap<string, RuleSeverity> {
	const [id = "", severity = ""] = word.split("=", 2);
	const known = SETTABLE.map((rule) => rule.id);
	if (!isRuleSeverity(severity)) throw new InvalidArgumentError("It is ID=SEVERITY, and SEVERITY is error, warning, info or off.");
	if (!known.includes(id)) throw new InvalidArgumentError(`${plain(unknownRule(id, known))}.`);
	return new Map([...before, [id, severity]]);
}

async function scan(paths: readonly string[], options: ScanOptions, io: Io): Promise<ExitCode> {
	const format = options.json === true ? "json" : options.format;
	const quiet = options.quiet === true;
	const base = baseOf(format, io);
	const workspace = workspaceOf(io.cwd);
	const baseline = chooseBaseline(options, workspace, io);
	if (!baseline.ok) return complain(io, baseline.problem);
	const settings = await ruleSettingsFor(workspace, io.env, options.rule ?? new Map(), SETTABLE);
	// The report is told all the same, with every rule as it is: a file must not hide it by being broken.
	if (!settings.ok) complain(io, settings.problem);
	else for (const note of settings.value.notes) remark(io, note);
	const severities: AnalysisContext["severities"] = settings.ok ? settings.value.severities : options.rule;
	const scanned = scanFiles(
		paths,
		{ user: options.user === true, changed: options.changed === true },
		{
			...(severities === undefined ? {} : { severities }),
			...(settings.ok && settings.value.forbids.length > 0 ? { forbids: settings.value.forbids } : {}),
			...(options.ignores ? {} : { ignoresNote: "The file says to ignore this." }),
		},
		{ base, quiet: quiet || format !== "text" },
		io,
	);
	if (!scanned.ok) return complain(io, scanned.problem);
	const { unread } = scanned.value;
	const told =
		baseline.value === null
			? { ok: true as const, value: scanned.value.files }
			: withBaseline(baseline.value, scanned.value, { base, severities }, io);
	if (!told.ok) return complain(io, told.problem);

	io.stdout.write(formatted(format, told.value, { unread, words: sameFiles(paths, options.user === true), quiet }, io));

	// What nobody looked at is not clean.
	if (unread.files + unread.folders > 0 || !settings.ok) return 2;
	const { failOn } = options;
	if (failOn === "never") return 0;
	return told.value.some(({ findings }) => findings.some(({ severity }) => isAtLeast(severity, failOn))) ? 1 : 0;
}

/**
 * The folder whose `.sallyport` holds for this one: the nearest that has a policy or a baseline, as far as the repository goes; else the
 * repository's root, or this folder where there is none.
 */
function workspaceOf(folder: string): string {
	const root = repositoryAround(folder) ?? folder;
	for (let at = folder; at !== root; at = path.dirname(at))
		if (["policy.jsonc", "baseline.json"].some((name) => fs.existsSync(path.join(at, ".sallyport", name)))) return at;
	return root;
}
