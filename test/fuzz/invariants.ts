import { isDeepStrictEqual } from "node:util";
import { decodeText } from "../../src/core/config/escapes.ts";
import { type HostId, matchHost } from "../../src/core/config/hosts.ts";
import { guessConfigHost, parseConfig } from "../../src/core/config/parse.ts";
import { parseAgain } from "../../src/core/config/parse-again.ts";
import type { ConfigDocument, Located } from "../../src/core/config/server.ts";
import { maskSecrets } from "../../src/core/fixes/mask.ts";
import { formatGitHub } from "../../src/core/report/github.ts";
import { formatJson } from "../../src/core/report/json.ts";
import { formatSarif } from "../../src/core/report/sarif.ts";
import { formatText } from "../../src/core/report/text.ts";
import { type Examination, examine } from "../../src/core/rules/analyze.ts";
import { EntryMemory } from "../../src/core/rules/entry-memory.ts";
import type { Finding } from "../../src/core/rules/finding.ts";
import { RULES } from "../../src/core/rules/index.ts";
import { redact } from "../../src/core/secrets/redact.ts";
import { type Span, slice, splitBom } from "../../src/core/text.ts";
import { checkFixes } from "./fixes.ts";

/** One file, and the version of it that was read before. */
export interface FuzzCase {
	/** What tells its host; one that some host reads. */
	readonly path: string;
	readonly before: string;
	readonly text: string;
	/** Tokens of a known format that stood in `before`. */
	readonly planted: readonly string[];
}

/** A promise that a text made us break. */
export class Broken extends Error {
	/** The same for the same promise: a shorter text must break this one. */
	readonly promise: string;

	constructor(promise: string, detail: string) {
		super(`${promise}: ${detail}`);
		this.promise = promise;
	}
}

/** A promise of the first kind: what was called threw. By the place it was thrown from, for shrinking. */
export function promiseOf(error: unknown): string {
	if (error instanceof Broken) return error.promise;
	if (!(error instanceof Error)) return "throws something that is no error";
	const place = /(src\/core\/[\w/.-]+?):\d+/.exec(error.stack ?? "")?.[1] ?? "somewhere";
	return `never throws (${error.name} in ${place})`;
}

const CONTEXT = { home: "/home/me", now: 1_800_000_000 };

/** Throws what it finds first: a `Broken`, or what the code under test threw. */
export function checkCase({ path, before, text, planted }: FuzzCase): void {
	const host = matchHost(path);
	if (host === null) throw new Error(`no host reads ${path}`);
	guessConfigHost(text);
	const document = parseConfig(text, host, path);
	checkDocument(document, text);
	const examination = examine(document, CONTEXT);
	checkFindings(document, examination);
	checkSame("the same text is judged the same twice", examination, examine(parseConfig(text, host, path), CONTEXT));
	checkVersions(host, path, before, text, examination);
	checkSilence(document, examination, planted);
	checkFixes(document, examination);
}

function checkDocument(document: ConfigDocument, raw: string): void {
	const { bom, text } = splitBom(raw);
	if (document.problems.some(({ code }) => code === "too-large")) return;
	if (document.text !== text || document.bom !== bom) throw new Broken("the document keeps its text", "it does not");
	walk(document, [], (each, place) => {
		if (isSpan(each)) checkSpan(text, each, place);
		if (isLocated(each)) checkLocated(document, each, place);
	});
}

/** Every object in a value, once. */
function walk(value: unknown, place: readonly string[], visit: (each: object, place: readonly string[]) => void): void {
	if (typeof value !== "object" || value === null) return;
	visit(value, place);
	for (const [key, inner] of Object.entries(value)) walk(inner, [...place, key], visit);
}

function isSpan(value: object): value is Span {
	return "offset" in value && "length" in value && typeof value.offset === "number" && typeof value.length === "number";
}

function isLocated(value: object): value is Located<string> {
	return "value" in value && "outer" in value && typeof value.value === "string";
}

function checkSpan(text: string, { offset, length }: Span, place: readonly string[]): void {
	const whole = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0 && offset + length <= text.length;
	if (!whole) throw new Broken("every span lies in the text", `${place.join(".")} ${offset}+${length} of ${text.length}`);
}

function checkLocated({ text, problems }: ConfigDocument, located: Located<string>, place: readonly string[]): void {
	const { span, outer, value, writing = "json" } = located;
	if (span.offset < outer.offset || span.offset + span.length > outer.offset + outer.length)
		throw new Broken("a value lies in its token", place.join("."));
	const raw = slice(text, span);
	if (raw === value || decodeText(raw, writing).decoded === value) return;
	if (problems.some(({ code }) => code === "syntax")) return;
	throw new Broken("the text at a value's span is the value", `${place.join(".")} ${JSON.stringify(raw)} for ${JSON.stringify(value)}`);
}

function checkFindings(document: ConfigDocument, { findings, silenced }: Examination): void {
	let last = -1;
	for (const finding of findings) {
		if (finding.span.offset < last) throw new Broken("findings stand in the order of the text", finding.ruleId);
		last = finding.span.offset;
	}
	for (const finding of [...findings, ...silenced]) {
		checkSpan(document.text, finding.span, [finding.ruleId]);
		for (const { span, file } of finding.related) if (file === undefined) checkSpan(document.text, span, [finding.ruleId, "related"]);
		const isOnNothing = finding.span.length === 0 && document.text.length > 0;
		if (isOnNothing && finding.ruleId.startsWith("secret-")) throw new Broken("a credential has a place", finding.ruleId);
		if (finding.fixable !== finding.fixes.length > 0) throw new Broken("fixable says whether there are fixes", finding.ruleId);
		if (/undefined|NaN|\[object/.test(finding.message)) throw new Broken("messages are for people", finding.message);
	}
}

function checkSame(promise: string, actual: Examination, expected: Examination): void {
	if (isDeepStrictEqual(actual, expected)) return;
	const differing = expected.findings.find((finding, i) => !isDeepStrictEqual(finding, actual.findings[i]));
	throw new Broken(promise, differing === undefined ? "more or fewer findings" : `${differing.ruleId} at ${differing.span.offset}`);
}

/** As an editor reads a file: one version after the other, and back. */
function checkVersions(host: HostId, path: string, before: string, text: string, fresh: Examination): void {
	const memory = new EntryMemory();
	let document = parseConfig(before, host, path);
	examine(document, { ...CONTEXT, memory });
	for (const [version, expected] of [
		[text, fresh],
		[before, examine(parseConfig(before, host, path), CONTEXT)],
	] as const) {
		document = parseAgain(document, version);
		if (!isDeepStrictEqual(document, parseConfig(version, host, path)))
			throw new Broken("another version is read as on a first look", "it is not");
		checkSame("another version is judged as on a first look", examine(document, { ...CONTEXT, memory }), expected);
	}
}

/** Nothing that leaves us holds what we know to be a credential. */
function checkSilence(document: ConfigDocument, { findings, silenced }: Examination, planted: readonly string[]): void {
	const files = [
		{ file: "a.json", document, findings, silenced: silenced.map((finding) => ({ finding, by: "ignore" as const, reason: null })) },
	];
	const outputs: Readonly<Record<string, string>> = {
		messages: [...findings, ...silenced]
			.map(({ message, related }) => [message, ...related.map((each) => each.message)].join("\n"))
			.join("\n"),
		text: formatText(files, (_, each) => each),
		JSON: formatJson(files),
		SARIF: formatSarif(files, { version: "1.0.0", rules: RULES, unread: { files: 0, folders: 0 } }),
		GitHub: formatGitHub(files),
		mask: maskSecrets(document, findings),
		redactor: redact(document.text, []),
	};
	const whole = planted.filter((token) => standsAlone(document.text, token));
	for (const [name, output] of Object.entries(outputs)) {
		for (const token of whole) {
			const form = formsOf(token).find((each) => output.includes(each));
			if (form !== undefined) throw new Broken(`no ${name} holds a secret`, `a token, ${form === token ? "as it is" : "encoded"}`);
		}
	}
	const { redactor: _, ...reports } = outputs;
	for (const [name, output] of Object.entries(reports)) {
		const shown = [...findings, ...silenced].find((finding) => isShownIn(output, document, finding));
		if (shown !== undefined) throw new Broken(`no ${name} holds what is found`, `${shown.ruleId} at ${shown.span.offset}`);
	}
}

/** True where nothing is glued to it that would make it another word. */
function standsAlone(text: string, token: string): boolean {
	let found = false;
	for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1)) {
		const around = text.charAt(at - 1) + text.charAt(at + token.length);
		if (/[\w\-./+=%\\~]/.test(around)) return false;
		found = true;
	}
	return found;
}

function formsOf(token: string): readonly string[] {
	const bytes = Buffer.from(token, "utf8");
	return [
		token,
		bytes.toString("hex"),
		bytes.toString("base64").slice(0, -4),
		bytes.toString("base64url").slice(0, -4),
		[...token].reverse().join(""),
	];
}

/** Values that stand elsewhere in the file, too, where nothing marks them as a credential, prove nothing. */
function isShownIn(output: string, document: ConfigDocument, { ruleId, severity, span }: Finding): boolean {
	if (!ruleId.startsWith("secret-") || severity === "hint") return false;
	const raw = slice(document.text, span);
	return raw.length >= 12 && document.text.split(raw).length === 2 && output.includes(raw);
}
