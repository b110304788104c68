import * as os from "node:os";
import * as path from "node:path";
import { styleText } from "node:util";
import { Argument, type Command, Option } from "commander";
import { parseConfig, tooLargeDocument } from "../core/config/parse-json.ts";
import { formatJson } from "../core/report/json.ts";
import { type AnalyzedFile, isAtLeast } from "../core/report/report.ts";
import { formatText, type Paint, type Style } from "../core/report/text.ts";
import { examine } from "../core/rules/analyze.ts";
import type { Severity } from "../core/rules/finding.ts";
import { type DiscoveredFile, discover, discoverUserFiles, thisPlatform } from "../platform/discover.ts";
import { sameFiles, tellUnread } from "./config-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain } from "./say.ts";

interface ScanOptions {
	readonly format: "text" | "json";
	readonly json?: true;
	readonly user?: true;
	readonly failOn: Severity | "never";
}

/** `sallyport scan`. Exit 0: nothing at or above `--fail-on`; 1: something; 2: it could not be done, or not for everything. */
export function registerScan(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("scan")
		.description("find what is unsafe in MCP config files: credentials in plain text, unversioned packages, wide folders, and more")
		.addArgument(new Argument("[path...]", "folders, walked at all depths, and files").default([], "this folder"))
		.addOption(new Option("--format <format>", "how to print what was found").choices(["text", "json"]).default("text"))
		.addOption(new Option("--json", "the same as --format json"))
		.addOption(new Option("--user", "also the hosts' per-user files"))
		.addOption(
			new Option("--fail-on <severity>", "exit 1 at or above it").choices(["error", "warning", "info", "never"]).default("warning"),
		)
		.addHelpText(
			"after",
			"\nExit: 0 nothing at or above --fail-on, 1 something, 2 the command line is wrong, or not everything could be looked at.",
		)
		.action((paths: readonly string[], options: ScanOptions) => {
			exit(scan(paths, options, io));
		});
}

function scan(paths: readonly string[], options: ScanOptions, io: Io): ExitCode {
	const discovered = discover((paths.length === 0 ? ["."] : paths).map((named) => path.resolve(io.cwd, named)));
	if (!discovered.ok) {
		return complain(io, discovered.problem);
	}
	const home = io.env.HOME || os.homedir();
	const user = options.user === true ? discoverUserFiles(home, thisPlatform(), io.env) : { files: [], problems: [] };
	const unread = tellUnread([...discovered.value.problems, ...user.problems], io);

	const files = new Map([...discovered.value.files, ...user.files].map((file) => [file.path, file]));
	const analyzed = [...files.values()].map((file) => analyzeFile(file, io.cwd, home)).sort((a, b) => (a.file < b.file ? -1 : 1));
	const asJson = options.json === true || options.format === "json";
	io.stdout.write(
		asJson ? formatJson(analyzed) : formatText(analyzed, painter(io), { unread, words: sameFiles(paths, options.user === true) }),
	);

	// What nobody looked at is not clean.
	if (unread.files + unread.folders > 0) return 2;
	const { failOn } = options;
	if (failOn === "never") return 0;
	return analyzed.some(({ findings }) => findings.some(({ severity }) => isAtLeast(severity, failOn))) ? 1 : 0;
}

function analyzeFile({ path: absolute, host, text }: DiscoveredFile, cwd: string, home: string): AnalyzedFile {
	const file = displayName(absolute, cwd);
	const document = text === null ? tooLargeDocument(host, file) : parseConfig(text, host, file);
	const { findings, silenced } = examine(document, { home });
	return { file, document, findings, silenced: silenced.length };
}

/** Relative to the current folder with `/`; absolute outside of it. */
function displayName(absolute: string, cwd: string): string {
	const relative = path.relative(cwd, absolute);
	const outside = relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
	return (outside ? absolute : relative).split(path.sep).join("/");
}

const STYLES: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
	error: "red",
	warning: "yellow",
	info: "cyan",
	hint: "dim",
	file: "bold",
	dim: "dim",
	mark: "red",
};

/** Colours only for a person at a terminal who has not said no (https://no-color.org). */
function painter(io: Io): Paint {
	if (io.stdout.isTTY !== true || (io.env.NO_COLOR ?? "") !== "" || io.env.TERM === "dumb") return (_, text) => text;
	return (style, text) => styleText(STYLES[style], text, { validateStream: false });
}
