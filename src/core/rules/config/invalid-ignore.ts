import type { Rule } from "../finding.ts";

/** Its findings come from `applyIgnores`, which alone knows what an ignore silenced. */
export const invalidIgnore: Rule = {
	id: "invalid-ignore",
	title: "Ignore that says no reason, or silences nothing",
	help: "Whoever reads the file later has to know why a warning was put aside. Give the reason after the rule's name, or remove the ignore.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"An ignore without a reason, or of a rule whose severity is `error`, by itself or because somebody raised it: neither silences anything; nor does one whose rule is misspelt. For information, one that names no rule, or whose rule finds nothing at that place any more.",
		matters:
			"An ignore outlives what it was written for. Without its reason nobody can tell whether it still holds, and one that is left over silences the next mistake.",
		remedy: "Write why, in one line, after the name of the rule. Remove an ignore that silences nothing.",
		example: {
			before: ["// sallyport-ignore secret-in-env", '"TEST_TOKEN": "…"'].join("\n"),
			after: ["// sallyport-ignore secret-in-env the emulator accepts any token", '"TEST_TOKEN": "…"'].join("\n"),
		},
	},
};
