import { detectSecrets } from "../secrets/detector.ts";
import type { Rule } from "./finding.ts";
import { quoted } from "./places.ts";
import { secretFinding } from "./secret-finding.ts";

export const secretInHeader: Rule = {
	id: "secret-in-header",
	title: "Credential in a header",
	help: "Whoever reads the file has the credential. Use the host's own variable for it, or let the server log in with OAuth, and have the provider issue a new one.",
	*checkServer(server, document) {
		if (server.kind !== "http") return;
		for (const { name, value } of server.headers) {
			for (const detection of detectSecrets(name.value, value.value)) {
				yield secretFinding(document, value, detection, {
					ruleId: "secret-in-header",
					server: server.name.value,
					keyPath: [...server.keyPath, "headers", name.value],
					holder: quoted(name.value),
					remedy: "Take it out of the file, then rotate it.",
					slot: null,
				});
			}
		}
	},
};
