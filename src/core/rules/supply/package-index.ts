import type { ConfigDocument, StdioServer } from "../../config/server.ts";
import type { Span } from "../../text.ts";
import { beginningWith, entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { argumentPaths } from "../places.ts";
import { readLaunch } from "./command-line.ts";
import { setVariables } from "./steering.ts";
import { partOfWord, wordSpan } from "./word.ts";

/** A part of every variable and flag that names one. */
const OTHER_INDEX: readonly string[] = ["registry", "index", "find-links", "find_links", "goproxy", "jsr_url", ...beginningWith("-i")];

export const packageIndex: Rule = {
	id: "package-index",
	title: "Packages from another registry",
	help: "The entry chooses which registry its packages come from. Set that in your own configuration of npm, pip or uv, where no file of a repository can change it.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A registry that the entry names itself: `--registry`, `--index-url`, `--extra-index-url` and their kin, and variables such as `npm_config_registry`, `PIP_INDEX_URL` and `UV_DEFAULT_INDEX`. As information; as a warning where the registry is reached without encryption. The public registries themselves are fine.",
		matters:
			"The registry decides what a package's name means. One that a file of a repository names can serve anything under a well-known name; beside the public one, either may answer for a name that the other should have. Without encryption, whoever is on the way decides.",
		remedy:
			"Remove it from the entry, and set the registry in `~/.npmrc`, `pip.conf` or `uv.toml`, for a scope or a package where you can.",
		example: {
			before: '"args": ["--registry", "http://npm.example.com", "-y", "notes-server@1.0.3"]',
			after: '"args": ["-y", "notes-server@1.0.3"]',
		},
	},
	only: "stdio",
	mayConcern: entryHolds({ launch: OTHER_INDEX, names: OTHER_INDEX, values: null }),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const { address, span, keyPath } of registries(server, document)) {
			const cleartext = /^http:\/\/(?:[^/@]*@)?([^/:]+)/i.exec(address)?.[1];
			if (cleartext !== undefined && !/^(?:localhost|127(?:\.\d{1,3}){3})$/i.test(cleartext))
				yield newFinding({
					ruleId: "package-index",
					severity: "warning",
					server: server.name.value,
					keyPath,
					span,
					message: "Packages come over a connection without encryption: whoever is on the way decides what runs. Use https.",
				});
			else if (/^https?:/i.test(address) && !PUBLIC.test(address))
				yield newFinding({
					ruleId: "package-index",
					severity: "info",
					server: server.name.value,
					keyPath,
					span,
					message: "This entry chooses where packages come from. Set the registry in your own configuration instead.",
				});
		}
	},
};

const PUBLIC =
	/^https?:\/\/(?:registry\.npmjs\.org|registry\.yarnpkg\.com|npm\.jsr\.io|pypi\.org|pypi\.python\.org|test\.pypi\.org|files\.pythonhosted\.org|localhost|127\.0\.0\.1|download\.pytorch\.org)(?:[:/]|$)/i;

const FLAG = /^--(?:registry|index-url|index|default-index|extra-index-url|find-links)(?==|$)|^-i$/;
const VARIABLE =
	/^(?:NPM_CONFIG_REGISTRY|YARN_NPM_REGISTRY_SERVER|COREPACK_NPM_REGISTRY|BUN_CONFIG_REGISTRY|PIP_INDEX_URL|PIP_EXTRA_INDEX_URL|PIP_FIND_LINKS|UV_INDEX_URL|UV_EXTRA_INDEX_URL|UV_DEFAULT_INDEX|UV_INDEX|UV_FIND_LINKS|GOPROXY|JSR_URL|NPM_REGISTRY)$/;
const RUNNER = /^(?:npx|npm|pnpm|pnpx|yarn|bunx?|uvx?|pipx|pip[\d.]*|python[\d.]*)$/;

interface NamedRegistry {
	readonly address: string;
	readonly span: Span;
	readonly keyPath: Finding["keyPath"];
}

function* registries(server: StdioServer, document: ConfigDocument): Iterable<NamedRegistry> {
	for (const { name, value, span, keyPath } of setVariables(server, document))
		if (VARIABLE.test(name.toUpperCase()))
			for (const address of value.split(/[\s,|]+/).slice(0, 5)) yield { address: afterName(address), span, keyPath };
	const pathOf = argumentPaths(server);
	for (const { program, words } of readLaunch(server).lines) {
		if (!RUNNER.test(program)) continue;
		for (let i = 1; i < words.length; i++) {
			const word = words[i];
			// Behind the package, the words are the server's.
			if (word === undefined || !isOption(words[i - 1]?.text ?? "", word.text, i)) break;
			const flag = FLAG.exec(word.text)?.[0];
			if (flag === undefined || (flag === "-i" && !/^(?:uvx?|pip)/.test(program))) continue;
			const value = word.text === flag ? words[i + 1] : partOfWord(word, flag.length + 1, word.text.length);
			if (value !== undefined) yield { address: afterName(value.text), span: wordSpan(document, value), keyPath: pathOf(value.argument) };
		}
	}
}

/** Subcommands, flags and their values: what stands before the package. */
function isOption(before: string, word: string, at: number): boolean {
	if (word.startsWith("-")) return true;
	if (before.startsWith("-") && !before.includes("=")) return !SWITCH.test(before);
	return at <= 3 && /^(?:exec|x|dlx|tool|run|install|pip|download)$/.test(word);
}

/** Flags of the runners that take no value. */
const SWITCH =
	/^(?:-y|--yes|-q|--quiet|-s|--silent|-v|--verbose|-n|--prefer-(?:on|off)line|--offline|--isolated|--no-[a-z-]+|--refresh|--reinstall|--native-tls|--system|-U|--upgrade|--pre|--bun|-u|--user)$/;

/** uv lets a registry have a name: `mine=https://…`. */
function afterName(address: string): string {
	return /^[\w-]+=(https?:.*)$/is.exec(address)?.[1] ?? address;
}
