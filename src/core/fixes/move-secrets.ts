import { decodeText, valueWithin } from "../config/escapes.ts";
import { formatReference, parseTemplate, referencesIn, type SecretReference } from "../config/references.ts";
import type { ConfigDocument, Located, StdioServer } from "../config/server.ts";
import { launchOf } from "../config/wrapped.ts";
import { launchProblem } from "../launch/launchable.ts";
import { ok, type Result } from "../result.ts";
import type { Finding } from "../rules/finding.ts";
import { detectInText } from "../secrets/detector.ts";
import { type Span, slice, type TextEdit } from "../text.ts";
import { checkEditable, label, type Wrapping, wrapEdits } from "./wrap.ts";

/** One plaintext secret that can move into a vault. Holds no secret itself: `secretOf` reads it from the text. */
export interface Move {
	readonly server: StdioServer;
	/** Where the launcher may resolve the reference: `env:NAME`. */
	readonly slot: string;
	/** The raw text that the reference replaces. */
	readonly span: Span;
	/** The value in which it stands; often the secret is all of it. */
	readonly value: Located<string>;
	/** `SERVER/ENV_NAME`, in the alphabet of references; the vault may hold another value under it. */
	readonly path: string;
	readonly finding: Finding;
}

/** A plaintext credential that `fix` cannot move, and what a person can do about it. */
export interface Unmovable {
	readonly finding: Finding;
	readonly reason: string;
}

export interface MovePlan {
	/** In order, without overlaps. */
	readonly moves: readonly Move[];
	readonly unmovable: readonly Unmovable[];
}

/** How an entry that does not start through the launcher yet is to be wrapped. */
export type WrappingOf = (server: StdioServer) => Wrapping;

/** What of the plaintext credentials among `findings` can move, and where to. Findings of other rules are ignored. */
export function planMoves(document: ConfigDocument, findings: readonly Finding[], wrappingOf: WrappingOf): MovePlan {
	const moves: Move[] = [];
	const unmovable: Unmovable[] = [];
	const secrets = findings.filter(({ ruleId }) => ruleId.startsWith("secret-"));
	// The widest first, so that a secret that two rules see moves once.
	for (const finding of [...secrets].sort((a, b) => b.span.length - a.span.length || a.span.offset - b.span.offset)) {
		if (moves.some(({ span }) => overlaps(span, finding.span))) continue;
		const move = planMove(document, finding, wrappingOf);
		if (typeof move === "string") unmovable.push({ finding, reason: move });
		else moves.push(move);
	}
	return { moves: moves.sort((a, b) => a.span.offset - b.span.offset), unmovable };
}

/** Text: why it cannot move. */
function planMove(document: ConfigDocument, finding: Finding, wrappingOf: WrappingOf): Move | string {
	const place = findSlot(document, finding);
	if (place === null) return byHand(document, finding);
	const { server, name, value } = place;
	const editable = checkEditable(server);
	if (!editable.ok) return `${editable.problem.message} ${editable.problem.remedy}`;
	const unlaunchable = unresolvable(server);
	if (unlaunchable !== null) return unlaunchable;
	const move = { server, slot: `env:${name}`, span: finding.span, value, path: proposePath(server.name.value, name), finding };
	if (secretOf(document.text, move) === null || !readsAsReference(document.text, move))
		return `${label(server)}: no reference can stand in this value. Set it anew by hand.`;
	if (!launchOf(server).wrapped) {
		const wrapped = wrapEdits(document, server, wrappingOf(server));
		if (!wrapped.ok) return `${wrapped.problem.message} ${wrapped.problem.remedy}`;
	}
	return move;
}

interface Slot {
	readonly server: StdioServer;
	readonly name: string;
	readonly value: Located<string>;
}

/** By place, not by name: two entries of one file may have the same name. */
function findSlot(document: ConfigDocument, finding: Finding): Slot | null {
	for (const server of document.servers) {
		if (server.kind !== "stdio") continue;
		for (const { name, value } of server.env)
			if (contains(value.span, finding.span) && finding.slot === `env:${name.value}`) return { server, name: name.value, value };
	}
	return null;
}

/** Why no reference in this entry would ever be resolved; null when the launcher can start it. */
function unresolvable(server: StdioServer): string | null {
	const problem = launchProblem(server);
	if (problem === null) return null;
	return `${label(server)} cannot start through Sallyport yet, which alone resolves references: ${problem.message} ${problem.remedy}`;
}

function byHand(document: ConfigDocument, { keyPath, span }: Finding): string {
	const server = document.servers.find((one) => contains(one.span, span));
	const editable = server === undefined || server.kind === "http" ? ok(null) : checkEditable(server);
	if (!editable.ok) return `${editable.problem.message} ${editable.problem.remedy}`;
	const unlaunchable = server?.kind === "stdio" ? unresolvable(server) : null;
	if (unlaunchable !== null) return unlaunchable;
	if (keyPath.includes("env")) return "The variable's name is not one that an environment allows. Rename it, and run fix again.";
	if (keyPath.includes("args"))
		return "Every process on this machine can see an argument. If the server also reads an environment variable, move it there and run fix again.";
	if (keyPath.includes("headers")) return "Headers of remote servers cannot hold references yet. Use the host's own sign-in or variables.";
	if (keyPath.includes("url")) return "An address ends up in logs. Take the secret out of it, and use the host's own sign-in or variables.";
	return "No reference can stand here. Remove it by hand.";
}

/** The edits that put chosen references in the place of secrets, and wrap the entries that do not start through the launcher yet. */
export function moveEdits(document: ConfigDocument, chosen: readonly ChosenMove[], wrappingOf: WrappingOf): Result<TextEdit[]> {
	const edits = withoutRepeats(chosen.flatMap(({ move, reference }) => replacement(document.text, move, reference)?.edits ?? []));
	for (const server of new Set(chosen.map(({ move }) => move.server))) {
		if (launchOf(server).wrapped) continue;
		const wrapped = wrapEdits(document, server, wrappingOf(server));
		if (!wrapped.ok) return wrapped;
		edits.push(...wrapped.value);
	}
	return ok(edits);
}

export interface ChosenMove {
	readonly move: Move;
	readonly reference: SecretReference;
}

/** What puts a reference into a value, and what the value is then; null: none can stand there. */
function replacement(
	text: string,
	{ span, value }: Pick<Move, "span" | "value">,
	reference: SecretReference,
): { readonly edits: readonly TextEdit[]; readonly value: string } | null {
	const whole = isWhole(span, value);
	const written = whole ? formatReference(reference) : `{{ ${formatReference(reference)} }}`;
	const raw = slice(text, value.span);
	const from = span.offset - value.span.offset;
	const edited = raw.slice(0, from) + written + raw.slice(from + span.length);
	// Between quotes nothing in a reference or in the braces needs an escape, nor in a block of YAML.
	if (value.outer.length !== value.span.length)
		return { edits: [{ span, text: written }], value: decodeText(edited, value.writing ?? "json").decoded };
	if (whole) return { edits: [{ span, text: JSON.stringify(written) }], value: written };
	// A bare number, or a plain scalar: it gets quotes, where they change nothing else about it.
	const quotes = /[\r\n]/.test(raw) ? undefined : ['"', "'"].find((each) => !raw.includes(each) && !(each === '"' && raw.includes("\\")));
	if (quotes === undefined) return null;
	const end = value.span.offset + value.span.length;
	const edits = [
		{ span: { offset: value.span.offset, length: 0 }, text: quotes },
		{ span, text: written },
		{ span: { offset: end, length: 0 }, text: quotes },
	];
	return { edits, value: edited };
}

/** Two secrets of one value want the same quotes around it. */
function withoutRepeats(edits: readonly TextEdit[]): TextEdit[] {
	const seen = new Set<string>();
	return edits.filter(({ span, text }) => {
		const key = JSON.stringify([span.offset, span.length, text]);
		if (seen.has(key)) return false;
		seen.add(key);
		return true;
	});
}

/** True when the value, once edited, is read as what it was with one reference more: the text around it could forge another. */
function readsAsReference(text: string, move: Pick<Move, "span" | "value">): boolean {
	const edited = replacement(text, move, PROBE)?.value ?? null;
	if (edited === null || parseTemplate(move.value.value) === null || parseTemplate(edited) === null) return false;
	return referencesIn(edited).length === referencesIn(move.value.value).length + 1;
}

const PROBE: SecretReference = { scheme: "keychain", path: "probe/PROBE" };

/** The secret itself, decoded from its raw text; null when that is malformed or empty. Handle with care. */
export function secretOf(text: string, { span, value }: Pick<Move, "span" | "value">): string | null {
	return valueWithin(text, value, span) || null;
}

/** `SERVER/VARIABLE` in the alphabet of references: names of servers and variables are anybody's. */
export function proposePath(server: string, variable: string): string {
	return `${segment(server, "server")}/${segment(variable, "SECRET")}`;
}

function segment(name: string, fallback: string): string {
	const clean = name
		.replace(/[^A-Za-z0-9_.#-]+/g, "-")
		.slice(0, 80)
		.replace(/^-+|-+$/g, "");
	return clean === "" || /^\.+$/.test(clean) || detectInText(name).length > 0 ? fallback : clean;
}

function isWhole(span: Span, value: Located<string>): boolean {
	return value.span.offset === span.offset && value.span.length === span.length;
}

function contains(outer: Span, inner: Span): boolean {
	return inner.length > 0 && inner.offset >= outer.offset && inner.offset + inner.length <= outer.offset + outer.length;
}

function overlaps(a: Span, b: Span): boolean {
	return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
