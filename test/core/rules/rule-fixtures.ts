import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod";
import { matchHost } from "../../../src/core/config/hosts.ts";
import { guessConfigHost, parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import { Forbidden } from "../../../src/core/policy/schema.ts";
import type { FileFacts } from "../../../src/core/rules/facts.ts";
import type { AnalysisContext } from "../../../src/core/rules/finding.ts";
import { type Neighbour, Surroundings } from "../../../src/core/rules/surroundings.ts";
import type { Span } from "../../../src/core/text.ts";
import { substitute } from "./fixture.ts";

/**
 * `test/fixtures/rules/RULE/ng-WHAT/PATH` is a file with findings of the rule, each between `⟦` and `⟧`;
 * `RULE/ok-WHAT/PATH` is one without. PATH is where a host looks for it. `@@github@@` and its like become credentials.
 *
 * What a rule knows beside the file: `facts.json` (see `Facts`); files of the same folder in `beside/`, of the account in `home/`.
 */
const FOLDER = path.join(import.meta.dirname, "../../fixtures/rules");

export interface RuleFixture {
	readonly rule: string;
	/** `ng-…` or `ok-…`. */
	readonly name: string;
	readonly document: ConfigDocument;
	readonly context: AnalysisContext;
	/** Where the rule must find something, in order; empty for `ok-…`. */
	readonly marked: readonly Span[];
}

export function ruleFixtures(): readonly RuleFixture[] {
	return subfolders(FOLDER).flatMap((rule) => subfolders(path.join(FOLDER, rule)).map((name) => read(rule, name)));
}

/** All optional; what is left out is unknown. */
const Facts = z.strictObject({
	scope: z.optional(z.enum(["workspace", "user"])),
	readers: z.optional(z.enum(["nobody", "group", "others"])),
	git: z.optional(z.object({ tracked: z.boolean(), history: z.nullable(z.object({ gone: z.number() })) })),
	envFiles: z.optional(
		z.record(
			z.string(),
			z.object({
				exists: z.boolean(),
				tracked: z.nullable(z.boolean()),
				readers: z.nullable(z.enum(["nobody", "group", "others"])),
				credentials: z.number(),
			}),
		),
	),
	environment: z.optional(z.array(z.string())),
	missingReferences: z.optional(z.array(z.string())),
	/** Of the administrator's policy. */
	forbid: z.optional(z.array(Forbidden)),
});

const HOME = "/home/ada";
const WORKSPACE = "/w";

function read(rule: string, name: string): RuleFixture {
	const folder = path.join(FOLDER, rule, name);
	const files = filesIn(folder);
	const [file, ...others] = files.filter((each) => each !== "facts.json" && !/^(?:beside|home)\//.test(each));
	if (file === undefined || others.length > 0) throw new Error(`${rule}/${name} must hold one file, of a host`);
	const { text, spans } = unmark(substitute(fs.readFileSync(path.join(folder, file), "utf8")));
	const document = parseFixture(text, file);
	const neighbours = files.flatMap((each): readonly Neighbour[] => {
		const [, group, rest = ""] = /^(beside|home)\/(.*)$/.exec(each) ?? [];
		if (group === undefined) return [];
		const neighbour = parseFixture(substitute(fs.readFileSync(path.join(folder, each), "utf8")), rest);
		return [{ document: group === "home" ? { ...neighbour, file: `~/${rest}` } : neighbour, folder: group === "home" ? null : WORKSPACE }];
	});
	return { rule, name, document, context: contextOf(folder, files, [{ document, folder: WORKSPACE }, ...neighbours]), marked: spans };
}

function contextOf(folder: string, files: readonly string[], neighbours: readonly Neighbour[]): AnalysisContext {
	const surroundings = neighbours.length > 1 ? { surroundings: new Surroundings(neighbours) } : {};
	if (!files.includes("facts.json")) return { home: HOME, ...surroundings };
	const { scope, readers, git, envFiles, environment, missingReferences, forbid } = Facts.parse(
		JSON.parse(fs.readFileSync(path.join(folder, "facts.json"), "utf8")),
	);
	const file: FileFacts = {
		scope: scope ?? null,
		readers: readers ?? null,
		git: git ?? null,
		envFiles: new Map(Object.entries(envFiles ?? {})),
	};
	return {
		home: HOME,
		...surroundings,
		file,
		...(environment === undefined ? {} : { environment: new Set(environment) }),
		...(missingReferences === undefined ? {} : { missingReferences: new Set(missingReferences) }),
		...(forbid === undefined ? {} : { forbids: [{ source: "managed", file: "/etc/policy", policy: { version: 1, servers: [], forbid } }] }),
	};
}

function parseFixture(text: string, file: string): ConfigDocument {
	const host = matchHost(file) ?? guessConfigHost(text);
	if (host === null) throw new Error(`no host has a file ${file}`);
	return parseConfig(text, host, file);
}

function filesIn(folder: string): readonly string[] {
	return fs
		.readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
		.sort();
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
