import * as vscode from "vscode";
import { planMoves, type Unmovable } from "../../../core/fixes/move-secrets.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { rotationPage } from "../../../core/secrets/rotation.ts";
import type { Home } from "../../../platform/home.ts";
import { isUnparsed, type StoredMove, standing } from "../../../platform/stored-moves.ts";
import { inform, warn } from "../../messages.ts";
import { markDone } from "../../onboarding/progress.ts";
import type { OpenConfig } from "../configs.ts";
import { saveDocument } from "./apply.ts";
import { type FixContext, wrappingIn } from "./context.ts";
import { isMovable } from "./movable.ts";
import { describe, type Moved } from "./move.ts";
import { addToPreview, entryEdits, type Kind } from "./preview.ts";
import { storeAll } from "./storing.ts";
import { takeBack } from "./take-back.ts";

/** One document of a fix of many, with what was stored from it. */
interface Part {
	readonly open: OpenConfig;
	readonly wasDirty: boolean;
	readonly stored: readonly StoredMove[];
	/** Secrets that a person has to move, and why. */
	readonly unmovable: readonly Unmovable[];
}

/**
 * Everything in these documents that needs no person's word: secrets move, entries are wrapped, addresses become secure, versions that are
 * known are pinned. Shown as a preview, in which the person ticks what is to be done; nothing is changed before. What was stored for
 * something that is not ticked is deleted again, where nothing else took it up meanwhile.
 */
export async function fixAll(context: FixContext, documents: readonly OpenConfig[]): Promise<Result<void>> {
	const ready = await context.services.setUp();
	if (!ready.ok) return ready;
	const { home } = ready.value;
	const parts: Part[] = [];
	for (const open of documents) {
		const part = await storePart(context, open, home);
		if (part.ok) {
			parts.push(part.value);
			continue;
		}
		await takeBack(context, home, parts, documents);
		return part;
	}

	const before = countFindings(context, documents);
	const preview = new vscode.WorkspaceEdit();
	const kinds = new Set<Kind>();
	for (const part of parts) {
		const wrapping = wrappingIn(context, part.open, home);
		const entries = entryEdits(context, part.open, part.stored, wrapping.ok ? wrapping.value : null);
		for (const entry of entries) for (const kind of entry.kinds) kinds.add(kind);
		addToPreview(preview, part.open, entries);
	}
	if (preview.size === 0) return fail("nothing-to-fix", "There is nothing here that can be mended without you.", leftOver(parts));
	const applied = await vscode.workspace.applyEdit(preview);

	const standingNow = (part: Part): readonly StoredMove[] => standing(context.configs.analysis(part.open).document, part.stored);
	const unused = parts.map((part) => ({ open: part.open, stored: part.stored.filter((one) => !standingNow(part).includes(one)) }));
	await takeBack(context, home, unused, documents);
	if (!applied) return fail("cancelled", "Nothing was changed.", "");

	const moved = parts.flatMap((part) => standingNow(part).map(describe));
	if (moved.length > 0) markDone(context.services, "move");
	if (kinds.has("wrap") || moved.length > 0) markDone(context.services, "wrap");
	conclude(context, parts, moved, before - countFindings(context, documents));
	for (const part of parts) {
		const saved = part.wasDirty ? ok<"unsaved">("unsaved") : await saveDocument(part.open.document);
		if (!saved.ok) return saved;
	}
	return ok(undefined);
}

async function storePart(context: FixContext, open: OpenConfig, home: Home): Promise<Result<Part>> {
	const wasDirty = open.document.isDirty;
	const { document, findings } = context.configs.analysis(open);
	const wrapping = wrappingIn(context, open, home);
	if (isUnparsed(document) || !wrapping.ok) return ok({ open, wasDirty, stored: [], unmovable: [] });
	const { moves, unmovable } = planMoves(
		document,
		findings.filter(({ severity }) => severity !== "hint"),
		wrapping.value,
	);
	const stored = await storeAll(
		context,
		home,
		moves.filter(({ finding }) => isMovable(finding)),
		document.text,
	);
	return stored.ok ? ok({ open, wasDirty, stored: stored.value, unmovable }) : stored;
}

function countFindings({ configs }: FixContext, documents: readonly OpenConfig[]): number {
	return documents.reduce((sum, open) => sum + configs.analysis(open).findings.length, 0);
}

/** One message. What was moved and what is left is in the log, each with what to do about it. */
function conclude({ services }: FixContext, parts: readonly Part[], moved: readonly Moved[], gone: number): void {
	for (const { server, variable, reference, credential } of moved) {
		const page = rotationPage(credential);
		services.log.info(`${variable} of ${server} is ${reference} now; have a new one issued${page === null ? "" : `: ${page}`}`);
	}
	for (const { open, unmovable } of parts)
		for (const { finding, reason } of unmovable)
			services.log.info(`${vscode.workspace.asRelativePath(open.document.uri)}: ${finding.message} ${reason}`);
	const dirty = parts.some(({ wasDirty }) => wasDirty);
	const text = [
		`${gone} ${gone === 1 ? "finding is" : "findings are"} mended.`,
		...(dirty ? ["Files that had unsaved changes still wait to be saved."] : []),
		...(moved.length === 0
			? []
			: [`${count(moved.length, "secret")} moved: git, Local History and backups keep the old values, so have new ones issued.`]),
		...(parts.some(({ unmovable }) => unmovable.length > 0) ? [leftOver(parts)] : []),
	].join(" ");
	const show = dirty ? warn : inform;
	void show(text, SHOW_LOG).then((choice) => {
		if (choice === SHOW_LOG) services.log.show();
	});
}

function count(n: number, what: string): string {
	return `${n} ${what}${n === 1 ? "" : "s"}`;
}

function leftOver(parts: readonly Part[]): string {
	const left = parts.flatMap(({ unmovable }) => unmovable).length;
	return left === 0 ? "Nothing needs to be done." : `${count(left, "secret")} left for your hand: the log says why.`;
}

const SHOW_LOG = "Show Log";
