import { parseConfig } from "../../core/config/parse.ts";
import type { ConfigDocument } from "../../core/config/server.ts";
import { credentialsIn, credentialText } from "../../core/rules/credentials.ts";
import type { HistoryFacts } from "../../core/rules/facts.ts";
import { type KnownRepository, nameIn } from "./repositories.ts";

export interface FileInHistory {
	/** Absolute. */
	readonly path: string;
	/** As it is now. */
	readonly document: ConfigDocument;
}

/** Bytes; a larger version is passed over. */
const MOST_BYTES = 1024 * 1024;
/** Of one file, the newest. */
const MOST_VERSIONS = 50;

/**
 * What earlier committed versions of files of one repository hold. Their contents are read by their ids and compared in memory: no value
 * goes into a command line. A file that git does not know of, or whose history took too long, is left out.
 */
export function historyOf(known: KnownRepository, files: readonly FileInHistory[]): ReadonlyMap<string, HistoryFacts> {
	const found = new Map<string, HistoryFacts>();
	const byName = new Map(files.map((file) => [nameIn(known, file.path), file]));
	const versions = known.repository.versionsOf([...byName.keys()]);
	if (!versions.ok) return found;
	const kept = new Map([...versions.value].map(([name, ids]) => [name, ids.slice(0, MOST_VERSIONS)]));
	const contents = known.repository.contents([...kept.values()].flat(), MOST_BYTES);
	if (!contents.ok) return found;
	for (const [name, { path, document }] of byName) {
		const texts = (kept.get(name) ?? []).flatMap((id) => contents.value.get(id)?.toString("utf8") ?? []);
		if (texts.length > 0) found.set(path, { gone: goneFrom(document, texts) });
	}
	return found;
}

function goneFrom(document: ConfigDocument, versions: readonly string[]): number {
	const gone = new Set<string>();
	const now = new Set(credentialsIn(document).map(({ span }) => credentialText(document, span)));
	for (const text of versions) {
		const version = parseConfig(text, document.host, document.file);
		for (const { span, severity } of credentialsIn(version)) {
			const value = severity === "warning" ? credentialText(version, span) : "";
			if (value !== "" && !now.has(value) && !document.text.includes(value)) gone.add(value);
		}
	}
	return gone.size;
}
