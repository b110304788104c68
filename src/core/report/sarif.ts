import type { ConfigDocument } from "../config/server.ts";
import type { Finding, Rule, Severity } from "../rules/finding.ts";
import { LineIndex, type Span } from "../text.ts";
import { jsonForLogs } from "./for-logs.ts";
import { PortableFixes } from "./portable-fixes.ts";
import { type AnalyzedFile, fingerprintOf, type SilencedFinding, shownName } from "./report.ts";
import type { Unread } from "./unread.ts";

/** What a log says of the run itself. */
export interface SarifRun {
	/** Of Sallyport. */
	readonly version: string;
	/** Every rule that may have found something. */
	readonly rules: readonly SarifRule[];
	/** What should have been looked at, and could not be. */
	readonly unread: Unread;
}

/** What a log says of a rule. */
export type SarifRule = Pick<Rule, "id" | "title" | "help" | "defaultSeverity" | "documentation">;

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** The root of the repository, which every relative place starts from. */
const ROOT = "SRCROOT";

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = { error: "error", warning: "warning", info: "note", hint: "note" };

/** How GitHub orders alerts: above 7 is high, above 4 medium. */
const SCORES: Readonly<Record<Severity, string>> = { error: "8.5", warning: "7.0", info: "3.0", hint: "2.0" };

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). No text of a file is in it, but for what a fix would insert: a snippet
 * could hold a credential.
 */
export function formatSarif(files: readonly AnalyzedFile[], run: SarifRun): string {
	const indexes = new Map(run.rules.map(({ id }, index) => [id, index]));
	const log = {
		$schema: SCHEMA,
		version: "2.1.0",
		runs: [
			{
				tool: { driver: { name: "Sallyport", version: run.version, semanticVersion: run.version, rules: run.rules.map(ruleToSarif) } },
				columnKind: "utf16CodeUnits",
				newlineSequences: ["\r\n", "\n", "\r"],
				originalUriBaseIds: { [ROOT]: { description: { text: "The root of the repository, or the folder that was scanned." } } },
				invocations: [invocation(run.unread)],
			},
		],
	};
	// A line for each: thousands of them are written, and read, several times as fast as with each member on its own.
	const results = files.flatMap((file) => resultsOf(file, indexes)).map((result) => `\n        ${JSON.stringify(result)}`);
	const head = JSON.stringify(log, null, 2).slice(0, -END_OF_RUN.length);
	return `${jsonForLogs(`${head},\n      "results": [${results.join(",")}\n      ]${END_OF_RUN}`)}\n`;
}

/** What closes the only run, the list of runs and the log. */
const END_OF_RUN = "\n    }\n  ]\n}";

function ruleToSarif({ id, title, help, defaultSeverity, documentation }: SarifRule): object {
	const { finds, matters, remedy } = documentation;
	return {
		id,
		shortDescription: { text: title },
		fullDescription: { text: help },
		help: {
			text: `${help}\n\n${remedy}`,
			markdown: `${finds}\n\n**Why it matters.** ${matters}\n\n**What to do.** ${remedy}`,
		},
		defaultConfiguration: { level: LEVELS[defaultSeverity] },
		properties: { tags: ["security", "mcp"], precision: "high", "security-severity": SCORES[defaultSeverity] },
	};
}

function invocation({ files, folders, repositories = 0 }: Unread): object {
	const unread = [
		...(files > 0 ? [{ level: "error", message: { text: `Files that could not be read: ${files}.` } }] : []),
		...(folders > 0 ? [{ level: "error", message: { text: `Folders that could not be read: ${folders}.` } }] : []),
	];
	const silent = `Repositories in which git did not answer, so that it is not known whether secrets are in git: ${repositories}.`;
	const notifications = [...unread, ...(repositories > 0 ? [{ level: "warning", message: { text: silent } }] : [])];
	return { executionSuccessful: unread.length === 0, toolExecutionNotifications: notifications };
}

function resultsOf(analyzed: AnalyzedFile, indexes: ReadonlyMap<string, number>): readonly object[] {
	const { file, document } = analyzed;
	const region = regionsOf(document);
	const artifactLocation = locationOf(file);
	const portable = new PortableFixes(document);
	const repeats = new Map<string, number>();
	const place = (span: Span) => ({ artifactLocation, region: region(span) });
	const toResult = (finding: Finding, silenced: SilencedFinding | null): object => {
		const fingerprint = fingerprintOf(file, finding);
		const repeat = (repeats.get(fingerprint) ?? 0) + 1;
		repeats.set(fingerprint, repeat);
		const index = indexes.get(finding.ruleId);
		const fixes = silenced === null ? portable.of(finding) : [];
		return {
			ruleId: finding.ruleId,
			...(index === undefined ? {} : { ruleIndex: index }),
			level: LEVELS[finding.severity],
			message: { text: unlinked(finding.message) },
			locations: [
				{
					physicalLocation: place(finding.span),
					...(finding.server === null ? {} : { logicalLocations: [{ name: shownName(finding.server), kind: "object" }] }),
				},
			],
			...(finding.related.length === 0
				? {}
				: {
						relatedLocations: finding.related.map(({ file: other, span, message }, id) => ({
							id,
							// The lines of another file are not known here.
							physicalLocation: other === undefined ? place(span) : { artifactLocation: locationOf(other) },
							message: { text: unlinked(message) },
						})),
					}),
			partialFingerprints: { "sallyportPlace/v1": `${fingerprint}:${repeat}` },
			...(silenced === null ? {} : { suppressions: [suppression(silenced)] }),
			...(fixes.length === 0
				? {}
				: {
						fixes: fixes.map(({ title, edits }) => ({
							description: { text: title },
							artifactChanges: [
								{
									artifactLocation,
									replacements: edits.map(({ span, text }) => ({ deletedRegion: region(span), insertedContent: { text } })),
								},
							],
						})),
					}),
		};
	};
	return [
		...analyzed.findings.map((finding) => toResult(finding, null)),
		...analyzed.silenced.map((silenced) => toResult(silenced.finding, silenced)),
	];
}

/** Plain text, in which nothing is a link: `[text](target)` is one in a message (SARIF 2.1.0 §3.11.6), and what a finding quotes comes from the file. */
function unlinked(message: string): string {
	return message.includes("](") ? message.replace(/[\\[\]]/g, "\\$&") : message;
}

function suppression({ by, reason }: SilencedFinding): object {
	return { kind: by === "ignore" ? "inSource" : "external", ...(reason === null ? {} : { justification: shownName(reason) }) };
}

function regionsOf(document: ConfigDocument): (span: Span) => object {
	const lines = new LineIndex(document.text);
	return ({ offset, length }) => {
		const start = lines.position(offset);
		const end = lines.position(offset + length);
		return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
	};
}

/** A file within the root by a relative URI, any other by an absolute one. */
function locationOf(file: string): object {
	const segments = file.split("/").map((segment, i) => (i === 0 && /^[A-Za-z]:$/.test(segment) ? segment : encode(segment)));
	const absolute = segments[0] === "" || /^[A-Za-z]:$/.test(segments[0] ?? "");
	if (!absolute) return { uri: segments.join("/"), uriBaseId: ROOT };
	return { uri: `file://${segments[0] === "" ? "" : "/"}${segments.join("/")}` };
}

function encode(segment: string): string {
	return encodeURIComponent(segment.replace(/\p{Surrogate}/gu, "\ufffd"));
}
