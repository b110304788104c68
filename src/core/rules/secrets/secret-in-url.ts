// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { detectSecrets } from "../../secrets/detector.ts";
import type { Rule } from "../finding.ts";
import { secretFinding } from "./secret-finding.ts";

export const secretInUrl: Rule = {
	id: "secret-in-url",
	title: "Credential in a URL",
	help: "URLs end up in logs and histories on both sides. Send the credential in a header that the host fills in, and have the provider issue a new one.",
	defaultSeverity: "warning",
	documentation: {
		finds: "A credential in the address of a remote server: in its query, in front of its host, or in a segment of its path.",
		matters:
			"Besides the file, a URL is kept by proxies, servers' access logs, error reports and whatever shows where a program is connected to.",
		remedy:
			"Send the credential in a header that the host fills in from a variable, or let the server ask for a sign-in. Then have the provider issue a new one.",
		example: {
			before: '"search": { "url": "https://mcp.example.com/mcp?api_key=…" }',
			after: ['"search": {', '  "url": "https://mcp.example.com/mcp",', '  "headers": { "X-Api-Key": "${env:SEARCH_KEY}" }', "}"].join(
				"\n",
			),
		},
	},
	only: "http",
	*checkServer(server, document) {
		if (server.kind !== "http") return;
		for (const detection of detectSecrets(null, server.url.value)) {
			yield secretFinding(document, server.url, detection, {
				ruleId: "secret-in-url",
				server: server.name.value,
				keyPath: [...server.keyPath, "url"],
				holder: "The URL",
				remedy: "Take it out of the file, then rotate it.",
				slot: null,
			});
		}
	},
};
