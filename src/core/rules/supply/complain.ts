import type { ConfigDocument, Located, StdioServer } from "../../config/server.ts";
import { type Finding, newFinding, type Severity } from "../finding.ts";
import { argumentPaths } from "../places.ts";
import { type Word, wordSpan } from "./word.ts";

const paths = new WeakMap<StdioServer, (word: Located<string>) => Finding["keyPath"]>();

/** Has every finding on an entry's words say that they stand there. */
export function pointAt(server: StdioServer, keyPath: Finding["keyPath"]): void {
	paths.set(server, () => keyPath);
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
	const pathOf = paths.get(server) ?? argumentPaths(server);
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
