import { detectSecrets } from "../secrets/detector.ts";
import type { Rule } from "./finding.ts";
import { secretFinding } from "./secret-finding.ts";

export const secretInUrl: Rule = {
	id: "secret-in-url",
	title: "Credential in a URL",
	help: "URLs end up in logs and histories on both sides. Send the credential in a header that the host fills in, and have the provider issue a new one.",
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
