import * as path from "node:path";
import type { Command } from "commander";
import { type GrantedThen, isCut, type LastRun, lastRun, type Withheld } from "../core/audit/last-run.ts";
import { own } from "../core/own.ts";
import { brief, exact, plain, shellWord, withName } from "../core/plain-text.ts";
import { saysOf } from "../core/protocol/reasons.ts";
import { WEAKER_SANDBOX } from "../platform/approval/texts.ts";
import { readAuditLogs } from "../platform/audit/reader.ts";
import { homePath, openHome } from "../platform/home.ts";
import { realNames } from "./config-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { logTime } from "./log-time.ts";
import { complain, say } from "./say.ts";

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
			remedy: `Start it in its host. What it is granted, without a run: sallyport grants ${shellWord(name)}`,
		});
	if (options.json === true) {
		const withheld = run.withheld.map((each) => ({ ...each, profile: profileLine(each), allow: allowCommand(name, each) }));
		say(io, JSON.stringify({ version: 1, server: name, ...run, withheld }));
	} else show(name, run, io);
	return run.withheld.every(isPerhaps) ? 0 : 1;
}

function show(name: string, run: LastRun, io: Io): void {
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
	tell(run.granted === null ? "It was not started:" : "Blocked:", name, blocked, io);
	tell("Perhaps blocked:", name, run.withheld.filter(isPerhaps), io);
}

/** What is not there may be missing, or may be what the server could not make: nobody but the server knows. */
function isPerhaps({ reason }: Withheld): boolean {
	return reason === "path-absent";
}

function tell(title: string, name: string, several: readonly Withheld[], io: Io): void {
	if (several.length > 0) say(io, title);
	for (const each of several) {
		const times = each.count === 1 ? "" : `  (${each.count} times)`;
		const about = each.said === undefined ? `${each.kind.padEnd(7)} ${each.subject === "" ? "" : `${exact(each.subject)}: `}` : "";
		say(io, `  ${logTime(each.at)}  ${about}${why(name, each)}${times}`);
		if (each.said !== undefined) say(io, `    what to do:      ${plain(each.said.remedy)}`);
		const [line, command] = [profileLine(each), allowCommand(name, each)];
		if (line !== null) say(io, `    in its profile:  ${line}`);
		if (command !== null) say(io, `    ${isPerhaps(each) ? "if it should:   " : "to allow it:    "} ${command}`);
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
		["complete", granted.completions ? ["what you type for these"] : []],
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
	for (const [label, values] of rows)
		for (const value of values) say(io, `  ${label.padEnd(7)} ${label === "limit" ? plain(value) : exact(value)}`);
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

function allowCommand(name: string, { kind, subject, reason, grantable }: Withheld): string | null {
	if (!grantable || isCut(subject)) return null;
	const server = shellWord(name);
	if (kind === "read" || kind === "write" || kind === "prompt" || kind === "resource")
		return `sallyport allow ${server} --${kind} ${shellWord(subject)}`;
	if (kind === "network") return `sallyport allow ${server} --egress ${shellWord(subject)}`;
	if (reason === "host-secret") return `sallyport allow ${server} --host-secrets ${shellWord(subject)}`;
	if (reason.startsWith("instructions-")) return `sallyport tools allow ${server} --instructions`;
	return kind === "tool" ? `sallyport tools allow ${server} ${shellWord(subject)}` : null;
}
