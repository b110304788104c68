import { type ActReason, EVERY_SERVER } from "../../core/audit/acts.ts";
import type { Grant } from "../../core/policy/layers.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { maskDetected } from "../../core/secrets/redact.ts";
import type { MarkOptions } from "../acceptance/mark.ts";
import { accountName } from "../account-name.ts";
import { advanceHead } from "../audit/head.ts";
import { auditFolder } from "../audit/place.ts";
import { readPublicKey } from "../audit/public-key.ts";
import { openAuditLog } from "../audit/writer.ts";
import { grantDigest } from "../grant-digest.ts";
import type { Home } from "../home.ts";
import { isKeptWithin } from "../time-limit.ts";
import { grantChange } from "./texts.ts";

/** Who approves: how they can be asked to open the vault, and in which program they sit. */
export interface Acting extends MarkOptions {
	/** The program's name, a label. Undefined: not known. */
	readonly by?: string;
}

/** Something that a person did about what counts, and that was done. */
export interface Act {
	readonly reason: ActReason;
	/** Null: it concerns every server. */
	readonly server: string | null;
	/** The entry that it is about. Null: it is about none. */
	readonly entry: Pick<Grant, "config" | "workspace"> | null;
	/** What is new, and what is gone: a line each, as the person saw it. */
	readonly gets: readonly string[];
	readonly loses: readonly string[];
	/** What counted, and what counts now, as digests; null: nothing. */
	readonly before: string | null;
	readonly after: string | null;
}

/** What was done to the grant of one entry. Null: neither was there. */
export function grantAct(reason: ActReason, before: Grant | null, after: Grant | null): Act | null {
	const grant = after ?? before;
	if (grant === null) return null;
	const { name, config, workspace } = grant;
	// What goes with a whole grant is what it would have given.
	const rows = grantChange(after === null ? null : before, grant).rows.filter(({ mark }) => mark !== " ");
	const lines = (mark: "+" | "-") => rows.filter((row) => row.mark === mark).map(({ kind, text }) => `${kind}: ${text}`);
	return {
		reason,
		server: name,
		entry: { config, workspace },
		gets: after === null ? [] : lines("+"),
		loses: after === null ? lines("+") : lines("-"),
		before: before === null ? null : grantDigest(before),
		after: after === null ? null : grantDigest(after),
	};
}

/** How long the vault has to hear of it. What it does not hear now, the next launcher tells it. Milliseconds. */
const HEAD_MS = 500;

/**
 * Writes down what a person did, each in a log of its own, sealed and listed as those of sessions are. Nothing that changed nothing is written.
 *
 * @returns a Problem: it is done all the same, and could not be written down
 */
export async function recordActs(home: Home, acts: readonly (Act | null)[], { by = "" }: Acting): Promise<Result<void>> {
	const done = acts.filter((act) => act !== null).filter((act) => act.before !== act.after || act.gets.length + act.loses.length > 0);
	for (const { reason, server, entry, gets, loses, before, after } of done) {
		const user = accountName();
		const log = openAuditLog(home, {
			server: server ?? EVERY_SERVER,
			host: by === "" ? null : by,
			user,
			policy: after,
			clock: () => new Date(),
			redact: maskDetected,
		});
		if (!log.ok) return unrecorded(log.problem.remedy);
		const isWritten = log.value.append({
			request: null,
			direction: "person",
			method: null,
			tool: null,
			decision: "allow",
			reason,
			outcome: "answered",
			arguments: { user, ...entry, gets, loses, before, after },
		});
		if (!(await log.value.close("done")) || !isWritten) return unrecorded("Make room on the disk.");
	}
	// Before there is a head, a launcher makes it.
	if (done.length > 0 && readPublicKey(auditFolder(home)) !== null)
		await isKeptWithin(
			HEAD_MS,
			advanceHead(home, new Date()).catch(() => {}),
		);
	return ok(undefined);
}

function unrecorded(remedy: string): Result<void> {
	return fail("act-unrecorded", "It is done, and counts. But it could not be written into the audit log.", remedy);
}
