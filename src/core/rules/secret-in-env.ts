import { launchProblem } from "../launch/launchable.ts";
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
		// Only the launcher resolves a reference: where it cannot stand in front, none may take the secret's place.
		const launchable = server.unambiguous && launchProblem(server) === null;
		for (const { name, value } of server.env) {
			for (const detection of detectSecrets(name.value, value.value)) {
				const movable = launchable && isEnvName(name.value) && !insideVariable(value.value, detection.start);
				yield secretFinding(document, value, detection, {
					ruleId: "secret-in-env",
					server: server.name.value,
					keyPath: [...server.keyPath, "env", name.value],
					holder: quoted(name.value),
					remedy: movable ? "Move it into the keychain, then rotate it." : "Take it out of the file, then rotate it.",
					slot: movable ? `env:${name.value}` : null,
				});
			}
		}
	},
};

/** The default of a host's variable (`${X:-here}`): braces in there would end it, so that a reference cannot stand in it. */
function insideVariable(text: string, at: number): boolean {
	const open = text.lastIndexOf("${", at);
	return open >= 0 && text.lastIndexOf("}", at) < open;
}

function isEnvName(name: string): boolean {
	return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
