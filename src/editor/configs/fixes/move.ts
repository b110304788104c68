import { formatReference } from "../../../core/config/references.ts";
import { type MovePlan, planMoves } from "../../../core/fixes/move-secrets.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import type { Finding } from "../../../core/rules/finding.ts";
import { quoted } from "../../../core/rules/places.ts";
import { isWrapped, type StoredMove, standing, storedMoveEdits } from "../../../platform/stored-moves.ts";
import { markDone } from "../../onboarding/progress.ts";
import type { OpenConfig } from "../configs.ts";
import { applyAsOne, type Saved } from "./apply.ts";
import { type FixContext, wrappingIn } from "./context.ts";
import { storeAll } from "./storing.ts";

/** A secret that is in the vault now, and a reference in the file. */
export interface Moved {
	/** As it may be shown. */
	readonly server: string;
	readonly variable: string;
	readonly reference: string;
	/** What kind of credential it is, for `rotationPage`. */
	readonly credential: string | null;
}

export interface MoveReport {
	readonly moved: readonly Moved[];
	/** True: an entry starts through the launcher from now on that did not before. */
	readonly wrapped: boolean;
	readonly saved: Saved;
}

/**
 * Moves secrets of one document into the chosen vault, and wraps their entries: store, read back, one edit of the text as it is by
 * then, check. What fails before the edit leaves the document as it was.
 *
 * @param wanted which findings are meant; those that cannot move are left out
 */
export async function moveSecrets(
	context: FixContext,
	open: OpenConfig,
	wanted: (finding: Finding) => boolean,
	save?: "if-clean" | "always",
): Promise<Result<MoveReport>> {
	const { services, configs } = context;
	const ready = await services.setUp();
	if (!ready.ok) return ready;
	const wrapping = wrappingIn(context, open, ready.value.home);
	if (!wrapping.ok) return wrapping;
	const wrappingOf = wrapping.value;
	const plan = (): MovePlan => {
		const { document, findings } = configs.analysis(open);
		return planMoves(document, findings.filter(wanted), wrappingOf);
	};

	const { moves, unmovable } = plan();
	if (moves.length === 0) return fail("unmovable", "This secret cannot move by itself.", unmovable[0]?.reason ?? "Look at the file again.");
	const before = configs.analysis(open);
	const stored = await storeAll(context, ready.value.home, moves, before.document.text);
	if (!stored.ok) return stored;

	const now = configs.analysis(open);
	const editing = { file: "This file", analyse: configs.reader(open), wrappingOf };
	const edits = storedMoveEdits(editing, now, plan().moves, stored.value);
	if (!edits.ok) return edits;
	if (edits.value.length === 0)
		return fail("finding-gone", "The file has changed, and the secret is not there any more.", "Look at the file again.");
	const holds = (): boolean => standing(configs.analysis(open).document, stored.value).length === stored.value.length;
	const applied = await applyAsOne(open, edits.value, holds, save);
	if (!applied.ok) return applied;

	const wrapped = configs.analysis(open).document.servers.filter(isWrapped).length > now.document.servers.filter(isWrapped).length;
	markDone(services, "move");
	markDone(services, "wrap");
	return ok({ moved: stored.value.map(describe), wrapped, saved: applied.value });
}

/** What may be told of it: no value. */
export function describe({ move, reference }: StoredMove): Moved {
	return {
		server: quoted(move.server.name.value),
		variable: quoted(move.slot.replace(/^env:/, "")),
		reference: formatReference(reference),
		credential: move.finding.credential,
	};
}
