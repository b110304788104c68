import { formatReference } from "../core/config/references.ts";
import { maskSecrets } from "../core/fixes/mask.ts";
import { planMoves, type Unmovable, type WrappingOf } from "../core/fixes/move-secrets.ts";
import type { Vault, VaultScheme } from "../core/ports.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Finding } from "../core/rules/finding.ts";
import { applyEdits, LineIndex, type Position } from "../core/text.ts";
import { checkWritable, type EditStep, editFile, readConfigText, tidyFile } from "./files/edit-file.ts";
import { type Analysis, isUnparsed, isWrapped, readBack, type StoredMove, standing, storedMoveEdits, storeMove } from "./stored-moves.ts";

export interface FixRequest {
	readonly file: string;
	/** Reads a text of this file and finds what is unsafe in it. Pure: it is asked again whenever the host has rewritten the file. */
	readonly analyse: (text: string) => Analysis;
	readonly scheme: VaultScheme;
	/** Null: a dry run, which writes nothing. */
	readonly vault: Vault | null;
	readonly wrappingOf: WrappingOf;
	/** The servers to fix, by name; null: all. */
	readonly server: string | null;
	/** True: also moves what only looks random (severity `hint`). */
	readonly hints: boolean;
	/** Called at the points where a crash could matter. */
	readonly onStep?: (step: FixStep) => void | Promise<void>;
}

export type FixStep = "read" | "stored" | "read-back" | EditStep | "verified";

export interface FixReport {
	readonly changed: boolean;
	/** True: the file does not parse. Nothing in it was changed, and what could be found in it is all in `remaining`. */
	readonly unparsed: boolean;
	readonly moved: readonly Moved[];
	/** Servers that start through the launcher from now on. */
	readonly wrapped: readonly string[];
	/** What is still there, and why. */
	readonly remaining: readonly Remaining[];
	/** The texts before and after, with every credential masked. */
	readonly before: string;
	readonly after: string;
}

export interface Remaining extends Unmovable {
	/** In the text after the fix; without a vault, in the text as it is. */
	readonly position: Position;
}

export interface Moved {
	readonly server: string;
	readonly slot: string;
	readonly reference: string;
	/** `equal`: the vault held this very value already. `planned`: a dry run. */
	readonly stored: "created" | "equal" | "planned";
	readonly finding: Finding;
}

/**
 * Moves the plaintext secrets of one file into a vault, and wraps their entries. In safe order: store, read back, edit, verify.
 * A file that may not be changed is refused before that. Whatever fails leaves the file as it was; the worst case is an entry in
 * the vault that nothing names.
 */
export async function fixFile(request: FixRequest): Promise<Result<FixReport>> {
	const step = async (name: FixStep): Promise<void> => request.onStep?.(name);
	const read = readConfigText(request.file);
	if (!read.ok) return read;
	const before = request.analyse(read.value.text);
	const plan = selectedPlan(request, before);
	await step("read");
	const masked = maskSecrets(before.document, before.findings);
	const unparsed = isUnparsed(before.document);
	const idle = {
		changed: false,
		unparsed,
		moved: [],
		wrapped: [],
		remaining: placed(before, plan.unmovable),
		before: masked,
		after: masked,
	};
	if (plan.moves.length === 0) {
		if (request.vault !== null) await tidyFile(request.file);
		return ok(idle);
	}

	const editable = checkWritable(request.file);
	if (!editable.ok) return editable;
	const { vault } = request;
	if (vault === null) {
		const planned = plan.moves.map(
			(move): StoredMove => ({ move, value: "", reference: { scheme: request.scheme, path: move.path }, how: "planned" }),
		);
		const edited = editText(request, planned, before.document.text);
		// Whoever looks a place up looks into the file as it is.
		return edited.ok ? ok({ ...report(request, planned, before, edited.value), remaining: idle.remaining }) : edited;
	}
	const stored: StoredMove[] = [];
	for (const move of plan.moves) {
		const kept = await storeMove(vault, move, before.document.text);
		if (!kept.ok) return kept;
		stored.push(kept.value);
		await step("stored");
	}
	const back = await readBack(vault, stored);
	if (!back.ok) return back;
	await step("read-back");

	/** The text that the last edit was made on: the host may have rewritten it since we planned. */
	let source = before;
	const edited = await editFile(
		request.file,
		(text) => {
			const next = editText(request, stored, text);
			if (next.ok && next.value !== text) source = request.analyse(text);
			return next;
		},
		{ ...(request.onStep === undefined ? {} : { onStep: request.onStep }) },
	);
	if (!edited.ok) return edited;
	const after = readConfigText(request.file);
	if (!after.ok) return after;
	const result = report(request, stored, source, after.value.text);
	await step("verified");
	if (edited.value.changed && standing(request.analyse(after.value.text).document, stored).length === stored.length) return ok(result);
	return fail(
		"fix-undone",
		`${request.file} was rewritten by another program while it was being fixed.`,
		"Close the host that uses it, and run fix again: the secrets are in the vault already.",
	);
}

function selectedPlan(request: FixRequest, { document, findings }: Analysis): ReturnType<typeof planMoves> {
	const mine = findings.filter(
		({ server, severity }) => (request.server === null || server === request.server) && (request.hints || severity !== "hint"),
	);
	return planMoves(document, mine, request.wrappingOf);
}

/** The text with every stored secret that still stands in it replaced; the same text when there is none. */
function editText(request: FixRequest, stored: readonly StoredMove[], text: string): Result<string> {
	const analysis = request.analyse(text);
	const edits = storedMoveEdits(request, analysis, selectedPlan(request, analysis).moves, stored);
	return edits.ok ? ok(applyEdits(text, edits.value)) : edits;
}

function report(request: FixRequest, stored: readonly StoredMove[], before: Analysis, text: string): FixReport {
	const after = request.analyse(text);
	const wasWrapped = new Set(before.document.servers.flatMap((server) => (isWrapped(server) ? [pathKey(server.keyPath)] : [])));
	return {
		changed: true,
		unparsed: false,
		moved: stored.map(({ move, reference, how }) => ({
			server: move.server.name.value,
			slot: move.slot,
			reference: formatReference(reference),
			stored: how,
			finding: move.finding,
		})),
		wrapped: after.document.servers
			.filter((server) => isWrapped(server) && !wasWrapped.has(pathKey(server.keyPath)))
			.map(({ name }) => name.value),
		remaining: remaining(request, after),
		before: maskSecrets(before.document, before.findings),
		after: maskSecrets(after.document, after.findings),
	};
}

/** A secret that came while the file was being fixed remains as well. */
function remaining(request: FixRequest, after: Analysis): readonly Remaining[] {
	const { moves, unmovable } = selectedPlan(request, after);
	return placed(after, [...unmovable, ...moves.map(({ finding }) => ({ finding, reason: "It was added meanwhile. Run fix again." }))]);
}

function placed({ document }: Analysis, unmovable: readonly Unmovable[]): readonly Remaining[] {
	const lines = new LineIndex(document.text);
	const inOrder = [...unmovable].sort((a, b) => a.finding.span.offset - b.finding.span.offset);
	return inOrder.map((one) => ({ ...one, position: lines.position(one.finding.span.offset) }));
}

function pathKey(path: readonly string[]): string {
	return JSON.stringify(path);
}
