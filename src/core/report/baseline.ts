import { parseTree } from "jsonc-parser";
import * as z from "zod/mini";
import { tooLargeDocument } from "../config/parse.ts";
import { fail, ok, type Result } from "../result.ts";
import { type AnalysisContext, type Finding, newFinding } from "../rules/finding.ts";
import { isIgnorable } from "../rules/ignores.ts";
import { type Span, splitBom } from "../text.ts";
import { jsonForLogs } from "./for-logs.ts";
import { type AnalyzedFile, compareText, type SilencedFinding, shownKeyPath } from "./report.ts";
import type { SarifRule } from "./sarif.ts";

/**
 * What was there when somebody drew the line: places, and no values, not even a hash of one, which could be guessed at. So a credential
 * that is replaced by another one in the same place stays silent.
 */
const BaselineFile = z.strictObject({
	$schema: z.optional(z.string()),
	version: z.literal(1),
	findings: z.array(
		z.strictObject({
			rule: z.string(),
			file: z.string(),
			keyPath: z.array(z.union([z.string(), z.int()])),
			count: z.int().check(z.positive()),
			reason: z.optional(z.string()),
		}),
	),
});

/** How many findings of one rule a file may have in one place. */
export interface BaselineEntry {
	readonly rule: string;
	/** Relative to the baseline's workspace, with `/`. */
	readonly file: string;
	/** As reports say it: credentials in names are masked. */
	readonly keyPath: Finding["keyPath"];
	/** At least 1. */
	readonly count: number;
	/** A person's own; kept when the baseline is written anew. */
	readonly reason?: string | undefined;
}

export interface Baseline {
	/** Its text without the byte order mark. */
	readonly text: string;
	/** Each with its place in `text`. */
	readonly entries: readonly (BaselineEntry & { readonly span: Span })[];
}

/** Told of an entry that nothing answers to any more. Not a rule for config files: it cannot be ignored, and nothing need be mended at once. */
export const STALE_BASELINE: SarifRule = {
	id: "stale-baseline",
	title: "Baseline entry that silences nothing",
	help: "What this entry of the baseline silenced is not there any more. Remove it, or write the baseline anew.",
	defaultSeverity: "info",
	documentation: {
		finds: "Entries of the baseline whose file was looked at, or is gone, and in which nothing answers to them.",
		matters: "The next finding in the same place would be silent.",
		remedy: "`sallyport scan --write-baseline` writes the baseline anew, and keeps the reasons of the entries that stay.",
		example: { before: "", after: "" },
	},
};

/** @param file how messages name it */
export function parseBaseline(raw: string, file: string): Result<Baseline> {
	const { text } = splitBom(raw);
	const refuse = (what: string): Result<Baseline> =>
		fail(
			"baseline-invalid",
			`${file} is not a baseline: ${what}.`,
			"Mend it, or remove it and write it anew: sallyport scan --write-baseline",
		);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return refuse("it is not well-formed JSON");
	}
	const parsed = BaselineFile.safeParse(value);
	if (!parsed.success) return refuse("it does not have the form that Sallyport writes");
	// Only now, when the text is known to be flat.
	const nodes = parseTree(text)?.children?.find((property) => property.children?.[0]?.value === "findings")?.children?.[1]?.children;
	return ok({
		text,
		entries: parsed.data.findings.map((entry, i) => ({
			...entry,
			span: { offset: nodes?.[i]?.offset ?? 0, length: nodes?.[i]?.length ?? 0 },
		})),
	});
}

/** The text of a baseline: an entry a line, always in the same order. */
export function formatBaseline(entries: readonly BaselineEntry[]): string {
	const lines = entries
		.map(({ rule, file, keyPath, count, reason }) => ({ rule, file, keyPath, count, ...(reason === undefined ? {} : { reason }) }))
		.sort(
			(a, b) =>
				compareText(a.file, b.file) || compareText(JSON.stringify(a.keyPath), JSON.stringify(b.keyPath)) || compareText(a.rule, b.rule),
		)
		.map((entry) => `\n\t\t${JSON.stringify(entry)}`);
	return jsonForLogs(`{\n\t"version": 1,\n\t"findings": [${lines.join(",")}${lines.length === 0 ? "" : "\n\t"}]\n}\n`);
}

/** How the baseline calls a file; null: it is outside of its workspace, and the baseline says nothing of it. */
export type NameInBaseline = (file: AnalyzedFile) => string | null;

/**
 * Whether a baseline may silence a finding. As with ignores not where the rule is an error by itself, nor where somebody has made it one:
 * whoever starts the server must be told.
 */
export function isBaselinable({ ruleId, severity }: Finding): boolean {
	return severity !== "error" && isIgnorable(ruleId);
}

/** The entries for what is found now, with the reasons of `before`, and what `before` says of files that were not looked at. */
export function baselineOf(
	files: readonly AnalyzedFile[],
	nameOf: NameInBaseline,
	before: readonly BaselineEntry[],
	wasLookedAt: (file: string) => boolean,
): readonly BaselineEntry[] {
	const reasons = new Map(before.map((entry) => [keyOf(entry), entry.reason]));
	const entries = new Map<string, BaselineEntry>();
	for (const entry of before) if (!wasLookedAt(entry.file)) entries.set(keyOf(entry), entry);
	for (const analyzed of files) {
		const file = nameOf(analyzed);
		if (file === null) continue;
		for (const finding of analyzed.findings.filter(isBaselinable)) {
			const place = placeOf(file, finding);
			const key = keyOf(place);
			entries.set(key, { ...place, count: (entries.get(key)?.count ?? 0) + 1, reason: reasons.get(key) });
		}
	}
	return [...entries.values()];
}

/** Puts aside what the baseline holds, in each place as many findings as were there when it was written. */
export function applyBaseline(
	baseline: Baseline,
	files: readonly AnalyzedFile[],
	nameOf: NameInBaseline,
): { readonly files: readonly AnalyzedFile[]; readonly unused: Baseline["entries"] } {
	const left = new Map<string, number>();
	const reasons = new Map<string, string>();
	for (const entry of baseline.entries) {
		const key = keyOf(entry);
		left.set(key, (left.get(key) ?? 0) + entry.count);
		if (entry.reason !== undefined) reasons.set(key, entry.reason);
	}
	const used = new Set<string>();
	const remaining = files.map((analyzed) => {
		const file = nameOf(analyzed);
		if (file === null) return analyzed;
		const silenced: SilencedFinding[] = [...analyzed.silenced];
		const findings = analyzed.findings.filter((finding) => {
			const key = keyOf(placeOf(file, finding));
			const count = left.get(key) ?? 0;
			if (count === 0) return true;
			if (!isBaselinable(finding)) {
				// What somebody raised for this run is still there, and may be lowered again.
				if (isIgnorable(finding.ruleId)) used.add(key);
				return true;
			}
			left.set(key, count - 1);
			used.add(key);
			silenced.push({ finding, by: "baseline", reason: reasons.get(key) ?? null });
			return false;
		});
		silenced.sort((a, b) => a.finding.span.offset - b.finding.span.offset);
		return { ...analyzed, findings, silenced };
	});
	return { files: remaining, unused: baseline.entries.filter((entry) => !used.has(keyOf(entry))) };
}

/** The baseline as a file of which something is told; null: all of it is of use. */
export function staleEntries(
	baseline: Baseline,
	file: string,
	stale: Baseline["entries"],
	severities: AnalysisContext["severities"],
): AnalyzedFile | null {
	const severity = severities?.get(STALE_BASELINE.id) ?? STALE_BASELINE.defaultSeverity;
	if (stale.length === 0 || severity === "off") return null;
	const indexes = new Map(baseline.entries.map(({ span }, index) => [span, index]));
	return {
		file,
		// Of no host, with no servers: a text in which places can be named.
		document: { ...tooLargeDocument("mcp-json", file), text: baseline.text, problems: [] },
		findings: stale.map(({ rule, span }) =>
			newFinding({
				ruleId: STALE_BASELINE.id,
				severity,
				server: null,
				keyPath: ["findings", indexes.get(span) ?? 0],
				span,
				message: isIgnorable(rule)
					? "This entry of the baseline silences nothing any more. Remove it, or write the baseline anew."
					: "This entry silences nothing: what is an error cannot be put in a baseline.",
			}),
		),
		silenced: [],
		isBaseline: true,
	};
}

function placeOf(file: string, finding: Finding): Pick<BaselineEntry, "rule" | "file" | "keyPath"> {
	return { rule: finding.ruleId, file, keyPath: shownKeyPath(finding.keyPath) };
}

function keyOf({ rule, file, keyPath }: Pick<BaselineEntry, "rule" | "file" | "keyPath">): string {
	return JSON.stringify([rule, file, keyPath]);
}
