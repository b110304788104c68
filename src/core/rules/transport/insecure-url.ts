import type { ConfigDocument, ServerEntry } from "../../config/server.ts";
import { newFinding, type Rule } from "../finding.ts";
import { onWord } from "../supply/complain.ts";
import { wordSpan } from "../supply/word.ts";
import { addressIn, isLoopback, isMetadata, isPlaceholderHost } from "./address.ts";
import { bridges, mayLeadAway, type RemoteAddress, remoteAddresses } from "./remote-addresses.ts";

export const insecureUrl: Rule = {
	id: "insecure-url",
	title: "Remote server without TLS",
	help: "Everyone on the way can read and change what the model is told. Use https, or a tunnel that ends on this machine.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A remote server that is reached by `http:`, `ws:` or `sse:`, also through a program such as `mcp-remote`; for information, a bridge that is allowed to (`--allow-http`). In a request to a model's API every address that is not `https`. Elsewhere addresses of this machine, and those that a variable or a placeholder stands for, are left alone.",
		matters:
			"What a server says goes to the model as it comes. Whoever sits on the way, in a café, at a provider, on a hijacked name, reads the headers with their tokens and can put instructions of their own into every answer.",
		remedy:
			"Use the server's `https` (or `wss`) address. A server without TLS belongs behind something that has it, or at the end of a tunnel whose mouth is on this machine.",
		example: {
			before: '"search": { "url": "http://mcp.example.com/mcp" }',
			after: '"search": { "url": "https://mcp.example.com/mcp" }',
		},
	},
	mayConcern: (texts, server) =>
		mayLeadAway(texts, server) && (server.kind === "stdio" || remoteAddresses(server).some(({ address }) => NO_TLS.has(address.scheme))),
	*checkServer(server, document) {
		for (const remote of remoteAddresses(server))
			if (isCleartext(remote.word.text) || (isRequest(document) && remote.address.scheme === "http"))
				yield cleartext(server, document, remote);
		if (server.kind !== "stdio") return;
		for (const { words } of bridges(server)) {
			const flag = words.find(({ text }) => text === "--allow-http");
			const isOwnMachine = words.some(({ text }) => addressIn(text)?.scheme === "http" && !isCleartext(text));
			if (flag !== undefined && !isOwnMachine) yield onWord({ id: "insecure-url", severity: "info" }, server, document, flag, ALLOWED);
		}
	},
};

const NO_TLS: ReadonlySet<string> = new Set(["http", "ws", "sse"]);

const ALLOWED = "--allow-http lets this bridge speak without TLS, which an https address does not need. Remove it.";

/** True for what is sent to an API, which connects to the servers itself. */
function isRequest({ host }: ConfigDocument): boolean {
	return host === "claude-api" || host === "openai-api";
}

function cleartext(server: ServerEntry, document: ConfigDocument, { word, address, keyPath }: RemoteAddress) {
	// The fix changes a whole word.
	const whole = word.from === 0 && word.to === word.argument.value.length;
	return newFinding({
		ruleId: "insecure-url",
		severity: "warning",
		server: server.name.value,
		keyPath,
		span: wordSpan(document, word),
		message: isLoopback(address.host)
			? "The API connects to servers itself, so this is not your machine, and by https alone. Use the server's https address."
			: "This server is reached in cleartext: everyone on the way can read and change what is said. Use https.",
		fixes: whole && server.unambiguous && securableScheme(word.text) !== null ? ["use-https"] : [],
	});
}

function isCleartext(url: string): boolean {
	const address = addressIn(url);
	if (address === null || !NO_TLS.has(address.scheme)) return false;
	// That a metadata service is asked at all is told by a rule of its own.
	return !isPlaceholderHost(url.slice(address.hostStart, address.hostEnd)) && !isLoopback(address.host) && !isMetadata(address.host);
}

/**
 * Where an `s` makes the scheme of a cleartext URL a secure one: `http` → `https`, `ws` → `wss`; counted in the value. Null: it is
 * no such URL, or it names port 80, where no TLS is spoken.
 */
export function securableScheme(url: string): number | null {
	const match = /^\s*(?:http|ws)(?=:\/\/)/i.exec(url);
	return match === null || !isCleartext(url) || addressIn(url)?.port === 80 ? null : match[0].length;
}
