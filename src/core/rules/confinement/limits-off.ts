import type { ConfigDocument, StdioServer } from "../../config/server.ts";
import { entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";
import { readLaunch } from "../supply/command-line.ts";
import { onWord } from "../supply/complain.ts";
import { setVariables } from "../supply/steering.ts";
import { LIMIT_FLAGS, LIMIT_VARIABLES, type Limit } from "./known-limits.ts";

export const limitsOff: Rule = {
	id: "limits-off",
	title: "Server whose own limits are switched off",
	help: "The server has a limit of its own against misled calls, and this takes it away. Remove it, and allow only what the work needs.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"Options and variables of well-known servers and runtimes that, by their own documentation, take a limit away: `DANGEROUSLY_OMIT_AUTH`, `kubectl-ai --skip-permissions`; as information those that their authors show in examples: `--access-mode=unrestricted`, `--allow-unrestricted-file-access`, `deno run -A`.",
		matters:
			"The limit is there because a text that the model reads can make it call any tool, with any argument. Without it, nothing of the server's own stands in the way.",
		remedy:
			"Remove the option, or name what is allowed: a folder, a host, reading alone. Behind Sallyport the sandbox and the ticked tools hold all the same.",
		example: {
			before: '"args": ["-y", "@playwright/mcp@0.0.41", "--allow-unrestricted-file-access"]',
			after: '"args": ["-y", "@playwright/mcp@0.0.41"]',
		},
	},
	only: "stdio",
	mayConcern: entryHolds({
		launch: ["deno", "--allow", "--skip", "--access-mode", ...LIMIT_VARIABLES.map(({ name }) => name)],
		names: LIMIT_VARIABLES.map(({ name }) => name),
		values: null,
	}),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		yield* inFlags(server, document);
		for (const { name, value, span, keyPath } of setVariables(server, document)) {
			const limit = LIMIT_VARIABLES.find((each) => each.name === name && each.when.test(value) && starts(server, each));
			if (limit === undefined) continue;
			yield newFinding({
				ruleId: "limits-off",
				severity: severityOf(limit),
				server: server.name.value,
				keyPath,
				span,
				message: messageOf(limit),
			});
		}
	},
};

const MENTIONED = /^(?:-A$|--(?:allow|skip|access-mode))/;

/** What tells programs apart: the first words of a line, before the server's own. */
const NAMING_WORDS = 12;

function starts(server: StdioServer, { of }: { readonly of: RegExp | null }): boolean {
	if (of === null) return true;
	return readLaunch(server).lines.some(
		({ program, words }) => of.test(program) || words.slice(0, NAMING_WORDS).some(({ text }) => of.test(text.toLowerCase())),
	);
}

function* inFlags(server: StdioServer, document: ConfigDocument): Iterable<Finding> {
	// Most have none: no program needs to be told apart then.
	if (!readLaunch(server).lines.some(({ words }) => words.some(({ text }) => MENTIONED.test(text)))) return;
	const limits = LIMIT_FLAGS.filter((limit) => starts(server, limit));
	if (limits.length === 0) return;
	for (const { words } of readLaunch(server).lines) {
		for (const [i, word] of words.entries()) {
			if (i === 0 || !word.text.startsWith("-")) continue;
			const limit = limits.find(({ flag }) => flag.test(word.text) || flag.test(`${word.text}=${words[i + 1]?.text ?? ""}`));
			if (limit === undefined) continue;
			yield onWord({ id: "limits-off", severity: severityOf(limit) }, server, document, word, messageOf(limit));
		}
	}
}

function severityOf({ common }: Limit): Severity {
	return common ? "info" : "warning";
}

function messageOf({ does }: Limit): string {
	return `This ${does}. Remove it, and allow only what the work needs.`;
}
