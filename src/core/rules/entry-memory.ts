import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import type { EntryContext, Finding, Rule } from "./finding.ts";
import { RULES } from "./index.ts";
import { findingsIn, mostFindings } from "./run.ts";

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
	#document: ConfigDocument | null = null;
	/** What each rule says of all entries, in the order of the entries. */
	#byRule: ReadonlyMap<string, readonly Finding[]> = new Map();
	#complete = true;

	/** False: the version that it was turned to last has more findings than are looked for, and some entries were not judged. */
	get complete(): boolean {
		return this.#complete;
	}

	/** Judges those entries that the version before did not have. Call it before `of`. */
	turnTo(document: ConfigDocument, context: EntryContext): void {
		if (context.home !== this.#home) this.#last = new Map();
		this.#home = context.home;
		const judged = new Map<string, Judged>();
		const byRule = new Map<string, Finding[]>();
		let left = mostFindings(document);
		for (const server of document.servers) {
			if (left < 0) break;
			const key = entryText(document, server);
			const { offset } = server.name.outer;
			const known = server.scattered ? undefined : this.#last.get(key);
			const findings =
				known === undefined ? findingsIn(RULES, server, document, context, left + 1) : moved(known.findings, offset - known.offset);
			left -= findings.length;
			// What it means does not show in that text alone.
			if (!server.scattered) judged.set(key, { offset, findings });
			for (const finding of findings) {
				const said = byRule.get(finding.ruleId);
				if (said === undefined) byRule.set(finding.ruleId, [finding]);
				else said.push(finding);
			}
		}
		this.#last = judged;
		this.#document = document;
		this.#byRule = byRule;
		this.#complete = left >= 0;
	}

	/** What a rule says of the entries of the document that it was turned to last, in order. */
	of({ id }: Rule, document: ConfigDocument): readonly Finding[] {
		if (document !== this.#document) throw new Error("another document");
		return this.#byRule.get(id) ?? [];
	}
}

/**
 * All that there is to an entry, but for where it stands: two of the same text are read alike, in the same file and by the same host.
 * May hold secrets.
 */
export function entryText({ text }: ConfigDocument, { name, span, keyPath, project, unambiguous }: ServerEntry): string {
	return [unambiguous, project ?? "", ...keyPath, text.slice(Math.min(name.outer.offset, span.offset), span.offset + span.length)].join(
		"\0",
	);
}

function moved(findings: readonly Finding[], by: number): readonly Finding[] {
	if (by === 0 || findings.length === 0) return findings;
	const move = <T extends Pick<Finding, "span">>(item: T): T => ({ ...item, span: { ...item.span, offset: item.span.offset + by } });
	return findings.map((finding) => ({
		...move(finding),
		related: finding.related.map((place) => (place.file === undefined ? move(place) : place)),
	}));
}
