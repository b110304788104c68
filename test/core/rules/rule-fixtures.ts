import * as fs from "node:fs";
import * as path from "node:path";
import { matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse-json.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import type { Span } from "../../../src/core/text.ts";
import { substitute } from "./fixture.ts";

/**
 * `test/fixtures/rules/RULE/ng-WHAT/PATH` is a file with findings of the rule, each between `⟦` and `⟧`;
 * `RULE/ok-WHAT/PATH` is one without. PATH is where a host looks for it. `@@github@@` and its like become credentials.
 */
const FOLDER = path.join(import.meta.dirname, "../../fixtures/rules");

export interface RuleFixture {
	readonly rule: string;
	/** `ng-…` or `ok-…`. */
	readonly name: string;
	readonly document: ConfigDocument;
	/** Where the rule must find something, in order; empty for `ok-…`. */
	readonly marked: readonly Span[];
}

export function ruleFixtures(): readonly RuleFixture[] {
	return subfolders(FOLDER).flatMap((rule) => subfolders(path.join(FOLDER, rule)).map((name) => read(rule, name)));
}

function read(rule: string, name: string): RuleFixture {
	const folder = path.join(FOLDER, rule, name);
	const [file, ...others] = fs
		.readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
	const host = file === undefined ? null : matchHost(file);
	if (file === undefined || others.length > 0 || host === null) throw new Error(`${rule}/${name} must hold one file, of a host`);
	const { text, spans } = unmark(substitute(fs.readFileSync(path.join(folder, file), "utf8")));
	return { rule, name, document: parseConfig(text, host, file), marked: spans };
}

function unmark(marked: string): { readonly text: string; readonly spans: readonly Span[] } {
	const spans: Span[] = [];
	let text = "";
	for (const part of marked.split(/(⟦[^⟦⟧]*⟧)/)) {
		const inner = part.startsWith("⟦") ? part.slice(1, -1) : null;
		if (inner !== null) spans.push({ offset: text.length - (marked.startsWith("\uFEFF") ? 1 : 0), length: inner.length });
		text += inner ?? part;
	}
	return { text, spans };
}

function subfolders(folder: string): readonly string[] {
	return fs
		.readdirSync(folder, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => name)
		.sort();
}
