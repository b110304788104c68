// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument } from "../../config/server.ts";
import { detectSecrets } from "../../secrets/detector.ts";
import type { Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { secretFinding } from "./secret-finding.ts";

export const secretInHeader: Rule = {
	id: "secret-in-header",
	title: "Credential in a header",
	help: "Whoever reads the file has the credential. Use the host's own variable for it, or let the server log in with OAuth, and have the provider issue a new one.",
	defaultSeverity: "warning",
	documentation: {
		finds: "A credential among the `headers` of a remote server, with or without `Bearer` in front.",
		matters:
			"The file is read by more people and programs than the header is meant for, and a bearer token works for whoever has it, from anywhere.",
		remedy:
			"Use the host's own way to fill a value in (`${input:…}` in VS Code, `${env:…}` in VS Code and Cursor, `${NAME}` in Claude Code; Codex takes the name of a variable in `bearer_token_env_var` and `env_http_headers`), or remove the header and let the server ask for a sign-in, where it can; in a host that fills nothing in here, as Gemini CLI and Claude Desktop, that is the only way. Then have the provider issue a new credential.",
		example: {
			before: ['"search": {', '  "url": "https://mcp.example.com/mcp",', '  "headers": { "Authorization": "Bearer …" }', "}"].join("\n"),
			after: [
				'"search": {',
				'  "url": "https://mcp.example.com/mcp",',
				'  "headers": { "Authorization": "Bearer ${env:SEARCH_TOKEN}" }',
				"}",
			].join("\n"),
		},
	},
	only: "http",
	*checkServer(server, document) {
		if (server.kind !== "http") return;
		for (const { name, value } of server.headers) {
			for (const detection of detectSecrets(name.value, value.value)) {
				yield secretFinding(document, value, detection, {
					ruleId: "secret-in-header",
					server: server.name.value,
					keyPath: [...server.keyPath, "headers", name.value],
					holder: quoted(name.value),
					remedy: remedyIn(document),
					slot: null,
				});
			}
		}
	},
};

/** What the host itself offers in place of a credential in a header. */
function remedyIn({ host }: ConfigDocument): string {
	if (host === "codex") return "Name a variable that holds it in bearer_token_env_var or env_http_headers, then rotate it.";
	const { variables } = HOSTS[host];
	return variables === "none" || variables === "gemini"
		? "Take it out of the file and have the host sign you in, then rotate it."
		: "Take it out of the file, then rotate it.";
}
