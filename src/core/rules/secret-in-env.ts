import { detectSecrets } from "../secrets/detector.ts";
import type { Rule } from "./finding.ts";
import { quoted } from "./places.ts";
import { secretFinding } from "./secret-finding.ts";

export const secretInEnv: Rule = {
	id: "secret-in-env",
	title: "Credential in an environment variable",
	help: "Whoever reads the file, a backup of it or its history has the credential. Move it into the keychain, and have the provider issue a new one.",
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const { name, value } of server.env) {
			for (const detection of detectSecrets(name.value, value.value)) {
				yield secretFinding(document, value, detection, {
					ruleId: "secret-in-env",
					server: server.name.value,
					keyPath: [...server.keyPath, "env", name.value],
					holder: quoted(name.value),
					remedy: "Move it into the keychain, then rotate it.",
					// A slot is addressed by its name; where the entry is read in two ways, nothing is edited.
					slot: server.unambiguous && isEnvName(name.value) ? `env:${name.value}` : null,
				});
			}
		}
	},
};

function isEnvName(name: string): boolean {
	return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
