import type { ConfigDocument, Located, ServerEntry } from "../../config/server.ts";
import type { Span } from "../../text.ts";
import { entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { argumentPaths } from "../places.ts";
import { readLaunch } from "../supply/command-line.ts";
import { type Word, wholeWord, wordSpan } from "../supply/word.ts";
import { bridges, partSpan, withoutFlag } from "./remote-addresses.ts";

export const deprecatedSse: Rule = {
	id: "deprecated-sse",
	title: "Server over the old SSE transport",
	help: "HTTP with server-sent events was replaced by streamable HTTP in 2025, and providers are switching it off. Use the server's streamable HTTP address.",
	defaultSeverity: "info",
	documentation: {
		finds:
			'A server that is reached over HTTP with server-sent events: by `"type": "sse"`, by `--transport sse`, or at an address that ends in `/sse`. An address of that form with `"type": "http"` is left alone.',
		matters:
			"The protocol deprecated this transport in its revision of March 2025. It keeps a session open for as long as the host runs, which gives whoever learns its id the chance to speak in it; and hosts and providers are taking it out, so the server will stop working one day.",
		remedy:
			"Use the address for streamable HTTP, most often `/mcp` on the same host, and the type `http`. Where a server offers nothing else, ask for it.",
		example: {
			before: '"docs": { "type": "sse", "url": "https://mcp.example.com/sse" }',
			after: '"docs": { "type": "http", "url": "https://mcp.example.com/mcp" }',
		},
	},
	mayConcern: (texts, server) => server.kind === "http" || IN_ENTRY(texts),
	*checkServer(server, document) {
		const found = server.kind === "http" ? ofRemote(server, document) : ofLaunch(server, document);
		if (found === null) return;
		const isNew = server.kind === "http" && /\/mcp\/?(?:[?#]|$)/i.test(server.url.value);
		yield newFinding({
			ruleId: "deprecated-sse",
			severity: "info",
			server: server.name.value,
			...found,
			message: `SSE is a deprecated transport that providers are switching off. ${
				isNew ? "This looks like an address for streamable HTTP: write that type." : "Use the server's streamable HTTP address."
			}`,
		});
	},
};

const IN_ENTRY = entryHolds({ launch: ["sse"], names: null, values: ["sse"] });

type Place = Pick<Finding, "keyPath"> & { readonly span: Span };

function ofRemote(server: ServerEntry & { kind: "http" }, document: ConfigDocument): Place | null {
	const type = server.settings.find(({ keyPath, kind }) => kind === "string" && isTransportKey(keyPath, server));
	if (type !== undefined) return type.value.value.toLowerCase() === "sse" ? { keyPath: type.keyPath, span: type.value.span } : null;
	const path = ssePath(server.url.value);
	return path === null ? null : { keyPath: [...server.keyPath, "url"], span: partSpan(document, wholeWord(server.url), ...path) };
}

function isTransportKey(keyPath: Finding["keyPath"], { keyPath: { length } }: ServerEntry): boolean {
	const own = keyPath.slice(length);
	return own.every((key) => /^(?:type|transport|transportType|transport_type)$/.test(String(key)));
}

function ofLaunch(server: ServerEntry & { kind: "stdio" }, document: ConfigDocument): Place | null {
	const pathOf = argumentPaths(server);
	const place = (word: Word): Place => ({ keyPath: pathOf(word.argument), span: wordSpan(document, word) });
	for (const { words } of readLaunch(server).lines) {
		const at = words.findIndex(({ text }, i) => /^sse(?:-only)?$/i.test(text) && isTransportFlag(words[i - 1]?.text ?? ""));
		const glued = words.find(({ text }) => /^--(?:mcp-)?transport=sse(?:-only)?$/i.test(text));
		const word = words[at] ?? (glued === undefined ? undefined : withoutFlag(glued));
		if (word !== undefined) return place(word);
	}
	const variable = server.env.find(
		({ name, value }) => value.value.length === 3 && /^sse$/i.test(value.value) && /^(?:\w+_)?TRANSPORT$/i.test(name.value),
	);
	if (variable !== undefined) return { keyPath: [...server.keyPath, "env", variable.name.value], span: variable.value.span };
	for (const { words } of bridges(server)) {
		for (const word of words.map(withoutFlag)) {
			const path = /^https?:/i.test(word.text) ? ssePath(word.text) : null;
			// `http-only` and `http-first` use streamable HTTP whatever the address looks like.
			if (path !== null && !words.some(({ text }) => /^(?:http-only|http-first|streamable-?http)$/i.test(text)))
				return { keyPath: pathOf(word.argument), span: partSpan(document, word, ...path) };
		}
	}
	return null;
}

function isTransportFlag(word: Located<string>["value"]): boolean {
	return /^--(?:mcp-)?transport(?:-type)?$/.test(word);
}

/** Where the last segment stands when it is `sse`; null: it is not. */
function ssePath(url: string): readonly [number, number] | null {
	const path = url.split(/[?#]/, 1)[0] ?? "";
	const end = path.endsWith("/") ? path.length - 1 : path.length;
	return /\/sse$/i.test(path.slice(0, end)) && /[^/:]\/sse$/i.test(path.slice(0, end)) ? [end - 3, end] : null;
}
