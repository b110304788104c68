// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import type { ConfigDocument, ServerEntry } from "../../config/server.ts";
import { type Span, slice } from "../../text.ts";
import { entryHolds, entryTexts } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { travels } from "../scope.ts";
import { addressIn, isMetadata, isPlaceholderHost, isPrivate, isSingleLabel } from "./address.ts";
import { partSpan, remoteAddresses } from "./remote-addresses.ts";
import { valuesOf } from "./server-values.ts";

export const privateAddress: Rule = {
	id: "private-address",
	title: "Private address in a shared file",
	help: "In another network this address is another machine, or none. Let each person give their own through a variable.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"An address of a private network (`10.…`, `172.16.…`, `192.168.…`, `fd…`, `.local`, `.internal`, a name without a full stop) as a server's address, or an IP address of that kind in its arguments or variables, in a file that travels with a repository. Addresses of this machine are left alone, as are files of one account.",
		matters:
			"Whoever opens the repository elsewhere connects to a stranger's machine at that address, and sends it the headers with their tokens. It also tells everyone how a network is built.",
		remedy: "Take the address from a variable that each person sets, or keep the server in your own per-user file.",
		example: {
			before: '"build": { "url": "https://10.0.0.44:8000/mcp" }',
			after: '"build": { "url": "${env:BUILD_MCP_URL}" }',
		},
	},
	*checkDocument(document, context) {
		let shared: boolean | null = null;
		for (const server of document.servers) {
			if (!mayHold(server, document)) continue;
			shared ??= travels(document, context);
			if (!shared) return;
			yield* inServer(server, document);
		}
	},
};

/** Most entries hold neither, and need not be read for it. */
function mayHold(server: ServerEntry, document: ConfigDocument): boolean {
	const mayLead =
		server.kind === "http" ? remoteAddresses(server).some(({ address }) => isInner(address.host)) : IN_ENTRY(entryTexts(server));
	return mayLead && (server.scattered || MAY_HOLD.test(slice(document.text, server.span)));
}

const MAY_HOLD = /:\/\/|\b(?:10|100|169|172|192)\.\d/;
/** The scheme of an address, which tabs may part, or the beginning of a private IP address. */
const ADDRESS: readonly string[] = ["http:", "https:", "ws:", "wss:", "sse:", "\t", "\n", "\r", "10.", "100.", "169.", "172.", "192."];
const IN_ENTRY = entryHolds({ launch: ADDRESS, names: null, values: ADDRESS });

function* inServer(server: ServerEntry, document: ConfigDocument) {
	const told = new Set<unknown>();
	for (const { word, address, keyPath } of remoteAddresses(server)) {
		told.add(word.argument);
		if (isInner(address.host) && !isPlaceholderHost(word.text.slice(address.hostStart, address.hostEnd)))
			yield found(server, keyPath, partSpan(document, word, address.hostStart, address.hostEnd));
	}
	for (const { word, keyPath } of valuesOf(server)) {
		if (told.has(word.argument)) continue;
		const host = ipAddress(word.text);
		if (host !== null) yield found(server, keyPath, partSpan(document, word, ...host));
	}
}

/** True for a name or a number that means a machine of one network. */
function isInner(host: string): boolean {
	return (isPrivate(host) || isSingleLabel(host)) && !isMetadata(host);
}

/** Where the private IP address stands in a text that is nothing but an address, `host:port` or a URL; null: it is none. */
function ipAddress(text: string): readonly [number, number] | null {
	const address = addressIn(text);
	const [start, end] =
		address === null ? [0, /^[\d.]{7,15}(?=(?::\d{1,5})?$)/.exec(text)?.[0].length ?? 0] : [address.hostStart, address.hostEnd];
	const host = text.slice(start, end);
	return /^\d+\.\d+\.\d+\.\d+$/.test(host) && isPrivate(host) && !isMetadata(host) ? [start, end] : null;
}

function found(server: ServerEntry, keyPath: Finding["keyPath"], span: Span) {
	return newFinding({
		ruleId: "private-address",
		severity: "info",
		server: server.name.value,
		keyPath,
		span,
		message: "In other networks this address is another machine, or none. Take it from a variable that each person sets.",
	});
}
