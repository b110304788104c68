import type { HostId } from "../../config/hosts.ts";
import type { ServerEntry } from "../../config/server.ts";
import { newFinding, type Rule } from "../finding.ts";
import { onWord } from "../supply/complain.ts";
import { partOfWord } from "../supply/word.ts";
import { bridges, mayLeadAway, remoteAddresses } from "./remote-addresses.ts";
import { SIGN_IN_SERVERS, type WellKnownServer } from "./well-known-servers.ts";

export const staticBearer: Rule = {
	id: "static-bearer",
	title: "Fixed token where the server offers a sign-in",
	help: "A token from a sign-in is short-lived, limited to what was agreed to, and kept by the host. Remove the header and let the host sign you in.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"An `Authorization` header for a well-known remote server whose provider offers the protocol's sign-in (OAuth), whatever stands in the header. For GitHub's server only in files of VS Code, since other hosts have no sign-in there.",
		matters:
			"A token that a person made by hand often can do all that its owner can, lasts for months, and has to be kept somewhere by everyone who uses the file. One from a sign-in is limited to what was agreed to, renewed by the host, and taken back with one click.",
		remedy:
			"Remove the header: the host opens the sign-in at the first connection. Keep a token where no person is there to sign in, as on a build server.",
		example: {
			before: '"linear": { "url": "https://mcp.linear.app/mcp", "headers": { "Authorization": "Bearer …" } }',
			after: '"linear": { "url": "https://mcp.linear.app/mcp" }',
		},
	},
	mayConcern: (texts, server, { host }) => mayLeadAway(texts, server) && signInServer(server, host) !== null,
	*checkServer(server, document) {
		const known = signInServer(server, document.host);
		if (known === null) return;
		const message = `${known.title}'s server offers a sign-in, whose tokens are short-lived and limited. Where a person can sign in, remove this header.`;
		if (server.kind === "http") {
			for (const { name } of server.headers)
				if (/^authorization$/i.test(name.value))
					yield newFinding({
						ruleId: "static-bearer",
						severity: "info",
						server: server.name.value,
						keyPath: [...server.keyPath, "headers", name.value],
						span: name.span,
						message,
					});
			return;
		}
		for (const { words } of bridges(server))
			for (const word of words) {
				const header = /^(?:--header=)?["']?(authorization)\s{0,4}:/i.exec(word.text);
				if (header === null) continue;
				const start = header[0].toLowerCase().indexOf("authorization");
				yield onWord(
					{ id: "static-bearer", severity: "info" },
					server,
					document,
					partOfWord(word, start, start + "authorization".length),
					message,
				);
			}
	},
};

function signInServer(server: ServerEntry, host: HostId): WellKnownServer | null {
	for (const { address } of remoteAddresses(server)) {
		const known = SIGN_IN_SERVERS.find(({ hosts }) =>
			hosts.some((each) => (each.startsWith(".") ? address.host.endsWith(each) : address.host === each)),
		);
		if (known !== undefined && (known.signInWith === null || known.signInWith.includes(host))) return known;
	}
	return null;
}
