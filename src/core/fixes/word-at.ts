import type { ConfigDocument, Located, ServerEntry } from "../config/server.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Finding } from "../rules/finding.ts";
import { ambiguous } from "./wrap.ts";

export interface WordAt {
	readonly server: ServerEntry;
	readonly word: Located<string>;
}

/** The word of a launch line, or the address, that a finding points at; refused when it is not there any more, or in an entry that may not be edited. */
export function wordAt(document: ConfigDocument, { span }: Finding): Result<WordAt> {
	for (const server of document.servers) {
		if (span.offset < server.span.offset || span.offset >= server.span.offset + server.span.length) continue;
		const words = server.kind === "http" ? [server.url] : [server.command, ...server.args];
		const word = words.find((each) => each.span.offset === span.offset && each.span.length === span.length);
		if (word === undefined) break;
		return server.unambiguous ? ok({ server, word }) : ambiguous(server);
	}
	return fail("finding-moved", "What was found is not there any more.", "Look again: the file has changed since.");
}
