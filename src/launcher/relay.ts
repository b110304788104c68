import { plain } from "../core/plain-text.ts";
import type { Grant } from "../core/policy/layers.ts";
import { policyLimits } from "../core/policy/limits.ts";
import { policyOffers } from "../core/policy/offers.ts";
import type { Problem, Result } from "../core/result.ts";
import { fail, ok } from "../core/result.ts";
import { grantDigest } from "../platform/grant-digest.ts";
import { AuditKeeper } from "./audit-keeper.ts";
import { DecidingLayers, readSteps } from "./deciding-layer.ts";
import type { Ending } from "./ending.ts";
import type { Launch, Started } from "./launch.ts";
import { LiveReport } from "./live-report.ts";
import { Session } from "./session.ts";

/** Milliseconds that a server has to answer what its host asked before it went. */
const GRACE_MS = 3_000;

/** Milliseconds that a server has to end by itself once nobody waits for it, and then when it is told to: half a second after its host, it is gone. */
const STOP_MS = { terminate: 150, kill: 400 };

/** Stands between the host and a server that has just been started, until one of them is gone. */
export async function relay(launch: Launch, { grant, watch, audit, home, confined }: Started): Promise<Result<Ending>> {
	const redact = await launch.loadRedaction();
	const { host, secrets } = launch;
	const appended = audit.append({
		request: null,
		direction: "launcher",
		method: null,
		tool: null,
		decision: "allow",
		reason: grant.sandbox === "off" ? "started-without-sandbox" : "started",
		outcome: "forwarded",
		// The log was opened before it was known what a person accepted: this is what was granted.
		arguments: { ...grantedParts(grant), policy: grantDigest(grant) },
	});
	if (!appended || !(await (audit.written() ?? true))) {
		await confined.dispose();
		return fail(auditProblem.code, auditProblem.message, auditProblem.remedy);
	}
	const live = new LiveReport({
		home,
		session: audit.session,
		grant,
		host,
		redact,
		hasSecrets: secrets.length > 0,
		clock: () => new Date(),
	});
	launch.onEgressRefused = (refusal) => live.egressRefused(refusal);
	launch.onPathBlocked = (blocked) => live.pathBlocked(blocked);
	const parent = process.ppid;
	const heard = (said: Buffer | string): void => launch.blocked?.heard(said);
	const { place, request } = launch;
	const deciding = new DecidingLayers(
		() => ({ files: watch.changes, accepted: launch.accepted }),
		(accepted) => (place === null ? null : readSteps(request, home, place, accepted)),
	);
	const session = new Session({
		grant,
		confined,
		audit,
		live,
		host: process,
		secrets,
		redact,
		decidedBy: (asked, judge) => deciding.decidedBy(asked, judge),
		heard,
		graceMs: GRACE_MS,
		isHostGone: () => process.ppid !== parent,
		stopMs: STOP_MS,
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
		process.stderr.write(`sallyport: ${plain(grant.name)}: an editor cannot watch it (no socket in ${plain(home.state)}).\n`);
	const keeper = new AuditKeeper(home, audit, launch.retention);
	keeper.start();
	const ending = await running;
	const isWhole = await audit.close(stoppedBy === null ? "server-ended" : "stopped", launch.reached);
	if (!isWhole) process.stderr.write(`sallyport: ${plain(grant.name)}: ${unwritten(audit.lost)}\n`);
	await Promise.all([live.end(stoppedBy === null ? session.endReason : "stopped"), keeper.end()]);
	return ok(stoppedBy === null ? ending : { code: null, signal: stoppedBy });
}

/** What it was granted, for whoever asks later. No values: names and places. */
function grantedParts({
	config,
	sandbox,
	egress,
	secrets,
	tools,
	limits,
	offers,
	asks,
	hostSecrets,
	instructions,
}: Grant): Readonly<Record<string, unknown>> {
	return {
		config,
		...(sandbox === "off" ? { sandbox } : sandbox),
		egress,
		limits: policyLimits(limits),
		secrets: [...secrets.keys()],
		tools: [...tools.keys()],
		...(instructions === undefined ? {} : { instructions }),
		...(offers === undefined ? {} : policyOffers(offers)),
		...(asks === undefined ? {} : { asks: Object.keys(asks) }),
		...(hostSecrets === undefined ? {} : { hostSecrets }),
	};
}

function unwritten(records: number): string {
	const what = records === 1 ? "1 record is not in it" : `${records} records are not in it`;
	return `the end of its audit log could not be written (${what}).`;
}

const auditProblem: Problem = {
	code: "audit-failed",
	message: "The audit log cannot be written, so nothing is started.",
	remedy: "Make room on the disk of Sallyport's home.",
};
