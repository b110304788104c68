import * as path from "node:path";
import type { HostId } from "../core/config/hosts.ts";
import { hostShownBy } from "../core/config/parse.ts";
import type { Problem } from "../core/result.ts";
import { readPlain } from "./files/bounded-file.ts";

/** Bytes. A larger file is no config that somebody wrote. */
export const MAX_SEARCHED_SIZE = 1024 * 1024;

/** How much is looked into before a search ends: more than a repository has, and read in a few seconds. */
const MOST_FILES = 20_000;
const MOST_BYTES = 256 * 1024 * 1024;

/** Files of JSON, and copies that people keep of them. */
const NAME = /\.jsonc?(?:[.-](?:bak|backup|old|orig|example|sample|template|tmpl|dist|disabled|local))?~?$/i;
const LOCK_FILE = /^(?:package-lock|npm-shrinkwrap)\.json$/i;
/** Of other people's code, of caches, and of words for an interface, in which `mcpServers` is a label. */
const FOLDER =
	/^(?:site-packages|bower_components|vendor|\.yarn|\.pnpm-store|\.next|\.nuxt|\.cache|\.gradle|\.terraform|_?locales?|i18n|l10n|lang|langs|languages|translations)$/i;

/** Looks for servers in files whose name says nothing of them; ends when it has looked into very much. */
export class ContentSearch {
	readonly #found = new Set<string>();
	#files: number;
	#bytes: number;
	#isSpent = false;

	/** @param most how many files, and bytes of them, are looked into */
	constructor(most: { readonly files: number; readonly bytes: number } = { files: MOST_FILES, bytes: MOST_BYTES }) {
		this.#files = most.files;
		this.#bytes = most.bytes;
	}

	/** Of what `look` found. */
	get paths(): ReadonlySet<string> {
		return this.#found;
	}

	/** What there is to be told; null: every file was looked into. */
	get problem(): Problem | null {
		if (!this.#isSpent) return null;
		return {
			code: "search-ended",
			message: "Here are more files of JSON than are looked into, 20,000 or 256 MB.",
			remedy: "Of the others only those were looked at that a host reads by their name. Name their folders to have them looked into.",
		};
	}

	/** Reads a file, and says what it is. Null: it holds no servers, is larger than `MAX_SEARCHED_SIZE`, or cannot be read. */
	look(file: string): { readonly host: HostId; readonly text: string } | null {
		if (!this.#take(0)) return null;
		const read = readPlain(file, MAX_SEARCHED_SIZE, "refuse");
		if (!read.ok) return null;
		this.#bytes -= read.value.length;
		// Of most files this is all that is done.
		if (!read.value.includes(FIRST_MARK)) return null;
		const text = read.value.toString("utf8");
		const host = hostShownBy(text);
		if (host === null) return null;
		this.#found.add(file);
		return { host, text };
	}

	/** What a file is that was read already; null: it holds no servers. */
	judge(text: string): HostId | null {
		return this.#take(text.length) ? hostShownBy(text) : null;
	}

	#take(bytes: number): boolean {
		if (this.#files <= 0 || this.#bytes <= 0) {
			this.#isSpent = true;
			return false;
		}
		this.#files--;
		this.#bytes -= bytes;
		return true;
	}
}

/** What every mark begins with. */
const FIRST_MARK = '"mcp';

/**
 * Whether a file is one of those that are looked into.
 *
 * @param inside its path in the folder that a person named
 */
export function isSearched(inside: string): boolean {
	const name = path.basename(inside);
	return NAME.test(name) && !LOCK_FILE.test(name) && !isPassedOver(path.dirname(inside));
}

/** Whether nothing below a folder is looked into. */
function isPassedOver(folder: string): boolean {
	return folder.split(path.sep).some((part) => FOLDER.test(part) || part === "node_modules");
}
