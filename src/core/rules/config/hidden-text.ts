import { spanWithin } from "../../config/escapes.ts";
import type { ConfigDocument, Located, ServerEntry } from "../../config/server.ts";
import { hiddenCharacters, mayHideCharacters } from "../../hidden-characters.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { LastOf } from "../last-of.ts";
import { textsOf } from "../texts.ts";

export const hiddenText: Rule = {
	id: "hidden-text",
	title: "Characters that nobody sees",
	help: "What is shown is not what the host reads. Do not start it; write the text anew.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"Characters without a shape, or that turn the direction of the line, in a server's name, command, arguments, URL, or in the names and values of its variables and headers: as they are, or escaped (`\\u202e`). Emoji, and the joiners and marks that scripts need, are left alone.",
		matters:
			"A name can look like the one of another server, an argument can read otherwise than it is, and a text can hold instructions that only a model reads. No honest entry needs them; some come along with a copy from a web page.",
		remedy:
			"Write the text anew, by hand. Where you did not put it there yourself, do not start the server, and look at where it came from.",
		example: { before: '"git\\u200bhub": { "command": "srv" }', after: '"github": { "command": "srv" }' },
	},
	mayConcern: (_texts, server, document) => !isPlainText(server, document),
	*checkServer(server, document) {
		const name = server.name.value;
		yield* at(document, name, server.name, server.keyPath, "The server's name");
		for (const named of server.kind === "stdio" ? server.env : server.headers)
			yield* at(document, name, named.name, [...server.keyPath, server.kind === "stdio" ? "env" : "headers", named.name.value], "A name");
		for (const { text, keyPath, holder } of textsOf(server, mayHideCharacters)) yield* at(document, name, text, keyPath, holder());
	},
};

/** True for nearly every entry: nothing but ordinary characters, and none that an escape could stand for. */
function isPlainText({ name, span, scattered }: ServerEntry, document: ConfigDocument): boolean {
	if (scattered) return false;
	let plain = plainDocuments.get(document);
	if (plain === undefined) {
		// Of a large file somebody may be typing in one entry: then that one is looked at, and not all of it.
		plain = document.text.length <= SHORT && !ODD.test(document.text);
		plainDocuments.set(document, plain);
	}
	return plain || !ODD.test(document.text.slice(name.outer.offset, span.offset + span.length));
}

const ODD = /[^\t\n\r\x20-\x7e]|\\[^"\\/nrt]/;
const SHORT = 4096;
const plainDocuments = new LastOf<ConfigDocument, boolean>();

/** `C:\bin`, with one backslash too few. */
const SLIP = /^[\b\f\v]$/;

/** One text full of them is one thing. */
const MOST = 5;

function* at(
	document: ConfigDocument,
	server: string,
	located: Located<string>,
	keyPath: Finding["keyPath"],
	holder: string,
): Iterable<Finding> {
	for (const { offset, length } of hiddenCharacters(located.value, MOST)) {
		const run = located.value.slice(offset, offset + length);
		const code = (located.value.codePointAt(offset) ?? 0).toString(16).toUpperCase().padStart(4, "0");
		yield newFinding({
			ruleId: "hidden-text",
			severity: SLIP.test(run) ? "warning" : "error",
			server,
			keyPath,
			span: spanWithin(document.text, located, offset, offset + length),
			message: SLIP.test(run)
				? `${holder} holds a control character, as a single backslash before b, f or v makes one. Write two backslashes.`
				: `${holder} holds characters that nobody sees (the first is U+${code}), so it is not what it looks like. Write it anew.`,
		});
	}
}
