import type { ConfigDocument } from "../../config/server.ts";
import { credentialText, openCredentials } from "../credentials.ts";
import { type AnalysisContext, type Finding, newFinding, type RelatedPlace, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import type { CredentialPlace } from "../surroundings.ts";

export const sharedCredential: Rule = {
	id: "shared-credential",
	title: "Same secret in several servers or files",
	help: "Whoever gets it from one place has what all of them can do. Give each server its own, and rotate this one everywhere.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"A plaintext credential that stands in the entries of two servers of a file, or in another of the files that are looked at together, the account's own among them. It is told once for each file.",
		matters:
			"Each server can use it as all the others do, so that the least trusted of them counts. And a rotation that misses one place leaves that one broken, or the old value in use.",
		remedy:
			"Have the provider issue one for each server, with only what that server needs. Until then rotate all places at once: `sallyport fix` moves each of them into the keychain.",
		example: {
			before: '"issues": { "command": "issues", "env": { "TOKEN": "…" } },\n"wiki": { "command": "wiki", "env": { "TOKEN": "…" } }',
			after:
				'"issues": { "command": "issues", "env": { "TOKEN": "keychain://issues/TOKEN" } },\n"wiki": { "command": "wiki", "env": { "TOKEN": "keychain://wiki/TOKEN" } }',
		},
	},
	knowsEnough: ({ surroundings }) => surroundings !== undefined,
	mayConcernFile: (document, context) => openCredentials(document, context).length > (context.surroundings === undefined ? 1 : 0),
	*checkDocument(document, context) {
		const byValue = new Map<string, Finding[]>();
		for (const finding of openCredentials(document, context)) {
			const value = credentialText(document, finding.span);
			const same = byValue.get(value);
			if (same === undefined) byValue.set(value, [finding]);
			else same.push(finding);
		}
		for (const [value, [first, ...others]] of byValue) {
			const finding = first === undefined ? null : shared(document, first, others, value, context);
			if (finding !== null) yield finding;
		}
	},
};

/** A value that stands everywhere would make a list of everything. */
const MOST = 10;

function shared(
	document: ConfigDocument,
	first: Finding,
	others: readonly Finding[],
	value: string,
	{ surroundings }: AnalysisContext,
): Finding | null {
	const elsewhere = surroundings?.placesOf(value, document) ?? [];
	// What stands twice in one entry, or in a comment beside it, the credential's own finding tells.
	const inOther = others.filter(({ server }) => server !== null && first.server !== null && server !== first.server);
	if (elsewhere.length === 0 && inOther.length === 0) return null;
	const here = inOther.map(({ span, server }): RelatedPlace => ({ span, message: `The same value, for ${holder(server)}.` }));
	const there = elsewhere.map(
		({ document: { file }, span, server }: CredentialPlace): RelatedPlace => ({
			file,
			span,
			message: `The same value, for ${holder(server)}.`,
		}),
	);
	const files = [...new Set(elsewhere.map(({ document: { file } }) => file))];
	const places = [
		...(inOther.length === 0 ? [] : [`for ${listed(unique(inOther.map(({ server }) => holder(server))))}`]),
		...(files.length === 0 ? [] : [`in ${listed(files.map(quoted))}`]),
	];
	// In several files one server may well have the same.
	const isOneServer = [...inOther, ...elsewhere].every(({ server }) => server !== null && server === first.server);
	return newFinding({
		ruleId: "shared-credential",
		severity: "info",
		server: first.server,
		keyPath: first.keyPath,
		span: first.span,
		message: `The same value also stands ${places.join(" and ")}. Rotate it in all places${isOneServer ? "" : ", and give each server its own"}.`,
		related: [...here, ...there].slice(0, MOST),
	});
}

function holder(server: string | null): string {
	return server === null ? "no server" : `the server ${quoted(server)}`;
}

function unique(items: readonly string[]): readonly string[] {
	return [...new Set(items)];
}

const NAMED = 3;

function listed(items: readonly string[]): string {
	const more = items.length - NAMED;
	return more > 0 ? `${items.slice(0, NAMED).join(", ")} and ${more} more` : items.join(", ");
}
