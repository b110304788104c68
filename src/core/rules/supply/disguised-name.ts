import type { StdioServer } from "../../config/server.ts";
import { TWIN_LETTERS } from "../../twin-letters.ts";
import { launchHolds } from "../entry-texts.ts";
import type { Rule } from "../finding.ts";
import { readLaunch } from "./command-line.ts";
import { onWord } from "./complain.ts";
import { containerRun } from "./container-run.ts";
import { fetchedPackages } from "./fetched-package.ts";
import type { Word } from "./word.ts";

/** Letters of other scripts are never passed over. */
const CONTROL_CHARACTERS: readonly string[] = Array.from({ length: 31 }, (_, i) => String.fromCharCode(i + 1)).concat("\x7f");

export const disguisedName: Rule = {
	id: "disguised-name",
	title: "Name with letters that pose as others",
	help: "A letter of another alphabet makes a name look like one that you know. Do not start this.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"A program, a package or a container image whose name mixes Latin letters with Greek, Cyrillic or full-width ones that look the same. Words that are wholly in another alphabet are left alone.",
		matters:
			"No registry needs such names, and no person can tell them from the real ones: what is read is not what is started. They are made to deceive whoever reviews the file.",
		remedy: "Find out who wrote this. Type the name anew, from the server's own page.",
		example: {
			before: '"args": ["-y", "@modelcontextprotocol/server-g\u0456thub@2025.4.8"]',
			after: '"args": ["-y", "@modelcontextprotocol/server-github@2025.4.8"]',
		},
	},
	only: "stdio",
	mayConcern: launchHolds(CONTROL_CHARACTERS),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const word of names(server)) {
			if (!isDisguised(word.text)) continue;
			const message = "This name holds letters of another alphabet that look like Latin ones: it is not what it seems. Do not start it.";
			yield onWord({ id: "disguised-name", severity: "error" }, server, document, word, message);
		}
	},
};

function* names(server: StdioServer): Iterable<Word> {
	for (const { place, text } of fetchedPackages(server)) if (text.length <= 300) yield place;
	for (const line of readLaunch(server).lines) {
		const [command] = line.words;
		if (command !== undefined && command.text.length <= 1000) yield command;
		const image = containerRun(line)?.image;
		if (image !== undefined && image !== null && image.text.length <= 300) yield image;
	}
}

/** What a person reads of a path is its end; a package with a scope is read whole. */
function fileName(name: string): string {
	return name.startsWith("@") ? name : name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
}

const PLAIN = /^[ -~]*$/;

/** True where a word between separators has Latin letters, and every other letter in it is the twin of one. */
export function isDisguised(name: string): boolean {
	if (PLAIN.test(name)) return false;
	return fileName(name)
		.split(/[^\p{L}\p{N}]+/u)
		.some((word) => {
			if (!/[A-Za-z]/.test(word) || /^[A-Za-z0-9]*$/.test(word)) return false;
			return [...word].every(
				(letter) => /[A-Za-z0-9\uff21-\uff3a\uff41-\uff5a]/.test(letter) || MORE.has(letter) || TWIN_LETTERS.has(letter),
			);
		});
}

/** Letters of Latin and of phonetics that pass for plain ones: `ɡ`, the `i` without a dot, `ĸ`. */
const MORE: ReadonlySet<string> = new Set(["\u0261", "\u0131", "\u0138"]);
