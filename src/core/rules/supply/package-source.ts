import type { StdioServer } from "../../config/server.ts";
import type { Rule } from "../finding.ts";
import { readLaunch } from "./command-line.ts";
import { onWord } from "./complain.ts";
import { fetchedPackages } from "./fetched-package.ts";
import { isRepository } from "./package-version.ts";
import type { Word } from "./word.ts";

export const packageSource: Rule = {
	id: "package-source",
	title: "Code from a repository or an address",
	help: "What runs is what stands at that place on the day. Name a commit by its full hash, or a version that a registry keeps.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A package that is fetched from a git repository or from an address instead of a registry, and program code that is started from an address (`npx github:…`, `uvx --from git+https://…`, a tarball, `deno run https://…`): as information where a branch, a tag or nothing says which state is meant; as a warning where it comes over a connection without encryption.",
		matters:
			"A branch or a tag moves, and no registry keeps what was there: a push to the repository runs on your machine at the next start. Without encryption, whoever is on the way to it decides what runs.",
		remedy:
			"Name the commit by its full hash of 40 digits, or use the package's release on the registry with an exact version. Use `https` or `ssh` in place of `http` and `git`.",
		example: {
			before: '"args": ["--from", "git+https://github.com/oraios/serena", "serena", "start-mcp-server"]',
			after:
				'"args": ["--from", "git+https://github.com/oraios/serena@0123456789abcdef0123456789abcdef01234567", "serena", "start-mcp-server"]',
		},
	},
	only: "stdio",
	mayConcern: (_, server) => server.kind === "stdio" && sources(server).length > 0,
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const word of sources(server)) {
			const { text } = word;
			if (isCleartext(text)) {
				const message = "This code comes over a connection without encryption: whoever is on the way decides what runs. Use https.";
				yield onWord({ id: "package-source", severity: "warning" }, server, document, word, message);
			} else if (!isFixed(text)) {
				const message = /^https:/i.test(text)
					? "What runs is whatever stands at this address on the day. Use a release of a registry, with an exact version."
					: "What runs is whatever the repository holds on the day. Name a commit: its full hash, not a branch or a tag.";
				yield onWord({ id: "package-source", severity: "info" }, server, document, word, message);
			}
		}
	},
};

function sources(server: StdioServer): readonly Word[] {
	const found: Word[] = [];
	for (const { text, place } of fetchedPackages(server)) if (isRepository(text)) found.push(place);
	for (const { program, words } of readLaunch(server).lines) {
		if (/^pip[\d.]*$|^uv$|^python[\d.]*$/.test(program) && words.some(({ text }, i) => i > 0 && text === "install")) {
			for (const [i, word] of words.entries()) if (i > 0 && /^(?:git\+|https?:)/i.test(word.text)) found.push(word);
		} else if (program === "deno" || program === "bun") {
			const script = words.find(({ text }, i) => i > 0 && !text.startsWith("-") && !/^(?:run|serve|x)$/.test(text));
			if (script !== undefined && /^https?:/i.test(script.text)) found.push(script);
		}
	}
	return found;
}

function isCleartext(text: string): boolean {
	const address = /(?:^|@\s*)(?:git\+)?(http:|git:)\/\/(?:[^/@]*@)?([^/:]+)/i.exec(text);
	return address !== null && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/i.test(address[2] ?? "");
}

/** A commit, or a version of a host that keeps what it published. */
function isFixed(text: string): boolean {
	if (/(?:^|[^0-9a-f])[0-9a-f]{40}(?:$|[^0-9a-f])/i.test(text)) return true;
	if (/^https:\/\/(?:deno\.land|esm\.sh|unpkg\.com|cdn\.jsdelivr\.net|jsr\.io)\/.*@v?\d+\.\d+\.\d+/i.test(text)) return true;
	if (/^https:\/\/(?:registry\.npmjs\.org|files\.pythonhosted\.org)\//i.test(text)) return true;
	return /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1)(?::\d+)?(?:\/|$)/.test(text) || text.includes("${");
}
