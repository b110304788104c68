// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the lock file's own word
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import writeFileAtomic from "write-file-atomic";
import { plain, sentence } from "../core/plain-text.ts";
import { jsonForLogs } from "../core/report/for-logs.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import {
	type Drift,
	type DriftKind,
	driftBetween,
	formatLockFile,
	LOCK_FILE,
	type Lock,
	type LockedServer,
	lockedTools,
	parseLockFile,
} from "../core/tools/lock-file.ts";
import { describeCandidate } from "../platform/approval/candidate.ts";
import { listCandidate } from "../platform/approval/list-candidate.ts";
import { maskedArguments } from "../platform/approval/texts.ts";
import { readBounded } from "../platform/files/bounded-file.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import type { DescribedLaunch } from "../platform/launch/describe.ts";
import type { LaunchLine } from "../platform/launch/locate.ts";
import { approvalContext } from "./approval-context.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, remark, say } from "./say.ts";
import { showDiff, shownName, unifiedDiff } from "./show-diff.ts";
import { userHome, workspaceRemotes, workspaceTargets } from "./target.ts";

interface LockOptions {
	readonly json?: boolean;
}

const HELP = `
The file holds, for every local server of this folder's config files, its launch line, its package with the digest of everything that was
installed with it, and the definitions of its tools. Commit it. It proposes, and grants nothing.`;

export function registerLock(tools: Command, io: Io, exit: (code: ExitCode) => void): void {
	tools
		.command("lock [name...]")
		.description(`write what this folder's servers are now to ${LOCK_FILE}`)
		.option("--json", "print what changed as JSON")
		.addHelpText(
			"after",
			`${HELP}\n\nExit: 0 written, 2 could not; or written without a server that could not be looked at, which stays as it was locked.`,
		)
		.action(async (names: readonly string[], options: LockOptions) => exit(await lock(names, options, io)));
	tools
		.command("verify [name...]")
		.description(`start this folder's servers confined, and compare them with ${LOCK_FILE}`)
		.option("--json", "print what drifted as JSON")
		.addHelpText("after", `${HELP}\n\nExit: 0 as locked, 1 something drifted, 2 could not.`)
		.action(async (names: readonly string[], options: LockOptions) => exit(await verify(names, options, io)));
}

interface Seen {
	/** What the file has; nothing where there is none. */
	readonly locked: Lock;
	readonly isNew: boolean;
	readonly now: Lock;
	readonly failures: readonly { readonly server: string; readonly problem: Problem }[];
}

async function lock(names: readonly string[], options: LockOptions, io: Io): Promise<ExitCode> {
	const seen = await look(names, io);
	if (!seen.ok) return complain(io, seen.problem);
	const { locked, isNew, now, failures } = seen.value;
	// What was not looked at, or could not be, stays as it was locked.
	const unseen = isUnseen(names, failures);
	const whole: Lock = {
		servers: [...locked.servers.filter(unseen), ...now.servers],
		remote: [...locked.remote.filter(unseen), ...now.remote],
	};
	if (namesOf(whole).length === 0) {
		tell(failures, io);
		return complain(io, failures.length > 0 ? NOTHING_SEEN : NO_SERVER);
	}
	const text = formatLockFile(whole);
	const drift = driftBetween(without(locked, unseen), now);
	const file = path.join(io.cwd, LOCK_FILE);
	try {
		await writeFileAtomic(file, text, { mode: 0o644 });
	} catch (error) {
		return complain(io, {
			code: "lock-unwritable",
			message: `${LOCK_FILE} cannot be written (${(error as NodeJS.ErrnoException).code ?? "error"}).`,
			remedy: "Make room, or mend the folder's permissions.",
		});
	}
	if (options.json === true) sayJson(io, { version: 1, servers: namesOf(now), drift: drift.map(asJson) });
	else {
		// Of a file that is new, all would be.
		if (!isNew)
			for (const each of drift)
				showDrift(io, each, { ...SAYS, "server-new": "was not in the lock file", "tool-new": "has a tool that was not in the lock file" });
		say(io, `${LOCK_FILE} has ${count(namesOf(whole).length)}. Commit it; sallyport tools verify compares.${leftOut(failures)}`);
	}
	return tell(failures, io) ? 2 : 0;
}

async function verify(names: readonly string[], options: LockOptions, io: Io): Promise<ExitCode> {
	if (!fs.existsSync(path.join(io.cwd, LOCK_FILE)))
		return complain(io, {
			code: "lock-missing",
			message: `There is no ${LOCK_FILE} here.`,
			remedy: "Write it, in the folder of the config files: sallyport tools lock",
		});
	const seen = await look(names, io);
	if (!seen.ok) return complain(io, seen.problem);
	const { locked, now, failures } = seen.value;
	const drift = driftBetween(without(locked, isUnseen(names, failures)), now);
	if (options.json === true)
		sayJson(io, {
			version: 1,
			servers: namesOf(now),
			drift: drift.map(asJson),
			failed: failures.map(({ server, problem }) => ({ server, code: problem.code })),
		});
	else {
		for (const each of drift) showDrift(io, each);
		if (drift.length > 0)
			say(
				io,
				`${drift.length === 1 ? "One thing is" : `${drift.length} things are`} not as locked. If it should be so: sallyport tools lock, and review the change.`,
			);
		else if (failures.length === 0) say(io, `${count(namesOf(now).length)} ${namesOf(now).length === 1 ? "is" : "are"} as locked.`);
	}
	if (tell(failures, io)) return 2;
	return drift.length > 0 ? 1 : 0;
}

/** Every local server of this folder's config files, as it is now. */
async function look(names: readonly string[], io: Io): Promise<Result<Seen>> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return home;
	const read = readLock(io);
	if (!read.ok) return read;
	const locked = ok(read.value ?? { servers: [], remote: [] });
	const targets = workspaceTargets(io);
	const remotes = workspaceRemotes(io);
	const missing = names.find(
		(name) => ![...targets, ...remotes, ...locked.value.servers, ...locked.value.remote].some((each) => each.name === name),
	);
	if (missing !== undefined)
		return fail(
			"server-not-found",
			`No config file of this folder has a server ${JSON.stringify(shownName(missing))}.`,
			"sallyport scan shows the servers that are there.",
		);
	const servers: LockedServer[] = [];
	const failures: { server: string; problem: Problem }[] = [];
	for (const { name, line } of targets.filter(meant(names))) {
		const server = line.ok ? await lookAt(line.value, home.value, io) : line;
		if (server.ok) servers.push(server.value);
		else failures.push({ server: name, problem: server.problem });
	}
	const remote = remotes
		.filter(meant(names))
		.map(({ name, url, file }) => ({ name, config: relativeTo(io.cwd, file), url: maskDetected(url) }));
	return ok({ locked: locked.value, isNew: read.value === null, now: { servers, remote }, failures });
}

/** More than any honest lock file has. */
const MOST_BYTES = 50_000_000;

/** Null: there is no file. */
function readLock(io: Io): Result<Lock | null> {
	const file = path.join(io.cwd, LOCK_FILE);
	if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return ok(null);
	const text = readBounded(file, MOST_BYTES);
	return text === null
		? fail("lock-unreadable", `${LOCK_FILE} cannot be read as a plain file.`, "Mend its permissions, or put a file in the place of a link.")
		: parseLockFile(text);
}

async function lookAt(line: LaunchLine, home: Home, io: Io): Promise<Result<LockedServer>> {
	const context = approvalContext(home, io);
	const candidate = await describeCandidate(line, context, { update: false });
	// A container, a shell: what its entry says can be compared, and that is said.
	if (!candidate.ok && candidate.problem.code.startsWith("launch-")) {
		remark(io, `${shownName(line.name)}: ${candidate.problem.message} Only what stands in its entry is compared.`);
		return ok({ ...entryOf(line, io), unlisted: true, tools: [] });
	}
	if (!candidate.ok) return candidate;
	const listed = await listCandidate(candidate.value, context);
	if (!listed.ok) return listed;
	const tools = lockedTools(listed.value.tools.map(({ definition }) => definition));
	if (tools === null) return fail("tool-unpinnable", "It lists a tool whose definition has no one reading.", "Ask the server's makers.");
	const { instructions } = listed.value;
	const said = instructions === null ? {} : { instructions: portable(instructions, line, io).slice(0, MOST_SAID) };
	return ok({ ...locked(candidate.value.described, io), ...said, tools });
}

/** Characters that a lock file holds of what a server says for the model: more than anybody can approve. */
const MOST_SAID = 100_000;

function locked({ line, facts }: DescribedLaunch, io: Io): Omit<LockedServer, "tools"> {
	const { code } = facts;
	return {
		...entryOf(line, io),
		...(facts.mutable ? { mutable: true } : {}),
		...(code.kind === "package" ? { package: { name: code.name, version: code.version, lock: code.lockDigest } } : {}),
		...(code.kind === "script" ? { script: { path: portable(code.script.path, line, io), sha256: code.script.sha256 } } : {}),
	};
}

/** Without credentials, and the same on every machine. */
function portable(text: string, line: LaunchLine, io: Io): string {
	return maskDetected(shortened(text, line.workspace ?? io.cwd, userHome(io)));
}

function entryOf(line: LaunchLine, io: Io): Omit<LockedServer, "tools"> {
	const env = Object.entries(line.env)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, part]): [string, string | null] => {
			if (part.kind === "literal") return [name, portable(`${name}=${part.value}`, line, io).slice(name.length + 1)];
			return [name, part.kind === "host" ? null : (line.asks.get(`env:${name}`) ?? null)];
		});
	return {
		name: line.name,
		config: relativeTo(io.cwd, line.config),
		command: portable(line.command, line, io),
		args: maskedArguments(line).map((word) => portable(word, line, io)),
		...(line.cwd === null ? {} : { cwd: portable(line.cwd, line, io) }),
		env: Object.fromEntries(env),
	};
}

function relativeTo(folder: string, file: string): string {
	return path.relative(fs.realpathSync(folder), file).split(path.sep).join("/");
}

/** The same text on every machine, where only the place of the workspace or of the home differs. */
function shortened(text: string, workspace: string, home: string): string {
	return [
		[workspace, "${workspace}"],
		[home, "~"],
	].reduce((short, [folder = "", word = ""]) => (folder.length < 2 ? short : short.split(folder).join(word)), text);
}

function meant(names: readonly string[]): (server: { readonly name: string }) => boolean {
	return ({ name }) => names.length === 0 || names.includes(name);
}

/** True for what stays as it was locked: it was not looked at, or could not be. */
function isUnseen(names: readonly string[], failures: Seen["failures"]): (server: { readonly name: string }) => boolean {
	const failed = new Set(failures.map(({ server }) => server));
	return (server) => !meant(names)(server) || failed.has(server.name);
}

function without({ servers, remote }: Lock, unseen: (server: { readonly name: string }) => boolean): Lock {
	return { servers: servers.filter((server) => !unseen(server)), remote: remote.filter((server) => !unseen(server)) };
}

function namesOf({ servers, remote }: Lock): readonly string[] {
	return [...servers, ...remote].map(({ name }) => name);
}

function count(servers: number): string {
	return `${servers} ${servers === 1 ? "server" : "servers"}`;
}

/** A hostile file's names move no cursor. */
function sayJson(io: Io, value: unknown): void {
	say(io, jsonForLogs(JSON.stringify(value)));
}

const NO_SERVER: Problem = {
	code: "lock-empty",
	message: "No config file of this folder has a server, so that there is nothing to lock, and nothing was written.",
	remedy: `Run it where the config files are. To do without a lock, delete ${LOCK_FILE}.`,
};

const NOTHING_SEEN: Problem = {
	code: "lock-empty",
	message: "None of the servers could be looked at, so that there is nothing to lock, and nothing was written.",
	remedy: "Do what is said above, and lock again.",
};

const SAYS: Readonly<Record<DriftKind, string>> = {
	"server-new": "is not in the lock file",
	"server-gone": "is in the lock file, and in no config file",
	launch: "starts something else",
	address: "is another server, or has another address",
	package: "is another package or version, or has other dependencies",
	script: "has another entry file",
	instructions: "gives the model other instructions",
	"tool-new": "has a tool that is not in the lock file",
	"tool-gone": "no longer lists a tool",
	"tool-changed": "has changed a tool",
};

function showDrift(io: Io, { name, config, kind, tool, before, after }: Drift, says = SAYS): void {
	say(io, `${shownName(name)} (${plain(config)}) ${says[kind]}${tool === null ? "" : `: ${plain(tool)}`}`);
	showDiff(io, unifiedDiff(tool ?? kind, before, after).slice(2));
	say(io);
}

/** `diff`: lines of a unified difference without its head; credentials are masked. */
function asJson({ name, config, kind, tool, before, after }: Drift): object {
	return { server: name, config, kind, tool, diff: unifiedDiff(tool ?? kind, before, after).slice(2) };
}

/** With a blank in front; empty: nothing was. */
function leftOut(failures: Seen["failures"]): string {
	const names = failures.map(({ server }) => shownName(server));
	return names.length === 0 ? "" : ` Not looked at anew: ${names.join(", ")}.`;
}

/** True: something could not be looked at. */
function tell(failures: Seen["failures"], io: Io): boolean {
	for (const { server, problem } of failures) {
		const named = `${JSON.stringify(server)}: `;
		const message = problem.message.startsWith(named) ? problem.message.slice(named.length) : problem.message;
		remark(io, `${shownName(server)}: ${sentence(message)} ${problem.remedy}`);
	}
	return failures.length > 0;
}
