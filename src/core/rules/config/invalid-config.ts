import { createScanner } from "jsonc-parser";
import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, ConfigProblem } from "../../config/server.ts";
import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";

const SEVERITY: Readonly<Record<ConfigProblem["code"], Severity>> = {
	syntax: "error",
	"too-large": "error",
	"too-deep": "error",
	"duplicate-key": "warning",
	"bad-entry": "warning",
};

const STATE = "The host keeps its history in it, too. Nothing is known of the servers in there: look at them by hand.";
const OTHER =
	"Other programs have files of this name, too. If it is about MCP, nothing is known of the servers in there: look at them by hand.";

export const invalidConfig: Rule = {
	id: "invalid-config",
	title: "File or entry that hosts cannot read, or read differently",
	help: "What two programs read differently cannot be judged: one may start what the other did not show. Mend the file by hand.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"A file that is not well-formed JSON, that is too large or too deep to be read; as a warning, a key or a server that stands twice, and an entry without a shape that hosts agree on. Comments and trailing commas are no problem here, but for information in the file of a host that is known to read neither.",
		matters:
			"Hosts differ on which of two equal keys counts, and on what to do with a broken file. What is shown to you would not be what another program starts. Nothing in such an entry is edited or launched.",
		remedy: "Mend the place that is pointed at: remove one of the two, close what is open, give the entry a `command` or a `url`.",
		example: {
			before: ['"notes": { "command": "node", "args": ["a.js"] },', '"notes": { "command": "node", "args": ["b.js"] }'].join("\n"),
			after: ['"notes": { "command": "node", "args": ["a.js"] },', '"notes-next": { "command": "node", "args": ["b.js"] }'].join("\n"),
		},
	},
	mayConcernFile: ({ host, problems }) => problems.length > 0 || HOSTS[host].strict,
	*checkDocument(document) {
		yield* strictness(document);
		for (const problem of document.problems) {
			const why = problem.code === "too-large" ? whyLarge(document) : null;
			yield newFinding({
				ruleId: "invalid-config",
				severity: why === null ? SEVERITY[problem.code] : "warning",
				server: problem.server,
				keyPath: [problem.code],
				span: problem.span,
				message: why === null ? problem.message : `${problem.message} ${why}`,
				related: (problem.related ?? []).map((span) => ({ span, message: "It stands here, too." })),
			});
		}
	},
};

/** The first comment, and the first comma, that the host stumbles over. */
function* strictness(document: ConfigDocument): Iterable<Finding> {
	const { host, format, text, comments } = document;
	const { strict, title } = HOSTS[host];
	if (!strict || format !== "json") return;
	const [comment] = comments;
	const comma = trailingComma(text);
	const places = [
		...(comment === undefined ? [] : [{ span: comment, what: "comments" }]),
		...(comma === null ? [] : [{ span: { offset: comma, length: 1 }, what: "comma behind the last member" }]),
	];
	for (const { span, what } of places)
		yield newFinding({
			ruleId: "invalid-config",
			severity: "info",
			server: null,
			keyPath: [what],
			span,
			message: `${title} reads no ${what}: with this it may pass over the whole file. Take it out.`,
		});
}

/** Where a comma stands that nothing follows in its object or list; null: nowhere. */
function trailingComma(text: string): number | null {
	if (!/,\s*[}\]]/.test(text)) return null;
	const scanner = createScanner(text, true);
	let comma: number | null = null;
	for (let token = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
		if (comma !== null && (token === TOKEN.closeBrace || token === TOKEN.closeBracket)) return comma;
		comma = token === TOKEN.comma ? scanner.getTokenOffset() : null;
	}
	return null;
}

// The library declares these as a `const enum`, which does not exist at run time under isolated modules.
const TOKEN = { closeBrace: 2, closeBracket: 4, comma: 5, end: 17 } as const;

/** Why a file may be as large as that without anybody's fault; nobody has looked at what it starts all the same. Null: nothing honest makes it so. */
function whyLarge({ host }: ConfigDocument): string | null {
	const { holdsState, starts, shows } = HOSTS[host];
	if (holdsState) return STATE;
	return !starts && shows !== null ? OTHER : null;
}
