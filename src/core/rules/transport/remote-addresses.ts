import type { ConfigDocument, ServerEntry } from "../../config/server.ts";
import type { Span } from "../../text.ts";
import { type EntryTexts, entryTexts, launchHolds } from "../entry-texts.ts";
import type { Finding } from "../finding.ts";
import { LastOf } from "../last-of.ts";
import { argumentPaths } from "../places.ts";
import { type CommandLine, readLaunch } from "../supply/command-line.ts";
import { partOfWord, type Word, wholeWord, wordSpan } from "../supply/word.ts";
import { type Address, addressIn } from "./address.ts";

/** An address that an entry leads to, and where it stands. */
export interface RemoteAddress {
	/** The text that holds it from its first character on. */
	readonly word: Word;
	readonly address: Address;
	readonly keyPath: Finding["keyPath"];
}

const addresses = new LastOf<ServerEntry, readonly RemoteAddress[]>();

/** The addresses by which the server itself is reached: its `url`, or what a program such as `mcp-remote` is given. */
export function remoteAddresses(server: ServerEntry): readonly RemoteAddress[] {
	return remembered(addresses, server, (each) => [...findAddresses(each)]);
}

/** Most rules ask for the same of each entry. */
export function remembered<T>(known: LastOf<ServerEntry, T>, server: ServerEntry, find: (server: ServerEntry) => T): T {
	const before = known.get(server);
	if (before !== undefined) return before;
	const found = find(server);
	known.set(server, found);
	return found;
}

function* findAddresses(server: ServerEntry): Iterable<RemoteAddress> {
	if (server.kind === "http") {
		const address = addressIn(server.url.value);
		if (address !== null) yield { word: wholeWord(server.url), address, keyPath: [...server.keyPath, "url"] };
		return;
	}
	const lines = bridges(server);
	if (lines.length === 0) return;
	const pathOf = argumentPaths(server);
	for (const line of lines) {
		for (const each of line.words) {
			const word = withoutFlag(each);
			const address = addressIn(word.text);
			if (address !== null) yield { word, address, keyPath: pathOf(word.argument) };
		}
	}
}

const bridgeLines = new LastOf<ServerEntry, readonly CommandLine[]>();

/** What an entry starts to speak to a remote server in the host's stead; none for any other server. */
export function bridges(server: ServerEntry): readonly CommandLine[] {
	if (server.kind !== "stdio" || !MAY_BRIDGE(entryTexts(server))) return [];
	return remembered(bridgeLines, server, () => readLaunch(server).lines.filter(({ words }) => words.some(({ text }) => isBridge(text))));
}

const MAY_BRIDGE = launchHolds(["mcp-remote", "mcp-proxy", "mcp-bridge", "mcp-stdio", "mcp-http-bridge", "supergateway"]);

/** For `Rule.mayConcern`: false for an entry that names no address by which it is reached. */
export function mayLeadAway(texts: EntryTexts, { kind }: ServerEntry): boolean {
	return kind === "http" || MAY_BRIDGE(texts);
}

/** Also under a folder, and with a version: `node_modules/mcp-remote/dist/proxy.js`, `mcp-remote@latest`. */
function isBridge(word: string): boolean {
	return (
		word.length <= 300 &&
		/mcp|gateway/.test(word) &&
		!word.includes("://") &&
		/(?:^|[\\/])(?:mcp-remote|mcp-proxy|supergateway|mcp-bridge|mcp-stdio-to-streamable-http-adapter|mcp-http-bridge)(?:$|[@=\\/.[])/.test(
			word,
		)
	);
}

/** The value of `--url=…`; any other word as it is. */
export function withoutFlag(word: Word): Word {
	const flag = /^--?[A-Za-z][\w.-]{0,60}=/.exec(word.text);
	return flag === null ? word : partOfWord(word, flag[0].length, word.text.length);
}

/** Where a part of a word stands in the file. */
export function partSpan(document: ConfigDocument, word: Word, from: number, to: number): Span {
	return wordSpan(document, partOfWord(word, from, to));
}

export function hostSpan(document: ConfigDocument, { word, address }: RemoteAddress): Span {
	return partSpan(document, word, address.hostStart, address.hostEnd);
}
