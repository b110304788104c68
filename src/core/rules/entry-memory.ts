import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import type { AnalysisContext, Finding, Rule } from "./finding.ts";
import { RULES } from "./index.ts";

interface Judged {
	/** Where the entry began. */
	readonly offset: number;
	/** What every rule says of it, in the order of the rules. */
	readonly findings: readonly Finding[];
}

/**
 * What the rules said of each entry of a file, for its next version: whoever types in one entry does not have the others judged
 * again. One for each file; it holds the text of the last version, and of no earlier one.
 */
export class EntryMemory {
	#home: string | null = null;
	/** By all that the rules look at. */
	#last: ReadonlyMap<string, Judged> = new Map();
	#byEntry: ReadonlyMap<ServerEntry, readonly Finding[]> = new Map();

	/** Judges those entries that the version before did not have. Call it before `of`. */
	turnTo(document: ConfigDocument, context: AnalysisContext): void {
		if (context.home !== this.#home) this.#last = new Map();
		this.#home = context.home;
		const judged = new Map<string, Judged>();
		const byEntry = new Map<ServerEntry, readonly Finding[]>();
		for (const server of document.servers) {
			const key = entryText(document, server);
			const { offset } = server.name.outer;
			const known = this.#last.get(key);
			const findings = known === undefined ? judge(server, document, context) : moved(known.findings, offset - known.offset);
			judged.set(key, { offset, findings });
			byEntry.set(server, findings);
		}
		this.#last = judged;
		this.#byEntry = byEntry;
	}

	/** What a rule says of an entry of the document that it was turned to last. */
	of(rule: Rule, server: ServerEntry): readonly Finding[] {
		const findings = this.#byEntry.get(server);
		if (findings === undefined) throw new Error("an entry of another document");
		return findings.filter(({ ruleId }) => ruleId === rule.id);
	}
}

/**
 * All that there is to an entry, but for where it stands: two of the same text are read alike, in the same file and by the same host.
 * May hold secrets.
 */
export function entryText({ text }: ConfigDocument, { name, span, keyPath, project, unambiguous }: ServerEntry): string {
	return [unambiguous, project ?? "", ...keyPath, text.slice(name.outer.offset, span.offset + span.length)].join("\0");
}

function judge(server: ServerEntry, document: ConfigDocument, context: AnalysisContext): readonly Finding[] {
	return RULES.flatMap((rule) => [...(rule.checkServer?.(server, document, context) ?? [])]);
}

function moved(findings: readonly Finding[], by: number): readonly Finding[] {
	if (by === 0 || findings.length === 0) return findings;
	const move = <T extends Pick<Finding, "span">>(item: T): T => ({ ...item, span: { ...item.span, offset: item.span.offset + by } });
	return findings.map((finding) => ({ ...move(finding), related: finding.related.map(move) }));
}
