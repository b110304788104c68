import * as fs from "node:fs";
import { constants } from "node:os";
import { messageName } from "../core/live/bounds.ts";
import { plain, shellWord } from "../core/plain-text.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { redact } from "../core/secrets/redact.ts";
import { type AuditLog, openAuditLog } from "../platform/audit-log.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { profileOf } from "../platform/launch/profile.ts";
import { keepRefusedLaunch } from "../platform/live/refused-launches.ts";
import { bubblewrapEngine } from "../platform/sandbox/bubblewrap.ts";
import type { Confined } from "../platform/sandbox/engine.ts";
import type { EgressRefusal } from "../platform/sandbox/proxy.ts";
import { parseRunArguments, RUN_USAGE, type RunArguments } from "./arguments.ts";
import { startBare } from "./bare.ts";
import { type GrantWatch, watchGrant } from "./grant-watch.ts";
import { LiveReport } from "./live-report.ts";
import { findPlace, lookUpGrant, type Prepared, prepare } from "./prepare.ts";
import { answerFirstRequest, REFUSED, tell } from "./refuse.ts";
import { type Ending, Session } from "./session.ts";

/** Milliseconds that a server has to end by itself once the host has gone. */
const GRACE_MS = 1_500;

interface Opened {
	readonly home: Home;
	readonly audit: AuditLog;
	/** The program that started the launcher; null: not known. */
	readonly host: string | null;
	/** Filled when the launch has resolved its secrets; the log keeps them out from then on. */
	readonly secrets: string[];
}

const clock = (): Date => new Date();

/** The name of the program that started the launcher; null where the system does not say. A label, which decides nothing. */
function startedBy(): string | null {
	try {
		return fs.readFileSync(`/proc/${process.ppid}/comm`, "utf8").trim();
	} catch {
		return null;
	}
}

interface Launched {
	readonly prepared: Prepared;
	readonly watch: GrantWatch;
	readonly confined: Confined;
	readonly live: LiveReport;
}

async function main(argv: readonly string[]): Promise<Ending> {
	const [verb, ...rest] = argv;
	if (verb !== "run") {
		process.stderr.write("sallyport: connect is not available yet: remote servers come with a later version.\n");
		return { code: 2, signal: null };
	}
	const request = parseRunArguments(rest);
	if (!request.ok) {
		process.stderr.write(`sallyport: ${request.problem.message} ${request.problem.remedy}\n`);
		return { code: 2, signal: null };
	}
	if (request.value === "help") {
		process.stdout.write(RUN_USAGE);
		return { code: 0, signal: null };
	}
	const opened = open(request.value);
	if (!opened.ok) return refuse(request.value, opened.problem, null);
	const launched = await launch(request.value, opened.value);
	if (!launched.ok) return refuse(request.value, launched.problem, opened.value);
	return relay(request.value, opened.value, launched.value);
}

function open(request: RunArguments): Result<Opened> {
	const home = openHome(homePath(process.env));
	if (!home.ok) return home;
	const secrets: string[] = [];
	const host = startedBy();
	const audit = openAuditLog(home.value, {
		server: request.name,
		host,
		clock,
		redact: (text) => redact(text, secrets),
	});
	return audit.ok ? ok({ home: home.value, audit: audit.value, host, secrets }) : audit;
}

async function launch(request: RunArguments, opened: Opened): Promise<Result<Launched>> {
	const { home, audit, host, secrets } = opened;
	const place = findPlace(request, home, process.env, process.cwd());
	if (!place.ok) return place;
	const watch = watchGrant(request, home, place.value);
	if (!watch.ok) return watch;
	const found = lookUpGrant(request, home, place.value);
	if (!found.ok) return found;
	const prepared = await prepare(found.value, home, process.env);
	if (!prepared.ok) return prepared;
	secrets.push(...prepared.value.secrets);
	const live = new LiveReport({ home, session: audit.session, grant: prepared.value.grant, host, secrets, clock });
	const confined = await confine(prepared.value, opened, live);
	return confined.ok ? ok({ prepared: prepared.value, watch: watch.value, confined: confined.value, live }) : confined;
}

async function confine({ grant, facts, env }: Prepared, { home, audit }: Opened, live: LiveReport): Promise<Result<Confined>> {
	const { sandbox } = grant;
	if (sandbox === "off") return startBare(grant, facts, env);
	if (process.platform !== "linux")
		return fail("sandbox-unsupported", "Sallyport cannot confine servers on this system yet.", "Use Linux, or a Linux container or WSL.");
	const engine = bubblewrapEngine({
		sallyportHome: home.path,
		onEgressRefused: (refusal) => {
			egressRefused(grant.name, refusal, audit);
			live.egressRefused(refusal);
		},
	});
	return engine.start(profileOf({ ...grant, sandbox }, facts, env, home));
}

/** A connection that was not granted: one line for the person, with what would allow it, and one record. */
function egressRefused(server: string, { target, reason }: EgressRefusal, audit: AuditLog): void {
	const remedy = reason === "not-granted" ? ` If it should: sallyport allow ${shellWord(server)} --egress ${shellWord(target)}` : "";
	process.stderr.write(`sallyport: ${plain(server)}: it tried to reach ${plain(target)}, which was refused (${reason}).${plain(remedy)}\n`);
	audit.append({
		request: null,
		direction: "launcher",
		method: null,
		tool: null,
		decision: "refuse",
		reason: `egress-${reason}`,
		outcome: "withheld",
		arguments: { target },
	});
}

async function relay(request: RunArguments, opened: Opened, { prepared, watch, confined, live }: Launched): Promise<Ending> {
	const { audit, secrets } = opened;
	const unconfined = prepared.grant.sandbox === "off";
	const recorded = audit.append({
		request: null,
		direction: "launcher",
		method: null,
		tool: null,
		decision: "allow",
		reason: unconfined ? "started-without-sandbox" : "started",
		outcome: "forwarded",
	});
	if (!recorded) {
		await confined.dispose();
		return refuse(request, auditProblem, opened);
	}
	const session = new Session({
		grant: prepared.grant,
		confined,
		audit,
		live,
		host: process,
		redact: (text) => redact(text, secrets),
		graceMs: GRACE_MS,
		watch,
	});
	let stoppedBy: NodeJS.Signals | null = null;
	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
		process.on(signal, () => {
			stoppedBy ??= signal;
			session.stop();
		});
	const running = session.run();
	// The server is starting by itself now: this costs its host no time.
	if (!live.open())
		process.stderr.write(
			`sallyport: ${plain(prepared.grant.name)}: an editor cannot watch it (no socket in ${plain(opened.home.state)}).\n`,
		);
	const ending = await running;
	audit.close(stoppedBy === null ? "server-ended" : "stopped");
	await live.end(stoppedBy === null ? session.endReason : "stopped");
	return stoppedBy === null ? ending : { code: null, signal: stoppedBy };
}

const auditProblem: Problem = {
	code: "audit-failed",
	message: "The audit log cannot be written, so nothing is started.",
	remedy: "Make room on the disk of Sallyport's home.",
};

async function refuse(request: RunArguments, problem: Problem, opened: Opened | null): Promise<Ending> {
	tell(process.stderr, request.name, problem);
	opened?.audit.append({
		request: null,
		direction: "launcher",
		method: null,
		tool: null,
		decision: "refuse",
		reason: problem.code,
		outcome: "withheld",
	});
	opened?.audit.close("refused");
	if (opened !== null) tellOfRefusal(request, problem, opened);
	await answerFirstRequest(process.stdin, process.stdout);
	return { code: REFUSED, signal: null };
}

/** The reason alone: a message may name what an editor must not repeat. */
function tellOfRefusal(request: RunArguments, { code }: Problem, { home, audit, host, secrets }: Opened): void {
	const name = (text: string): string => messageName(redact(text, secrets));
	const place = findPlace(request, home, process.env, process.cwd());
	keepRefusedLaunch(home, {
		kind: "launch-refused",
		version: 1,
		at: clock().toISOString(),
		session: audit.session,
		server: name(request.name),
		workspace: place.ok ? place.value.folder : null,
		host: host === null ? null : name(host),
		pid: process.pid,
		reason: code,
	});
}

function leave(ending: Ending): void {
	const { signal } = ending;
	if (signal === null) process.exit(ending.code ?? 1);
	for (const handled of ["SIGTERM", "SIGINT", "SIGHUP"]) process.removeAllListeners(handled);
	process.kill(process.pid, signal);
	// A signal that does not end this process still has its conventional exit code.
	setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
}

main(process.argv.slice(2)).then(leave, (error: unknown) => {
	// A bug. Its text may hold anything, so only its kind is shown.
	process.stderr.write(`sallyport: internal error (${error instanceof Error ? error.name : "unknown"}). Please report it.\n`);
	process.exit(REFUSED);
});
