// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables

import { spanWithin } from "../../config/escapes.ts";
import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, Located, ServerEntry } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { argumentPaths, quoted } from "../places.ts";
import { programName } from "../program-name.ts";
import { type ForeignReference, foreignReferences, hostVariable } from "./foreign-syntax.ts";

export const unexpandedReference: Rule = {
	id: "unexpanded-reference",
	title: "Reference in another host's syntax",
	help: "This host does not fill in what is written so: the server gets the text itself. Write it as this host does.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A reference that the host of this file hands on as it stands: `${input:x}` outside of VS Code's files, `${VAR}` in those of VS Code and Cursor, `${env:X}` in those of Claude Code, any of them in Claude Desktop's. In variables and headers it is a warning; in a command line, which the program itself may fill in, information. Shells, and `mcp-remote`, are known to do so, and left alone.",
		matters:
			"The server gets the text `${TOKEN}` in place of the token. It fails, or it goes on without what was meant, and somebody ends up writing the token itself into the file.",
		remedy:
			"Write the reference as this host reads it: `${env:NAME}` in VS Code and Cursor, `${NAME}` in Claude Code. Where the host has no references, let Sallyport start the server, and store the value with `sallyport fix`.",
		example: {
			before: '"env": { "GITHUB_TOKEN": "${GITHUB_TOKEN}" }',
			after: '"env": { "GITHUB_TOKEN": "${env:GITHUB_TOKEN}" }',
		},
	},
	mayConcern: (texts, server) =>
		server.kind === "http"
			? IN_REMOTE.test(server.url.value) || server.headers.some(({ value }) => IN_REMOTE.test(value.value))
			: MAY_REFER(texts),
	*checkServer(server, document) {
		// Visual Studio reads the same file, under this key, and has inputs.
		if (document.host === "mcp-json" && server.keyPath[0] === "servers") return;
		// The body of a request is filled in by whoever sends it.
		const { workspaceFiles, userFiles } = HOSTS[document.host];
		if (workspaceFiles.length === 0 && userFiles.length === 0) return;
		if (server.kind === "http") {
			yield* at(server, document, server.url, [...server.keyPath, "url"], "The URL");
			yield* named(server, document, "headers");
			return;
		}
		yield* named(server, document, "env");
		const launch = launchOf(server);
		if (FILLS_IN.test(programName(launch.command.value))) return;
		const pathOf = argumentPaths(server);
		let own: ReadonlySet<string> | null = null;
		for (const word of launch.args) {
			if (/^mcp-remote(?:@|$)/.test(word.value)) return;
			for (const reference of foreignReferences(document.host, word.value)) {
				if (!IN_COMMAND_LINE.has(reference.form)) continue;
				own ??= new Set(server.env.map(({ name }) => name.value));
				if (reference.variable !== null && own.has(reference.variable)) continue;
				yield finding(server, document, word, reference, pathOf(word), "An argument", "info");
			}
		}
	},
};

/** A part of every reference. */
const REFERENCE: readonly string[] = ["$", "%", "{env:", "op://"];
const IN_REMOTE = /[$%]|\{env:|op:\/\//i;
const MAY_REFER = entryHolds({ launch: REFERENCE, names: null, values: REFERENCE });

/** Programs that read variables in their arguments themselves. */
const FILLS_IN = /^(?:ba|da|z|fi|k|c|tc)?sh$|^(?:cmd|powershell|pwsh|env|envsubst|op|docker-compose|make|just|task|dotenvx?)$/;
/** What another host asks a person for, or takes from a vault. */
const ELSEWHERE: ReadonlySet<ForeignReference["form"]> = new Set(["input", "vault", "workflow"]);
/** What no program but a host reads. A server may know `$X` itself. */
const IN_COMMAND_LINE: ReadonlySet<ForeignReference["form"]> = new Set(["input", "env", "shell", "editor"]);

function* named(server: ServerEntry, document: ConfigDocument, group: "env" | "headers"): Iterable<Finding> {
	const values = server.kind === "stdio" ? server.env : server.headers;
	// It fills in the references to its own vaults when it starts the server.
	const vault = server.kind === "stdio" && programName(launchOf(server).command.value) === "op";
	for (const { name, value } of values) {
		for (const reference of foreignReferences(document.host, value.value)) {
			if (vault && reference.form === "vault") continue;
			yield finding(server, document, value, reference, [...server.keyPath, group, name.value], quoted(name.value), "warning");
		}
	}
}

function* at(
	server: ServerEntry,
	document: ConfigDocument,
	value: Located<string>,
	keyPath: Finding["keyPath"],
	holder: string,
): Iterable<Finding> {
	for (const reference of foreignReferences(document.host, value.value))
		yield finding(server, document, value, reference, keyPath, holder, "warning");
}

function finding(
	server: ServerEntry,
	document: ConfigDocument,
	value: Located<string>,
	{ start, end, form, variable }: ForeignReference,
	keyPath: Finding["keyPath"],
	holder: string,
	severity: "warning" | "info",
): Finding {
	const title = HOSTS[document.host].title;
	const text = quoted(value.value.slice(start, end));
	const instead = variable === null ? null : hostVariable(document.host, variable);
	const own = ELSEWHERE.has(form) ? hostVariable(document.host, "NAME") : null;
	const remedy = own === null ? "Fill it in another way." : `Take it from a variable of the environment: ${own}.`;
	return newFinding({
		ruleId: "unexpanded-reference",
		// Some programs that read the same file do fill in the folder of the workspace.
		severity: form === "editor" && document.host === "mcp-json" ? "info" : severity,
		server: server.name.value,
		keyPath,
		span: spanWithin(document.text, value, start, end),
		message: `${holder} holds ${text}, which is not filled in by ${title}: the server gets this very text. ${
			instead === null ? remedy : `Write ${quoted(instead)}.`
		}`,
		fixes: instead === null || !server.unambiguous ? [] : ["use-host-syntax"],
	});
}
