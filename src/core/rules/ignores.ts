import { IGNORE_KEY } from "../config/entry.ts";
import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import { nearest } from "../policy/parse.ts";
import { unknownRule } from "../policy/rule-settings.ts";
import { LineIndex, type Span, slice } from "../text.ts";
import { extentOf, Landscape } from "./comment-target.ts";
import { type AnalysisContext, type Finding, newFinding, type Rule } from "./finding.ts";
import { RULES } from "./index.ts";
import { LastOf } from "./last-of.ts";
import { quoted } from "./places.ts";

/** What somebody put aside in the file itself. */
interface Ignore {
	/** Null: it names no rule that there is. */
	readonly rule: string | null;
	/** What it says in the place of the rule; empty: nothing. */
	readonly said: string;
	/** Empty: it gives none. */
	readonly reason: string;
	/** Findings that begin in there are meant. */
	readonly covers: Span;
	/** True: so is what the rule finds of the file as a whole, `own`; of what belongs to no server, `all`. */
	readonly ofFile: "own" | "all" | null;
	/** The entry that it stands in; null: in none. */
	readonly within: ServerEntry | null;
	/** The comment, or the member of the entry: what is said in there cannot be ignored. */
	readonly span: Span;
	readonly server: string | null;
	readonly keyPath: Finding["keyPath"];
}

interface Applied {
	/** What is not ignored, and what is wrong with the ignores; in no order. */
	readonly kept: readonly Finding[];
	readonly silenced: readonly Finding[];
	/** Why, in the words of the file. */
	readonly reasons: ReadonlyMap<Finding, string>;
}

/**
 * Takes out what the file says to ignore, by a comment or by a member of the server's entry:
 *
 * - `// sallyport-ignore RULE-ID reason` on a line of its own means what begins on the next line, and the whole entry where a
 *   server's name comes next; behind something, what begins on its own line. In block form before something on the same line, that alone.
 *   TOML and YAML write `#` for `//`; a value over several lines belongs to the line that it begins on.
 * - `"sallyport-ignore": { "RULE-ID": "reason" }` in an entry means that rule in all of the entry; as an outermost member, what that rule finds
 *   in no entry. A comment above everything else means what is found of the file as a whole, too.
 *
 * An ignore without a reason silences nothing, nor does one of a rule that `isIgnorable` refuses. That, an unknown rule, and an ignore
 * that nothing answers to are findings themselves.
 */
export function applyIgnores(document: ConfigDocument, found: readonly Finding[], context: AnalysisContext): Applied {
	const ignores = ignoresOf(document);
	if (ignores.length === 0) return { kept: found, silenced: [], reasons: new Map() };
	const silencer = new Silencer(
		found,
		ignores.map(({ span }) => span),
	);
	const complaints: Finding[] = [];
	const lines = new LineIndex(document.text);
	// What a person is typing need not be whole.
	const broken = document.problems.some(({ code }) => code === "syntax");
	for (const ignore of ignores) {
		const complaint = complaintOn(ignore, silencer, broken, context, complaints.length < MOST_NAMED, lines);
		if (complaint === null) continue;
		const isLast = complaints.length === MOST_COMPLAINTS;
		if (complaints.length <= MOST_COMPLAINTS) complaints.push(isLast ? { ...complaint, message: MORE } : complaint);
	}
	const { silenced: reasons } = silencer;
	return { kept: [...found.filter((finding) => !reasons.has(finding)), ...complaints], silenced: [...reasons.keys()], reasons };
}

/** Of more than these nobody reads which rule was meant. */
const MOST_NAMED = 20;
/** A hostile file can hold a hundred thousand, which nobody reads. */
const MOST_COMPLAINTS = 1_000;
const MORE = "From here on more ignores silence nothing than are told one by one. Remove them.";

/**
 * Whether a file may put aside what this rule finds. Not where it is an error by itself, or because somebody raised it (`severities`,
 * as in `AnalysisContext`): a file that comes with a repository could hide by one line of its own what it would do to whoever starts it.
 */
export function isIgnorable(ruleId: string, severities?: AnalysisContext["severities"]): boolean {
	return !ERRORS.has(ruleId) && severities?.get(ruleId) !== "error";
}

const RULE_OF: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));
const ERRORS: ReadonlySet<string> = new Set(RULES.filter(({ defaultSeverity }) => defaultSeverity === "error").map(({ id }) => id));

function complaintOn(
	ignore: Ignore,
	silencer: Silencer,
	broken: boolean,
	context: AnalysisContext,
	isNamed: boolean,
	lines: LineIndex,
): Finding | null {
	const { rule, server, keyPath, span, within } = ignore;
	const complain = (severity: "warning" | "info", message: string): Finding =>
		newFinding({ ruleId: "invalid-ignore", severity, server, keyPath, span, message });
	if (rule === null && isNamed && nearest(ignore.said, RULE_IDS) !== null)
		return complain("warning", `This ignore silences nothing: ${unknownRule(quoted(ignore.said), RULE_IDS)}`);
	if (rule === null)
		return complain("info", "This ignore names no rule, so it silences nothing. The name of the rule comes first, then the reason.");
	if (!isIgnorable(rule, context.severities))
		return complain("warning", `This ignore silences nothing: ${rule} cannot be ignored. Mend what it finds, and remove the ignore.`);
	if (ignore.reason === "") return complain("warning", `This ignore gives no reason, so ${rule} is not silenced. Say why in one line.`);
	if (silencer.silence(rule, ignore) || broken || RULE_OF.get(rule)?.knowsEnough?.(context) === false) return null;
	const near = within === null ? null : silencer.firstIn(rule, extentOf(within));
	if (near !== null) {
		const { line } = lines.position(near.span.offset);
		return complain("info", `This ignore silences nothing: ${rule} finds nothing here, but on line ${line}. Put it right above that line.`);
	}
	return complain("info", `This ignore silences nothing: ${rule} finds nothing here. Remove it.`);
}

const RULE_IDS: readonly string[] = [...RULE_OF.keys()];

/** Of an entry in which more of one kind is silenced nothing is told of where another ignore belongs. */
const MOST_LOOKED_AT = 100;

/** Silences by place; logarithmic in the number of findings, but for those that it silences. */
class Silencer {
	/** With the reasons. */
	readonly silenced = new Map<Finding, string>();
	readonly #ofFile = new Map<string, Finding[]>();
	readonly #byRule = new Map<string, Finding[]>();
	readonly #answers = new Map<string, boolean>();

	constructor(found: readonly Finding[], untouchable: readonly Span[]) {
		const own = [...untouchable].sort((a, b) => a.offset - b.offset);
		for (const finding of [...found].sort((a, b) => a.span.offset - b.span.offset)) {
			const before = own[lowerBound(own, finding.span.offset + 1, ({ offset }) => offset) - 1];
			const isInside = before !== undefined && finding.span.offset < before.offset + before.length;
			if (isInside && finding.span.length > 0) continue;
			// Whatever its rule mostly finds.
			if (finding.severity === "error") continue;
			const known = this.#byRule.get(finding.ruleId);
			if (known === undefined) this.#byRule.set(finding.ruleId, [finding]);
			else known.push(finding);
			if (finding.server !== null) continue;
			const ofFile = this.#ofFile.get(finding.ruleId);
			if (ofFile === undefined) this.#ofFile.set(finding.ruleId, [finding]);
			else ofFile.push(finding);
		}
	}

	/** The first finding of a rule in there that is not silenced; null: there is none. */
	firstIn(rule: string, { offset, length }: Span): Finding | null {
		const found = this.#byRule.get(rule) ?? [];
		const from = lowerBound(found, offset, ({ span }) => span.offset);
		const finding = found.slice(from, from + MOST_LOOKED_AT).find((each) => !this.silenced.has(each));
		return finding === undefined || finding.span.offset >= offset + length ? null : finding;
	}

	/** True when there was anything to silence. */
	silence(rule: string, { covers: { offset, length }, ofFile, reason }: Pick<Ignore, "covers" | "ofFile" | "reason">): boolean {
		const isOfFile = ofFile !== null && this.#silenceFile(rule, ofFile, reason);
		const key = `${rule} ${offset} ${length}`;
		const known = this.#answers.get(key);
		if (known !== undefined) return known || isOfFile;
		const found = this.#byRule.get(rule) ?? [];
		let answer = false;
		for (let i = lowerBound(found, offset, ({ span }) => span.offset); i < found.length; i++) {
			const finding = found[i];
			if (finding === undefined || finding.span.offset >= offset + length) break;
			if (!this.silenced.has(finding)) this.silenced.set(finding, reason);
			answer = true;
		}
		this.#answers.set(key, answer);
		return answer || isOfFile;
	}

	#silenceFile(rule: string, ofFile: "own" | "all", reason: string): boolean {
		const key = `${rule} ${ofFile}`;
		const known = this.#answers.get(key);
		if (known !== undefined) return known;
		const meant = (this.#ofFile.get(rule) ?? []).filter(({ span }) => ofFile === "all" || span.offset + span.length === 0);
		for (const finding of meant) if (!this.silenced.has(finding)) this.silenced.set(finding, reason);
		this.#answers.set(key, meant.length > 0);
		return meant.length > 0;
	}
}

function lowerBound<T>(sorted: readonly T[], wanted: number, offsetOf: (item: T) => number): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		const item = sorted[mid];
		if (item !== undefined && offsetOf(item) < wanted) low = mid + 1;
		else high = mid;
	}
	return low;
}

/** True for a comment that is meant for us, well formed or not. */
export function isIgnoreComment(comment: string): boolean {
	return COMMENT.test(comment);
}

const COMMENT = /^(?:\/[/*]|#)[\s*#]*sallyport-ignore(?![\w-])[\s:]*/;

const known = new LastOf<ConfigDocument, readonly Ignore[]>();

/** Asked for twice of each file: of its credentials first, and then of all that is found. */
function ignoresOf(document: ConfigDocument): readonly Ignore[] {
	const before = known.get(document);
	if (before !== undefined) return before;
	const ignores = [...commentIgnores(document), ...memberIgnores(document), ...rootIgnores(document)];
	known.set(document, ignores);
	return ignores;
}

function* commentIgnores(document: ConfigDocument): Iterable<Ignore> {
	let landscape: Landscape | null = null;
	/** Where the first thing begins that is no comment, as far as it is known; null: it was passed. */
	let head: number | null = 0;
	for (const [index, span] of document.comments.entries()) {
		const comment = slice(document.text, span);
		if (head !== null) head = /[^\s\uFEFF]/.test(document.text.slice(head, span.offset)) ? null : span.offset + span.length;
		const match = COMMENT.exec(comment);
		if (match === null) continue;
		landscape ??= new Landscape(document, new LineIndex(document.text), (each) => isIgnoreComment(slice(document.text, each)));
		const [, word = "", reason = ""] = /^(\S*)([\s\S]*)$/.exec(comment.slice(match[0].length).replace(/\*\/$/, "")) ?? [];
		const rule = word.replace(/[:,;]$/, "");
		const server = landscape.serverAt(span.offset);
		yield {
			rule: RULE_OF.has(rule) ? rule : null,
			said: rule,
			reason: reasonOf(reason),
			covers: landscape.covers(span),
			ofFile: head === null ? null : "own",
			within: server,
			span,
			server: server?.name.value ?? null,
			keyPath: ["//", index],
		};
	}
}

function* memberIgnores(document: ConfigDocument): Iterable<Ignore> {
	for (const server of document.servers) {
		for (const { rule, reason, span } of server.ignores) {
			yield {
				rule: rule !== null && RULE_OF.has(rule.value) ? rule.value : null,
				said: rule?.value ?? "",
				reason: reasonOf(reason?.value ?? ""),
				covers: extentOf(server),
				ofFile: null,
				within: null,
				span,
				server: server.name.value,
				keyPath: memberPath(server, rule?.value),
			};
		}
	}
}

/** For hosts whose files hold no comments: what is found outside of every entry. */
function* rootIgnores({ settings }: ConfigDocument): Iterable<Ignore> {
	for (const { keyPath, key, kind, value, server } of settings) {
		if (server !== null || keyPath[0] !== IGNORE_KEY || key === null) continue;
		const [, rule] = keyPath;
		const isWhole = keyPath.length === 2 && typeof rule === "string";
		const end = value.outer.offset + value.outer.length;
		yield {
			rule: isWhole && RULE_OF.has(rule) ? rule : null,
			said: isWhole ? rule : "",
			reason: isWhole && kind === "string" ? reasonOf(value.value) : "",
			covers: { offset: 0, length: 0 },
			ofFile: "all",
			within: null,
			span: { offset: key.outer.offset, length: end - key.outer.offset },
			server: null,
			keyPath,
		};
	}
}

function memberPath(server: ServerEntry, rule: string | undefined): Finding["keyPath"] {
	return [...server.keyPath, IGNORE_KEY, ...(rule === undefined ? [] : [rule])];
}

/** In one line; empty: there is none. */
function reasonOf(text: string): string {
	return /[\p{L}\p{N}]/u.test(text) ? text.replace(/[\s*]+/g, " ").trim() : "";
}
