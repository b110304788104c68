import { formatReference, referencesIn, type SecretReference } from "../core/config/references.ts";
import type { ConfigDocument, StdioServer } from "../core/config/server.ts";
import { launchOf } from "../core/config/wrapped.ts";
import { type ChosenMove, type Move, moveEdits, secretOf, type WrappingOf } from "../core/fixes/move-secrets.ts";
import { meaningOf } from "../core/fixes/wrap.ts";
import type { Vault } from "../core/ports.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Finding } from "../core/rules/finding.ts";
import { applyEdits, type TextEdit } from "../core/text.ts";

/** What a text of a host's file holds, and what is unsafe in it. */
export interface Analysis {
	readonly document: ConfigDocument;
	readonly findings: readonly Finding[];
}

/** A secret that is in a vault, and still stands in the file. It holds the secret: keep it no longer than the fix lasts. */
export interface StoredMove {
	readonly move: Move;
	/** Empty for a dry run, where nothing is stored. */
	readonly value: string;
	readonly reference: SecretReference;
	/** `equal`: the vault held this very value already. `planned`: a dry run. */
	readonly how: "created" | "equal" | "planned";
}

/**
 * Puts the secret of a move into the vault. Never overwrites: an equal value is used as it stands, a different one makes this take
 * the next name.
 *
 * @param text the text that the move was planned on
 */
export async function storeMove(vault: Vault, move: Move, text: string): Promise<Result<StoredMove>> {
	const value = secretOf(text, move);
	if (value === null) throw new Error("a move without a secret");
	for (let i = 1; i <= MAX_NAMES; i++) {
		const path = i === 1 ? move.path : `${move.path}-${i}`;
		const created = await vault.create(path, value);
		if (!created.ok) return created;
		if (created.value !== "different") return ok({ move, value, reference: { scheme: vault.scheme, path }, how: created.value });
	}
	return fail(
		"vault-names",
		`The vault holds ${MAX_NAMES} other values for ${move.path}.`,
		"Delete those that are no longer used: sallyport secrets list",
	);
}

const MAX_NAMES = 50;

/** Fails unless the vault gives back every value as it was stored. */
export async function readBack(vault: Vault, stored: readonly StoredMove[]): Promise<Result<void>> {
	for (const { reference, value } of stored) {
		const back = await vault.read(reference.path);
		if (!back.ok) return back;
		if (back.value !== value)
			return fail(
				"vault-mismatch",
				`The ${reference.scheme} vault does not give back what it was given.`,
				"The file was left as it is. Run: sallyport doctor",
			);
	}
	return ok(undefined);
}

export interface MoveEditing {
	/** How messages name the file. */
	readonly file: string;
	/** Reads a text of this file. Pure. */
	readonly analyse: (text: string) => Analysis;
	readonly wrappingOf: WrappingOf;
}

/**
 * The edits that replace every stored secret that still stands among `moves`, and wrap its entry; empty when none does. They are
 * tried on the text first: what they would make of it must mean the same, and must hold every reference.
 *
 * @param moves planned on `analysis`, the text as it is now, which may be another one than the secrets were stored from
 */
export function storedMoveEdits(
	{ file, analyse, wrappingOf }: MoveEditing,
	analysis: Analysis,
	moves: readonly Move[],
	stored: readonly StoredMove[],
): Result<readonly TextEdit[]> {
	const { document } = analysis;
	if (isUnparsed(document)) return fail("file-syntax", `${file} has a syntax error.`, "Mend it, and run fix again.");
	const chosen: ChosenMove[] = [];
	for (const move of moves) {
		const secret = secretOf(document.text, move);
		const match = stored.find((one) =>
			one.how === "planned" ? one.move.span.offset === move.span.offset : placeOf(one.move) === placeOf(move) && one.value === secret,
		);
		if (match !== undefined) chosen.push({ move, reference: match.reference });
	}
	if (chosen.length === 0) return ok([]);
	const edits = moveEdits(document, chosen, wrappingOf);
	if (!edits.ok) return edits;
	const proven = analyse(applyEdits(document.text, edits.value)).document;
	const intended = {
		rewritten: chosen.map(({ move }) => move.server.keyPath),
		variables: chosen.map(({ move }) => ({ keyPath: move.server.keyPath, name: move.slot.slice("env:".length) })),
	};
	const sound =
		proven.problems.length === document.problems.length &&
		standing(proven, chosen).length === chosen.length &&
		meaningOf(document, intended) === meaningOf(proven, intended);
	return sound ? edits : fail("fix-unsure", `${file} cannot be edited safely.`, "Move the secret by hand: sallyport secrets set");
}

/** Those whose reference stands in its slot, in an entry that starts through the launcher. */
export function standing<T extends ChosenMove>(document: ConfigDocument, chosen: readonly T[]): readonly T[] {
	const keys = new Set(document.servers.flatMap((server) => standingReferences(server)));
	return chosen.filter(({ move, reference }) => keys.has(JSON.stringify([move.server.keyPath, move.slot, formatReference(reference)])));
}

function standingReferences(server: ConfigDocument["servers"][number]): string[] {
	if (!isWrapped(server)) return [];
	return server.env.flatMap(({ name, value }) =>
		referencesIn(value.value).map((reference) => JSON.stringify([server.keyPath, `env:${name.value}`, formatReference(reference)])),
	);
}

/** Whether this entry starts through the launcher. */
export function isWrapped(server: ConfigDocument["servers"][number]): server is StdioServer {
	return server.kind === "stdio" && launchOf(server).wrapped;
}

/** Whether nothing of this file can be relied on. */
export function isUnparsed({ problems }: ConfigDocument): boolean {
	return problems.some(({ code }) => code === "syntax" || code === "too-deep" || code === "too-large");
}

function placeOf({ server, slot }: Move): string {
	return JSON.stringify([server.keyPath, slot]);
}
