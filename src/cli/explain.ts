import * as path from "node:path";
import type { Command } from "commander";
import { type GrantedThen, isCut, type LastRun, lastRun, type Withheld } from "../core/audit/last-run.ts";
import { type CommandOption, ourCommand } from "../core/command-words.ts";
import { own } from "../core/own.ts";
import { brief, exact, plain, withName } from "../core/plain-text.ts";
import { type Grant, grantsOf } from "../core/policy/layers.ts";
import { type MessageLimits, parsePolicyLimits } from "../core/policy/limits.ts";
import { type About, narrowedRemedyOf, remedyOf, saysOf, takenAwayBy } from "../core/protocol/reasons.ts";
import { WEAKER_SANDBOX } from "../platform/approval/texts.ts";
import { readAuditLogs } from "../platform/audit/reader.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { readLayers } from "../platform/policy-files.ts";
import { labelWidth } from "./columns.ts";
import { realNames } from "./config-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { logTime } from "./log-time.ts";
import { complain, say } from "./say.ts";
import { showSessionDrift } from "./show-drift.ts";
import { findTarget } from "./target.ts";

/** Records of one server that are looked through. */
const MOST = 20_000;

export function registerExplain(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("explain <name>")
		.description("say of a server's last run what it was granted, what was blocked and when, and what would allow it")
		.option("--file <config>", "only of the server in this config file")
		.option("--json", "print the result as JSON")
		.addHelpText("after", "\nExit: 0 nothing was blocked for sure, 1 something was, 2 could not.")
		.action((name: string, options: ExplainOptions) => exit(explain(name, options, io)));
}

interface ExplainOptions {
	readonly file?: string;
	readonly json?: boolean;
}

function explain(name: string, options: ExplainOptions, io: Io): ExitCode {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const read = readAuditLogs(home.value, { server: name, limit: MOST });
	if (!read.ok) return complain(io, read.problem);
	const run = lastRun(read.value.entries, options.file === undefined ? null : realNames(path.resolve(io.cwd, options.file)));
	if (run === null)
		return complain(io, {
			code: "never-run",
			message: `No run of a server ${exact(name)} is recorded.`,
			remedy: `Start it in its host. What it is granted, without a run: ${ourCommand("grants", [name])}`,
		});
	const file = fileToName(name, options.file, run, io);
	const around: Around = { name, home: home.value, file, ...heldTo(name, run, home.value) };
	if (options.json === true) {
		const withheld = run.withheld.map((each) => ({
			...each,
			profile: profileLine(each),
			allow: allowCommand(around, each),
			remedy: remedyFor(around, each),
		}));
		say(io, JSON.stringify({ version: 1, server: name, ...run, withheld }));
	} else show(around, run, io);
	return run.withheld.every(isPerhaps) ? 0 : 1;
}

/** What a remedy has to know of the server. */
interface Around {
	readonly name: string;
	readonly home: Home;
	/** Its config file, where a command has to name it; undefined: the one that is found from here is that one. */
	readonly file: string | undefined;
	/** As they were when it started. */
	readonly limits: MessageLimits;
	/** What is granted now; null: nothing is, or several grants could be meant. */
	readonly grant: Grant | null;
}

/** What a person has to add to a command about this server, here: nothing, where its entry is found by its name. */
function fileToName(name: string, named: string | undefined, { granted }: LastRun, io: Io): string | undefined {
	if (named !== undefined) return named;
	const config = granted?.config ?? null;
	if (config === null) return undefined;
	const found = findTarget(name, undefined, io);
	return found.ok && found.value.config === config ? undefined : config;
}

function heldTo(name: string, { granted }: LastRun, home: Home): Pick<Around, "limits" | "grant"> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	const grants = layers.ok ? grantsOf(layers.value).filter((each) => each.name === name) : [];
	const meant = grants.filter(({ config }) => granted === null || granted.config === null || granted.config === config);
	return {
		limits: parsePolicyLimits(Object.fromEntries(granted?.limits ?? [])) ?? {},
		grant: meant.length === 1 ? (meant[0] ?? null) : null,
	};
}

function show(around: Around, run: LastRun, io: Io): void {
	const { name } = around;
	const by = run.host === null ? "" : `, by ${brief(run.host, 40)}`;
	const verb = run.granted === null ? "refused" : "started";
	const config = run.granted?.config ?? null;
	say(io, `${plain(name)}  ${verb} ${logTime(run.at)}${by}${config === null ? "" : `  (${plain(config)})`}`);
	if (run.granted !== null) showGranted(run.granted, io);
	if (run.withheld.length === 0) {
		say(io, "Nothing was blocked.");
		return;
	}
	const blocked = run.withheld.filter((each) => !isPerhaps(each));
	tell(run.granted === null ? "It was not started:" : "Blocked:", around, blocked, io);
	tell("Perhaps blocked:", around, run.withheld.filter(isPerhaps), io);
}

/** What is not there may be missing, or may be what the server could not make: nobody but the server knows. */
function isPerhaps({ reason }: Withheld): boolean {
	return reason === "path-absent";
}

function tell(title: string, around: Around, several: readonly Withheld[], io: Io): void {
	if (several.length > 0) say(io, title);
	for (const each of several) {
		const times = each.count === 1 ? "" : `  (${each.count} times)`;
		const about = each.said === undefined ? `${each.kind.padEnd(7)} ${each.subject === "" ? "" : `${exact(each.subject)}: `}` : "";
		say(io, `  ${logTime(each.at)}  ${about}${why(around.name, each)}${times}`);
		if (each.said !== undefined) say(io, `    what to do:      ${plain(each.said.remedy)}`);
		const [line, command, remedy] = [profileLine(each), allowCommand(around, each), remedyFor(around, each)];
		if (line !== null) say(io, `    in its profile:  ${line}`);
		if (command !== null) say(io, `    ${isPerhaps(each) ? "if it should:   " : "to allow it:    "} ${command}`);
		if (remedy !== null) say(io, `    ${remedy.command === null ? plain(remedy.text) : `${plain(remedy.text)}: ${remedy.command}`}`);
		if (each.drift !== undefined) showSessionDrift(io, around.home, each.drift);
	}
}

function showGranted(granted: GrantedThen, io: Io): void {
	const rows: [string, readonly string[]][] = [
		["read", granted.read],
		["write", granted.write],
		["deny", granted.deny],
		["env", granted.env],
		["network", granted.egress],
		["secret", granted.secrets],
		["tool", granted.tools],
		["prompt", granted.prompts],
		["resource", granted.resources],
		["template", granted.templates],
		["completion", granted.completions ? ["what you type for these"] : []],
		["ask", granted.asks],
		[
			"receive",
			granted.hostSecrets.map((tool) => `keys and tokens of the host, ${tool === "*" ? "in everything" : `in calls of ${tool}`}`),
		],
		["limit", granted.limits.map(([limit, value]) => `${limit} ${value}`)],
	];
	say(
		io,
		granted.unconfined
			? "Granted: everything that you can do, for its sandbox is off, and"
			: "Granted, beside its own code and a private home:",
	);
	if (granted.weaker) say(io, `  sandbox ${WEAKER_SANDBOX}`);
	const width = labelWidth(rows.flatMap(([label, values]) => (values.length === 0 ? [] : [label])));
	for (const [label, values] of rows)
		for (const value of values) say(io, `  ${label.padEnd(width)} ${label === "limit" ? plain(value) : exact(value)}`);
	if (rows.every(([, values]) => values.length === 0)) say(io, "  nothing");
}

const WORDS: Readonly<Record<string, string>> = {
	"path-not-granted": "it is not granted",
	"path-absent": "the folder is not granted, and it looked there for what does not exist, or tried to make it",
	"path-protected": "no server may have it",
	"path-link": "a link, which programs outside would follow; it was not passed on",
	"path-special": "neither a file nor a folder; it was not passed on",
	"path-unwritable": "you may not write it yourself, or the disk was full",
	"path-too-large": "it is too large, and was not passed on",
	"path-too-deep": "it lies too deep, and was not passed on",
	"path-appeared": "it appeared later, and the server was stopped for it",
	"path-lost": "it was removed, or could not be followed, and the server was stopped for it",
	"egress-not-granted": "it is not granted",
	"egress-no-network": "it has no network; to grant one: sallyport allow NAME --egress HOST:PORT",
	"egress-private-address": "the name leads to a private address",
	"egress-unresolved": "the name has no address",
	"egress-host-header": "a request named another host than its connection",
	"egress-other-address": "the name leads to another address than the one that was granted",
	"egress-too-many-names": "it asked for too many names beneath one wildcard",
	"egress-too-many-connections": "it had too many connections at once",
	"egress-proxy-unreachable": "your company's proxy did not answer",
	"egress-proxy-credentials": "your company's proxy wants other credentials",
	"egress-proxy-refused": "your company's proxy did not let it through",
	"egress-network-lost": "the proxy failed, and there was no network any more",
};

function why(name: string, { reason, said }: Withheld): string {
	if (said !== undefined) return plain(said.message);
	return withName(own(WORDS, reason) ?? saysOf(reason) ?? plain(reason), name);
}

/** What a person would write into the server's profile. Null: nothing there would allow it. */
function profileLine({ kind, subject, grantable }: Withheld): string | null {
	if (!grantable || isCut(subject)) return null;
	if (kind === "read" || kind === "write") return plain(`"sandbox": { "${kind}": [${JSON.stringify(subject)}] }`);
	return kind === "network" ? plain(`"egress": [${JSON.stringify(subject)}]`) : null;
}

/** What grants it at once; null: nothing does, or it would not help. */
function allowCommand({ name, file }: Around, { kind, subject, reason, grantable, takenBy }: Withheld): string | null {
	if (!grantable || takenBy !== null || isCut(subject)) return null;
	const where = fileOption(file);
	if (kind === "read" || kind === "write" || kind === "prompt" || kind === "resource")
		return ourCommand("allow", [name], [[`--${kind}`, subject], ...where]);
	if (kind === "network") return ourCommand("allow", [name], [["--egress", subject], ...where]);
	if (reason === "host-secret") return ourCommand("allow", [name], [["--host-secrets", subject], ...where]);
	if (reason.startsWith("instructions-")) return ourCommand("tools allow", [name], [["--instructions"], ...where]);
	return kind === "tool" ? ourCommand("tools allow", [name, subject], where) : null;
}

function fileOption(file: string | undefined): readonly CommandOption[] {
	return file === undefined ? [] : [["--file", file]];
}

/** What else a person can do: look, raise a limit, or ask which file decides. Null: nothing, or `allowCommand` says it. */
function remedyFor(around: Around, { about, takenBy, reason, ...withheld }: Withheld): ReturnType<typeof remedyOf> {
	if (about === null || withheld.said !== undefined) return null;
	const { name, file, limits, grant } = around;
	const known: About = { ...about, server: name, file, limits, asks: grant?.asks ?? {} };
	if (takenBy !== null) {
		const narrowed = narrowedRemedyOf(known);
		return narrowed === null ? null : { text: `${takenAwayBy(takenBy, about)} ${narrowed.text}`, command: narrowed.command };
	}
	if (allowCommand(around, { about, takenBy, reason, ...withheld }) !== null) return null;
	const limit = own(LIMITS, reason);
	// Theirs is no longer, or was never, what decided.
	if (limit !== undefined && grant !== null && (grant.limits[limit] ?? Number.POSITIVE_INFINITY) > (limits[limit] ?? 0))
		return {
			text: "More is granted now, or another policy holds it to less. To see it",
			command: ourCommand("policy explain", [name], fileOption(file)),
		};
	return remedyOf(known);
}

const LIMITS: Readonly<Record<string, "callsPerMinute" | "sessionCallsPerMinute" | "sessionCalls" | "resultBytes">> = {
	"too-many-calls": "callsPerMinute",
	"too-many-session-calls": "sessionCallsPerMinute",
	"session-calls-used-up": "sessionCalls",
	"result-too-large": "resultBytes",
	"result-cut": "resultBytes",
};
