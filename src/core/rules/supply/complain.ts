import type { ConfigDocument, Located, StdioServer } from "../../config/server.ts";
import { type Finding, newFinding, type Severity } from "../finding.ts";
import { LastOf } from "../last-of.ts";
import { argumentPaths } from "../places.ts";
import { type Word, wordSpan } from "./word.ts";

type PathOf = (word: Located<string>) => Finding["keyPath"];

/** Entries that stand elsewhere than their words say. */
const pointed = new WeakMap<StdioServer, PathOf>();
const paths = new LastOf<StdioServer, PathOf>();

/** Has every finding on an entry's words say that they stand there. */
export function pointAt(server: StdioServer, keyPath: Finding["keyPath"]): void {
	pointed.set(server, () => keyPath);
}

/** A finding on a word of a launch line. */
export function onWord(
	rule: { readonly id: string; readonly severity: Severity },
	server: StdioServer,
	document: ConfigDocument,
	word: Word,
	message: string,
	fixes: Finding["fixes"] = [],
): Finding {
	const pathOf = pointed.get(server) ?? paths.get(server) ?? argumentPaths(server);
	paths.set(server, pathOf);
	return newFinding({
		ruleId: rule.id,
		severity: rule.severity,
		server: server.name.value,
		keyPath: pathOf(word.argument),
		span: wordSpan(document, word),
		message,
		fixes,
	});
}
