// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import type { ConfigDocument } from "../../config/server.ts";
import { type Finding, type FixId, newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { type Input, inputsOf, inputUses, isSecretName } from "./inputs.ts";

export const plainInput: Rule = {
	id: "plain-input",
	title: "Secret answer that the host keeps in plain text",
	help: "The host shows what is typed, and keeps it unencrypted. Set `password` to true.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			'An input of VS Code (`promptString`) without `"password": true` whose id, or the variable or header that it fills, names a secret. For information, an input of type `command` that fills one.',
		matters:
			"VS Code encrypts only the answers to inputs that say `password`. Every other answer is shown while it is typed, and kept in plain text on the disk. What a command answers is kept so, too, and any extension can run the command.",
		remedy:
			'Add `"password": true`. In place of a command use a reference to the keychain, which Sallyport resolves when it starts the server.',
		example: {
			before: '"inputs": [{ "id": "github-token", "type": "promptString", "description": "Token" }]',
			after: '"inputs": [{ "id": "github-token", "password": true, "type": "promptString", "description": "Token" }]',
		},
	},
	mayConcernFile: (document) => inputsOf(document).length > 0,
	*checkDocument(document) {
		const inputs = inputsOf(document);
		if (inputs.length === 0) return;
		const broken = document.problems.some(({ code }) => code === "syntax");
		const fills = filledBy(document);
		for (const input of inputs) {
			const filled = fills.get(input.id.value.value);
			if (!isSecretName(input.id.value.value) && filled === undefined) continue;
			const finding = judge(input, filled ?? null, broken ? [] : ["hide-input"]);
			if (finding !== null) yield finding;
		}
	},
};

function judge(input: Input, filled: string | null, fixes: readonly FixId[]): Finding | null {
	const what = `The input ${quoted(input.id.value.value)}${filled === null ? "" : `, which fills ${quoted(filled)},`}`;
	const base = { ruleId: "plain-input", server: null, keyPath: input.id.keyPath, span: input.id.value.span };
	switch (input.members.get("type")?.value.value) {
		case "promptString":
			if (isHidden(input)) return null;
			return newFinding({
				...base,
				severity: "warning",
				message: `${what} is shown as it is typed and kept in plain text. Set "password" to true.`,
				fixes,
			});
		case "command":
			return newFinding({
				...base,
				severity: "info",
				message: `${what} comes from a command that any extension can run, and is kept in plain text. Use a keychain reference.`,
			});
		default:
			return null;
	}
}

/** True when the host hides and encrypts the answer. */
function isHidden({ members }: Input): boolean {
	return members.get("password")?.value.value === "true";
}

/** For each input that fills a variable or header with the name of a secret, that name. */
function filledBy(document: ConfigDocument): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (const { entry, id } of inputUses(document))
		if (entry.name !== null && !found.has(id) && isSecretName(entry.name)) found.set(id, entry.name);
	return found;
}
