// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { spanWithin } from "../../config/escapes.ts";
import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { inputsOf, inputUses, isSecretName } from "./inputs.ts";

export const unknownInput: Rule = {
	id: "unknown-input",
	title: "Reference to an input that the file does not define",
	help: "The host asks nobody for it, and does not start the server. Define the input, or mend its name.",
	defaultSeverity: "warning",
	documentation: {
		finds: "A `${input:NAME}` in a file of VS Code whose `inputs` have no item with that `id`.",
		matters:
			"VS Code looks the name up in the same file. Where it finds nothing the server does not start, and the next person writes the value itself into the file.",
		remedy: "Add the input, with `password` set to true for anything secret, or use the id of one that is there.",
		example: {
			before: '"inputs": [], "servers": { "github": { "command": "srv", "env": { "GITHUB_TOKEN": "${input:github-token}" } } }',
			after:
				'"inputs": [{ "id": "github-token", "type": "promptString", "description": "Token", "password": true }],\n"servers": { "github": { "command": "srv", "env": { "GITHUB_TOKEN": "${input:github-token}" } } }',
		},
	},
	mayConcernFile: (document) => inputUses(document).length > 0,
	*checkDocument(document) {
		const uses = inputUses(document);
		if (uses.length === 0) return;
		const known = new Set(inputsOf(document).map((input) => input.id.value.value));
		for (const { server, entry, id, start, end } of uses) {
			if (known.has(id)) continue;
			yield newFinding({
				ruleId: "unknown-input",
				severity: "warning",
				server: server.name.value,
				keyPath: entry.keyPath,
				span: spanWithin(document.text, entry.text, start, end),
				message: `${entry.holder()} asks for the input ${quoted(id)}, which this file does not define. Add it to "inputs"${entry.name !== null && isSecretName(entry.name) ? ', with "password": true' : ""}.`,
			});
		}
	},
};
