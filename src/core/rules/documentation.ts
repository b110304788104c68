import type { Rule } from "./finding.ts";
import { isIgnorable } from "./ignores.ts";

/** The page of one rule, in Markdown. */
export function ruleDocumentation(rule: Rule): string {
	const { id, title, defaultSeverity, documentation } = rule;
	const { finds, matters, remedy, example } = documentation;
	return [
		`# ${id}`,
		`${title} · ${defaultSeverity} · [all rules](README.md)`,
		"## What it finds",
		finds,
		"## Why it matters",
		matters,
		"## What to do",
		remedy,
		"Before:",
		fenced(example.before),
		"After:",
		fenced(example.after),
		"## To put it aside",
		...(id === "invalid-ignore" ? [] : [isIgnorable(id) ? ignoring(id) : NOT_IGNORED]),
		switchingOff(id),
	]
		.join("\n\n")
		.concat("\n");
}

/** The page that lists all rules, in Markdown. */
export function documentationIndex(rules: readonly Rule[]): string {
	return [
		"# Rules",
		"What `sallyport scan` and the editor report in MCP config files.",
		[
			"| rule | finds | severity |",
			"|---|---|---|",
			...rules.map(({ id, title, defaultSeverity }) => `| [${id}](${id}.md) | ${title} | ${defaultSeverity} |`),
		].join("\n"),
		"## Severities",
		"`error`: do not start this. `warning`: mend it. `info`: worth knowing. `hint`: a guess, shown in the editor and by `fix --hints`; a setting does not raise it.",
		"## Ignores",
		"An ignore names the rule and the reason, and stands in the file, so that whoever reads the file sees both. Without a reason it silences nothing, and a rule whose severity is `error`, by itself or because somebody raised it, cannot be ignored.",
		fenced(
			[
				"// sallyport-ignore RULE-ID reason        on a line of its own: what begins on the next line; before a server's name, all of the entry",
				'"KEY": "value", // sallyport-ignore RULE-ID reason        behind something: what begins on this line',
				'/* sallyport-ignore RULE-ID reason */ "value"        before something on the same line: that alone',
			].join("\n"),
			"text",
		),
		"Where a host reads no comments (Claude Code, Claude Desktop, `.mcp.json`), a member of the server's entry does the same for all of the entry:",
		fenced('"sallyport-ignore": { "RULE-ID": "reason" }'),
		"What is found of the file as a whole, such as what its history in git held, is put aside by a comment above everything else; without comments, by the same member at the root of the file, which means all that the rule finds in no server's entry. An ignore in the wrong line of an entry says which line it belongs above.",
		"A credential is masked in every report, ignored or not. What an ignore itself says is never ignored. In a workspace that is not trusted the editor tells what the workspace's files ignore all the same, as does `sallyport scan --no-ignores`, for repositories of others.",
	]
		.join("\n\n")
		.concat("\n");
}

const NOT_IGNORED = "An ignore does not silence it: a file could hide by one line of its own what it would do to whoever starts it.";

function switchingOff(id: string): string {
	return [
		"To switch the rule off, or give it another severity, for yourself:",
		"",
		`- in the editor by the setting \`sallyport.rules\`: \`{ "${id}": "off" }\``,
		`- for one scan by \`sallyport scan --rule ${id}=off\``,
		`- in both, for good, in a policy of your own, \`~/.sallyport/policy/rules.jsonc\`: \`{ "version": 1, "servers": [], "rules": { "${id}": "off" } }\``,
		"",
		"A repository's policy can only raise it, and its settings count for its own files alone, once you trust it.",
	].join("\n");
}

function ignoring(id: string): string {
	return [
		"*Ignore here* in the editor, or by hand, with the reason:",
		"",
		fenced(`// sallyport-ignore ${id} why this is all right`),
		"",
		"In a file that may hold no comments, as a member of the server's entry:",
		"",
		fenced(`"sallyport-ignore": { "${id}": "why this is all right" }`),
	].join("\n");
}

function fenced(text: string, language = "jsonc"): string {
	return `\`\`\`${language}\n${text}\n\`\`\``;
}
