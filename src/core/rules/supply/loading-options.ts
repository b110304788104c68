import { nodeOptionsEffect } from "../../launch/node-options.ts";
import type { CommandLine } from "./command-line.ts";
import { type Origin, originOf } from "./origin.ts";
import { partOfWord, type Word } from "./word.ts";

/** An option that has code or settings loaded before the program that a line names. */
export interface LoadingOption {
	/** What is loaded. */
	readonly word: Word;
	readonly origin: Origin;
	readonly loads: "code" | "settings";
}

interface Options {
	readonly flag: RegExp;
	/** Flags with their value behind `=`, `:` or nothing. */
	readonly glued: RegExp;
	readonly bare: "workspace" | "package";
	readonly loads: LoadingOption["loads"];
	/** Flags beside them that take the next word. */
	readonly values: RegExp;
}

const NODE: Options = {
	flag: /^(?:-r|--(?:require|import|loader|experimental-loader|preload))$/,
	glued: /^--(?:require|import|loader|experimental-loader|preload)=/,
	// A package: `--import tsx`.
	bare: "package",
	loads: "code",
	values: /^(?:-C|--conditions|--env-file|--input-type|--title|--stack-trace-limit|--tsconfig|-P|--project|--config|-c)$/,
};
const NPM: Options = {
	flag: /^--(?:userconfig|globalconfig|script-shell)$/,
	glued: /^--(?:userconfig|globalconfig|script-shell)=/,
	bare: "workspace",
	loads: "settings",
	values: /^(?:-p|--package|-c|--call|-w|--workspace|--registry|--cache|--prefix|--node-options|--loglevel)$/,
};
const SHELL: Options = {
	flag: /^--(?:rcfile|init-file)$/,
	glued: /^--(?:rcfile|init-file)=/,
	bare: "workspace",
	loads: "code",
	values: /^[-+][oO]$/,
};
const NEVER = /^(?!)/;

const OPTIONS: ReadonlyMap<string, Options> = new Map([
	...["node", "nodejs", "tsx", "ts-node", "bun", "deno", "electron", "nodemon"].map((name): [string, Options] => [name, NODE]),
	["npx", NPM],
	["npm", NPM],
	["bash", SHELL],
	["ruby", { flag: /^(?:-r|--require)$/, glued: /^(?:-r|--require=)(?=.)/, bare: "package", loads: "code", values: /^-[IEC]$/ }],
	[
		"java",
		{
			flag: NEVER,
			glued: /^-(?:javaagent|agentpath):/,
			bare: "workspace",
			loads: "code",
			values: /^(?:-cp|-classpath|--class-path|-p|--module-path)$/,
		},
	],
	["php", { flag: NEVER, glued: /^(?:-d)?auto_(?:pre|ap)pend_file=/, bare: "workspace", loads: "code", values: /^[cz]$/ }],
]);

/** In order; only what stands in front of the program that the line is for. */
export function* loadingOptions({ program, words }: CommandLine): Iterable<LoadingOption> {
	const options = OPTIONS.get(program);
	if (options === undefined) return;
	for (let i = 1; i < words.length; i++) {
		const word = words[i];
		if (word === undefined || word.text === "--") return;
		const { text } = word;
		if (!text.startsWith("-") && !text.startsWith("auto_")) {
			if (SUBCOMMAND.test(text) && i === 1) continue;
			return;
		}
		const named = glued(word, options.glued) ?? (options.flag.test(text) ? words[++i] : null);
		if (named !== null && named !== undefined) yield { word: named, origin: originOf(named.text, options.bare), loads: options.loads };
		else if (options === NPM && /^--node-options(?:=|$)/.test(text)) {
			const value = glued(word, /^--node-options=/) ?? words[++i];
			const origin = value === undefined ? null : nodeOptionsOrigin(value.text);
			if (value !== undefined && origin !== null) yield { word: value, origin, loads: "code" };
		} else if (options.values.test(text)) i++;
	}
}

const SUBCOMMAND = /^(?:run|exec|x|watch|test)$/;

function glued(word: Word, head: RegExp): Word | null {
	const from = head.exec(word.text)?.[0].length;
	return from === undefined ? null : partOfWord(word, from, word.text.length);
}

/** Where the code comes from that a value of `NODE_OPTIONS` loads, the least trusted of several; null: it loads none. */
function nodeOptionsOrigin(options: string): Origin | null {
	return nodeOptionsEffect(options) === "loads" ? preloadOrigin(options) : null;
}

/** The same of options for Bun, which has others beside; null where no option loads anything. */
export function preloadOrigin(options: string): Origin | null {
	const words = options.split(/[\s"']+/);
	let worst: Origin | null = null;
	for (const [i, word] of words.entries()) {
		const head = NODE.glued.exec(word)?.[0];
		const named = head !== undefined ? word.slice(head.length) : NODE.flag.test(word) ? words[i + 1] : undefined;
		if (named === undefined) continue;
		const origin = originOf(named, "package");
		if (worst === null || RANK[origin] > RANK[worst]) worst = origin;
	}
	return worst;
}

const RANK: Readonly<Record<Origin, number>> = { package: 0, installed: 0, workspace: 1, anybody: 2 };
