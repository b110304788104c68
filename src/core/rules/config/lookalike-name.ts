import type { ServerEntry } from "../../config/server.ts";
import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { pretended, shapeOfName } from "./name-shape.ts";

/** Characters. Nobody takes a longer name for another. */
const LONGEST = 200;

export const lookalikeName: Rule = {
	id: "lookalike-name",
	title: "Server's name that looks like another one",
	help: "Whoever approves a tool sees the name alone, and takes one server for the other. Give it a name that cannot be mistaken.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"Two servers of a file whose names differ only in case, or in letters that are drawn alike in two scripts; and a name that mixes such letters with Latin ones in one word, whatever else the file holds. A name wholly in another script is left alone.",
		matters:
			"Hosts ask a person by the server's name, and remember the answer by it. An entry called `gіthub`, with a Cyrillic letter, gets the trust that was meant for another.",
		remedy: "Rename one of the two. Where you did not write the name yourself, look at where it came from before you start the server.",
		example: {
			before: '"github": { "command": "a" },\n"GitHub": { "command": "b" }',
			after: '"github": { "command": "a" },\n"github-enterprise": { "command": "b" }',
		},
	},
	*checkDocument(document) {
		const first = new Map<string, ServerEntry>();
		for (const server of document.servers) {
			const name = server.name.value;
			if (name.length > LONGEST) continue;
			const shape = `${server.project ?? ""}\0${shapeOfName(name)}`;
			const other = first.get(shape);
			if (other === undefined) first.set(shape, server);
			const twin = other === undefined || other.name.value === name ? null : other;
			const pretends = pretended(name);
			if (twin === null && pretends === null) continue;
			yield newFinding({
				ruleId: "lookalike-name",
				severity: "warning",
				server: name,
				keyPath: server.keyPath,
				span: server.name.span,
				message:
					pretends === null
						? "This name differs from another server's only in what nobody sees at a glance. Rename one of the two."
						: `This name looks like ${quoted(pretends)} and is written with letters of another script. Rename it, or do not start it.`,
				related: twin === null ? [] : [{ span: twin.name.span, message: "The other one." }],
			});
		}
	},
};
