import { IGNORE_KEY } from "../config/entry.ts";
import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import { LineIndex, type Span, slice } from "../text.ts";
import { extentOf, Landscape } from "./comment-target.ts";
import { type AnalysisContext, type Finding, newFinding, type Rule } from "./finding.ts";
import { RULES } from "./index.ts";

/** What somebody put aside in the file itself. */
interface Ignore {
	/** Null: it names no rule that there is. */
	readonly rule: string | null;
	readonly hasReason: boolean;
	/** Findings that begin in there are meant. */
	readonly covers: Span;
	/** The comment, or the member of the entry: what is said in there cannot be ignored. */
	readonly span: Span;
	readonly server: string | null;
	readonly keyPath: Finding["keyPath"];
}

interface Applied {
	/** What is not ignored, and what is wrong with the ignores; in no order. */
	readonly kept: readonly Finding[];
	readonly silenced: readonly Finding[];
}

/**
 * Takes out what the file says to ignore, by a comment or by a member of the server's entry:
 *
 * - `// sallyport-ignore RULE-ID reason` on a line of its own means what begins on the next line, and the whole entry where a
 *   server's name comes next; behind something, what begins on its own line. In block form before something on the same line, that alone.
 *   TOML and YAML write `#` for `//`; a value over several lines belongs to the line that it begins on.
 * - `"sallyport-ignore": { "RULE-ID": "reason" }` in an entry means that rule in all of the entry.
 *
 * An ignore without a reason silences nothing, nor does one of a rule that `isIgnorable` refuses. That, an unknown rule, and an ignore
 * that nothing answers to are findings themselves.
 */
export function applyIgnores(document: ConfigDocument, found: readonly Finding[], context: AnalysisContext): Applied {
	const ignores = [...commentIgnores(document), ...memberIgnores(document)];
	if (ignores.length === 0) return { kept: found, silenced: [] };
	const silencer = new Silencer(
		found,
		ignores.map(({ span }) => span),
	);
	const complaints: Finding[] = [];
	// What a person is typing need not be whole.
	const broken = document.problems.some(({ code }) => code === "syntax");
	for (const ignore of ignores) {
		const complaint = complaintOn(ignore, silencer, broken, context);
		if (complaint !== null) complaints.push(complaint);
	}
	const { silenced } = silencer;
	return { kept: [...found.filter((finding) => !silenced.has(finding)), ...complaints], silenced: [...silenced] };
}

/**
 * Whether a file may put aside what this rule finds. Not where it is an error by itself: a file that comes with a repository could hide
 * by one line of its own what it would do to whoever starts it.
 */
export function isIgnorable(ruleId: string): boolean {
	return !ERRORS.has(ruleId);
}

const RULE_OF: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));
const ERRORS: ReadonlySet<string> = new Set(RULES.filter(({ defaultSeverity }) => defaultSeverity === "error").map(({ id }) => id));

function complaintOn(ignore: Ignore, silencer: Silencer, broken: boolean, context: AnalysisContext): Finding | null {
	const { rule, server, keyPath, span } = ignore;
	const complain = (severity: "warning" | "info", message: string): Finding =>
		newFinding({ ruleId: "invalid-ignore", severity, server, keyPath, span, message });
	if (rule === null)
		return complain("info", "This ignore names no rule, so it silences nothing. The name of the rule comes first, then the reason.");
	if (!isIgnorable(rule))
		return complain("warning", `This ignore silences nothing: ${rule} cannot be ignored. Mend what it finds, and remove the ignore.`);
	if (!ignore.hasReason) return complain("warning", `This ignore gives no reason, so ${rule} is not silenced. Say why in one line.`);
	return silencer.silence(rule, ignore.covers) || broken || RULE_OF.get(rule)?.knowsEnough?.(context) === false
		? null
		: complain("info", `This ignore silences nothing: ${rule} finds nothing here. Remove it.`);
}

/** Silences by place; logarithmic in the number of findings, but for those that it silences. */
class Silencer {
	readonly silenced = new Set<Finding>();
	readonly #byRule = new Map<string, Finding[]>();
	readonly #answers = new Map<string, boolean>();

	constructor(found: readonly Finding[], untouchable: readonly Span[]) {
		const own = [...untouchable].sort((a, b) => a.offset - b.offset);
		for (const finding of [...found].sort((a, b) => a.span.offset - b.span.offset)) {
			const before = own[lowerBound(own, finding.span.offset + 1, ({ offset }) => offset) - 1];
			if (before !== undefined && finding.span.offset < before.offset + before.length) continue;
			const known = this.#byRule.get(finding.ruleId);
			if (known === undefined) this.#byRule.set(finding.ruleId, [finding]);
			else known.push(finding);
		}
	}

	/** True when there was anything to silence. */
	silence(rule: string, { offset, length }: Span): boolean {
		const key = `${rule} ${offset} ${length}`;
		const known = this.#answers.get(key);
		if (known !== undefined) return known;
		const found = this.#byRule.get(rule) ?? [];
		let answer = false;
		for (let i = lowerBound(found, offset, ({ span }) => span.offset); i < found.length; i++) {
			const finding = found[i];
			if (finding === undefined || finding.span.offset >= offset + length) break;
			this.silenced.add(finding);
			answer = true;
		}
		this.#answers.set(key, answer);
		return answer;
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

function* commentIgnores(document: ConfigDocument): Iterable<Ignore> {
	let landscape: Landscape | null = null;
	for (const [index, span] of document.comments.entries()) {
		const comment = slice(document.text, span);
		const match = COMMENT.exec(comment);
		if (match === null) continue;
		landscape ??= new Landscape(document, new LineIndex(document.text), (each) => isIgnoreComment(slice(document.text, each)));
		const [, word = "", reason = ""] = /^(\S*)([\s\S]*)$/.exec(comment.slice(match[0].length).replace(/\*\/$/, "")) ?? [];
		const rule = word.replace(/[:,;]$/, "");
		const server = landscape.serverAt(span.offset);
		yield {
			rule: RULE_OF.has(rule) ? rule : null,
			hasReason: isReason(reason),
			covers: landscape.covers(span),
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
				hasReason: reason !== null && isReason(reason.value),
				covers: extentOf(server),
				span,
				server: server.name.value,
				keyPath: memberPath(server, rule?.value),
			};
		}
	}
}

function memberPath(server: ServerEntry, rule: string | undefined): Finding["keyPath"] {
	return [...server.keyPath, IGNORE_KEY, ...(rule === undefined ? [] : [rule])];
}

function isReason(text: string): boolean {
	return /[\p{L}\p{N}]/u.test(text);
}
