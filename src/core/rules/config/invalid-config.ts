import type { ConfigProblem } from "../../config/server.ts";
import { newFinding, type Rule, type Severity } from "../finding.ts";

const SEVERITY: Readonly<Record<ConfigProblem["code"], Severity>> = {
	syntax: "error",
	"too-large": "error",
	"too-deep": "error",
	"duplicate-key": "warning",
	"bad-entry": "warning",
};

export const invalidConfig: Rule = {
	id: "invalid-config",
	title: "File or entry that hosts cannot read, or read differently",
	help: "What two programs read differently cannot be judged: one may start what the other did not show. Mend the file by hand.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"A file that is not well-formed JSON, that is too large or too deep to be read; as a warning, a key or a server that stands twice, and an entry without a shape that hosts agree on. Comments and trailing commas are no problem here.",
		matters:
			"Hosts differ on which of two equal keys counts, and on what to do with a broken file. What is shown to you would not be what another program starts. Nothing in such an entry is edited or launched.",
		remedy: "Mend the place that is pointed at: remove one of the two, close what is open, give the entry a `command` or a `url`.",
		example: {
			before: ['"notes": { "command": "node", "args": ["a.js"] },', '"notes": { "command": "node", "args": ["b.js"] }'].join("\n"),
			after: ['"notes": { "command": "node", "args": ["a.js"] },', '"notes-next": { "command": "node", "args": ["b.js"] }'].join("\n"),
		},
	},
	*checkDocument(document) {
		for (const problem of document.problems) {
			yield newFinding({
				ruleId: "invalid-config",
				severity: SEVERITY[problem.code],
				server: problem.server,
				keyPath: [problem.code],
				span: problem.span,
				message: problem.message,
				related: (problem.related ?? []).map((span) => ({ span, message: "It stands here, too." })),
			});
		}
	},
};
