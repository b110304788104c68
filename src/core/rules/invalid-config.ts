import type { ConfigProblem } from "../config/server.ts";
import type { Rule, Severity } from "./finding.ts";

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
	*checkDocument(document) {
		for (const problem of document.problems) {
			yield {
				ruleId: "invalid-config",
				severity: SEVERITY[problem.code],
				server: problem.server,
				keyPath: [problem.code],
				span: problem.span,
				message: problem.message,
				slot: null,
				fixable: false,
			};
		}
	},
};
