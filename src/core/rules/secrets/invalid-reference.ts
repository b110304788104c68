import { mentionsVault, parseTemplate } from "../../config/references.ts";
import type { Located } from "../../config/server.ts";
import { entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";

const MAY_REFER = entryHolds({ launch: ["://"], names: null, values: ["://"] });

export const invalidReference: Rule = {
	id: "invalid-reference",
	title: "Secret reference that cannot resolve",
	help: "The launcher refuses a reference that is not well formed or stands where it is not resolved: the server would not start.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"A text that names one of the vaults (`keychain://`, `sealed://`) and is no reference, and a reference among the arguments, where none is resolved.",
		matters:
			"Passed on as it is, the server would take the reference for the secret. So the launcher refuses it, and the server does not start.",
		remedy:
			"Write `keychain://NAME/KEY`: letters, digits and `_ . # -`, with `/` between the parts. Inside other text put it in double braces: `Bearer {{ keychain://github/token }}`. Move it from an argument into a variable.",
		example: {
			before: '"env": { "AUTH": "Bearer keychain://github/token" }',
			after: '"env": { "AUTH": "Bearer {{ keychain://github/token }}" }',
		},
	},
	mayConcern: (texts, server) =>
		server.kind === "http"
			? server.headers.some(({ value }) => mentionsVault(value.value))
			: MAY_REFER(texts) &&
				(server.env.some(({ value }) => mentionsVault(value.value)) || server.args.some(({ value }) => mentionsVault(value))),
	*checkServer(server) {
		const at = (located: Located<string>, keyPath: readonly (string | number)[], message: string): Finding =>
			newFinding({
				ruleId: "invalid-reference",
				severity: "error",
				server: server.name.value,
				keyPath,
				span: located.span,
				message,
			});
		const named = server.kind === "stdio" ? server.env : server.headers;
		const group = server.kind === "stdio" ? "env" : "headers";
		for (const { name, value } of named) {
			if (mentionsVault(value.value) && parseTemplate(value.value) === null)
				yield at(
					value,
					[...server.keyPath, group, name.value],
					`${quoted(name.value)} holds a malformed secret reference. Write keychain://NAME/KEY, or put it in double braces inside other text.`,
				);
		}
		if (server.kind !== "stdio") return;
		for (const [index, argument] of server.args.entries()) {
			if (mentionsVault(argument.value))
				yield at(
					argument,
					[...server.keyPath, "args", index],
					"A secret reference in an argument is not resolved. Put it in an environment variable.",
				);
		}
	},
};
