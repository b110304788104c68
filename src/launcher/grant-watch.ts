import { isDeepStrictEqual } from "node:util";
import type { Grant } from "../core/policy/layers.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { acceptedPlaces } from "../platform/acceptance/accepted.ts";
import type { Home } from "../platform/home.ts";
import { policyPlaces, watchPolicies } from "../platform/policy-files.ts";
import type { Approvals } from "./approvals.ts";
import type { RunArguments } from "./arguments.ts";
import { lookUpGrant, type Place } from "./prepare.ts";

/** Follows the policy files of one launch. Opened before the grant is read, so that no change falls in between. */
export interface GrantWatch {
	/** Another number as soon as the watch hears that a file may have changed. */
	readonly changes: number;
	/**
	 * From now on, and at once if something has changed since the watch was opened. What means the same as before is not told again.
	 *
	 * @param grant as the listener knows it
	 */
	subscribe(grant: Grant, changed: (grant: Result<Grant>) => void): void;
	dispose(): void;
}

/** Fails where the system cannot watch: a launcher that does not hear of a narrowed policy must not start. */
export function watchGrant(
	request: RunArguments,
	home: Home,
	place: Place,
	approvals: Approvals,
	onWaiting: (problem: Problem) => void,
): Result<GrantWatch> {
	const places = (): readonly string[] => [...policyPlaces(home, place.sources, approvals.known), ...acceptedPlaces(home)];
	let changed: ((grant: Result<Grant>) => void) | null = null;
	let missed = false;
	let isOver = false;
	let last: Result<Grant> | null = null;
	const give = (grant: Result<Grant>): void => {
		if (isOver || isDeepStrictEqual(grant, last)) return;
		last = grant;
		changed?.(grant);
	};
	const tell = (): void => {
		if (changed === null) {
			missed = true;
			return;
		}
		const { known } = approvals;
		if (known === null) throw new Error("a server that runs before anything is known to be accepted");
		// What was taken away is gone at once. What was added counts as soon as the vault has said that a person accepted it.
		const narrowed = lookUpGrant(request, home, place, known);
		if (narrowed instanceof Promise) void narrowed.then(give);
		else give(narrowed);
		void approvals.again().then(async (now) => {
			if (!isOver) give(await lookUpGrant(request, home, place, now.ok ? now.value : (approvals.known ?? known), onWaiting));
		});
	};
	let changes = 0;
	const look = (): void => {
		changes++;
		// A folder that a policy will stand in may have been made just now: watch anew, then read.
		try {
			watching.dispose();
			watching = watchPolicies(places(), look);
		} catch {
			give(unwatchable);
			return;
		}
		tell();
	};
	let watching: { dispose(): void };
	try {
		watching = watchPolicies(places(), look);
	} catch {
		return unwatchable;
	}
	return ok({
		get changes() {
			return changes;
		},
		subscribe(grant, listener) {
			changed = listener;
			last = ok(grant);
			if (missed) tell();
		},
		dispose() {
			isOver = true;
			watching.dispose();
		},
	});
}

const unwatchable = fail(
	"watch-failed",
	"The policy files cannot be watched (too many watches on this machine?), so a change would not be obeyed.",
	"Close programs that watch many files, or raise fs.inotify.max_user_instances.",
);
