// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { spanWithin } from "../../config/escapes.ts";
import { HOSTS, type VariableSyntax } from "../../config/hosts.ts";
import { formatReference, referencesIn } from "../../config/references.ts";
import type { ConfigDocument, ServerEntry } from "../../config/server.ts";
import { type AnalysisContext, type Finding, newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { type EntryText, textsOf } from "../texts.ts";

export const unresolvedReference: Rule = {
	id: "unresolved-reference",
	title: "Reference that stands for nothing",
	help: "Nothing is kept under this name, so the server does not get its value. Store it, or mend the name.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A reference to the keychain or the sealed file under whose name nothing is kept; only where the vault could be asked. For information, a variable (`${env:NAME}`, `${NAME}`) that is not set where the scan runs and has no default.",
		matters: "The launcher refuses to start the server, and a host hands it an empty text or the reference itself.",
		remedy: "`sallyport secrets set NAME/KEY` asks for the value and stores it. A variable has to be set where the host is started from.",
		example: {
			before: '"env": { "GITHUB_TOKEN": "keychain://githb/GITHUB_TOKEN" }',
			after: '"env": { "GITHUB_TOKEN": "keychain://github/GITHUB_TOKEN" }',
		},
	},
	knowsEnough: ({ missingReferences, environment }) => missingReferences !== undefined && environment !== undefined,
	mayConcernFile: (_, { missingReferences, environment }) => missingReferences !== undefined || environment !== undefined,
	*checkDocument(document, context) {
		const { missingReferences, environment } = context;
		if (missingReferences === undefined && environment === undefined) return;
		for (const server of document.servers) for (const entry of textsOf(server, mayRefer)) yield* judge(document, server, entry, context);
	},
};

function mayRefer(value: string): boolean {
	return value.includes("${") || value.includes("://");
}

/** How each dialect writes a variable that has to be set. */
const VARIABLES: Partial<Record<VariableSyntax, RegExp>> = {
	vscode: /\$\{env:([A-Za-z_]\w{0,99})\}/g,
	cursor: /\$\{env:([A-Za-z_]\w{0,99})\}/g,
	shell: /\$\{([A-Za-z_]\w{0,99})\}/g,
};

function* judge(
	document: ConfigDocument,
	server: ServerEntry,
	{ text, holder, keyPath, name: slot }: EntryText,
	{ missingReferences, environment }: AnalysisContext,
): Iterable<Finding> {
	const at = (severity: "warning" | "info", start: number, end: number, message: string): Finding =>
		newFinding({
			ruleId: "unresolved-reference",
			severity,
			server: server.name.value,
			keyPath,
			span: spanWithin(document.text, text, start, end),
			message,
		});
	const { value } = text;
	if (missingReferences !== undefined && slot !== null && value.includes("://")) {
		let from = 0;
		for (const reference of referencesIn(value).map(formatReference)) {
			const start = value.indexOf(reference, from);
			from = start + reference.length;
			if (missingReferences.has(reference))
				yield at("warning", start, from, `${holder()} names ${reference}, under which nothing is kept. Store it: sallyport secrets set.`);
		}
	}
	const variables = VARIABLES[HOSTS[document.host].variables];
	if (environment === undefined || variables === undefined || !value.includes("${")) return;
	for (const match of value.matchAll(variables)) {
		const variable = match[1] ?? "";
		if (!environment.has(variable))
			yield at(
				"info",
				match.index,
				match.index + match[0].length,
				`${holder()} needs the variable ${quoted(variable)}, which is not set here.`,
			);
	}
}
