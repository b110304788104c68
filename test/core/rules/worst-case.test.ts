// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { CONFIG_RULES } from "../../../src/core/rules/config/index.ts";
import { runRules } from "../../../src/core/rules/run.ts";
import { SECRET_RULES } from "../../../src/core/rules/secrets/index.ts";
import { PLAINTEXT_RULES } from "../../../src/core/rules/secrets/plaintext.ts";

// What finds credentials is the detector's, which has its own.
const RULES = [...CONFIG_RULES, ...SECRET_RULES].filter((rule) => !PLAINTEXT_RULES.includes(rule));
const CONTEXT = { home: null, environment: new Set<string>(), missingReferences: new Set<string>() };

const PARTS = [
	...[
		"${",
		"${A",
		"${env:",
		"${input:",
		"${input:a}",
		"${{",
		"${{ secrets.",
		"{env:",
		"$",
		"$A",
		"%A",
		"op://",
		"{{ keychain://",
		"keychain://a/",
	],
	...[
		"a.",
		"a/",
		"../",
		"1.",
		":",
		"https/",
		"a-",
		"[::",
		"\u200b",
		"a\u200d",
		"\u0301\u0316",
		"\uff9e\u0316",
		"\u200ea\u0627",
		"\ufe0f",
		"👩‍",
		"\u0456a",
		"аa",
		"ｇ",
		"É",
		" ",
		"\\",
		"\n",
	],
];

test.each(PARTS)("a megabyte of %j anywhere in an entry takes no longer than it is long", (part) => {
	const long = part.repeat(Math.ceil(1_000_000 / part.length));
	const entries = [
		{ command: long },
		{ command: "srv", args: [long], cwd: long, envFile: long },
		{ command: "srv", env: { TOKEN: long, [long]: "x" } },
		{ url: long, headers: { Authorization: long } },
		{ command: "srv", [long]: long, type: long },
	];
	for (const servers of [...entries.map((entry) => ({ a: entry })), { [long]: { command: "srv" } }, { a: long }]) {
		const document = parseConfig(JSON.stringify({ inputs: [{ id: long, type: "promptString" }], servers }), "vscode", ".vscode/mcp.json");
		for (const rule of RULES) {
			const start = performance.now();
			expect(runRules([rule], document, CONTEXT).byRule.flat().length, rule.id).toBeLessThan(100_000);
			// Quadratic time would be minutes here; the bound only has to tell the two apart on any machine.
			expect(performance.now() - start, rule.id).toBeLessThan(5_000);
		}
	}
});
