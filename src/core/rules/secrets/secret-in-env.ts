// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { HOSTS } from "../../config/hosts.ts";
import { launchProblem } from "../../launch/launchable.ts";
import { detectSecrets } from "../../secrets/detector.ts";
import type { Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { secretFinding } from "./secret-finding.ts";
import { isWorkingFolder } from "./working-folder.ts";

export const secretInEnv: Rule = {
	id: "secret-in-env",
	title: "Credential in an environment variable",
	help: "Whoever reads the file, a backup of it or its history has the credential. Move it into the keychain, and have the provider issue a new one.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A credential among the variables (`env`) of a local server: a token of a format that a provider is known for, a password or random text under a name that means a secret, a credential inside a URL, a header, JSON or a connection string. Placeholders (`YOUR_TOKEN`), references (`${env:TOKEN}`, `keychain://…`) and values that providers print in their manuals are left alone. Random text that nothing else gives away is a hint.",
		matters:
			"Config files are committed, synchronised, backed up and pasted into bug reports, and every program that you run can read them. A token that was in a file for a day has to be taken as known.",
		remedy:
			"Run `sallyport fix`, or take *Move secret to the OS keychain* in the editor: the value goes into the keychain, a reference takes its place, and the server starts through Sallyport, which alone resolves it. Then have the provider issue a new one: the old value lives on in git, in local history and in backups.",
		example: {
			before: [
				'"github": {',
				'  "command": "npx",',
				'  "args": ["-y", "@modelcontextprotocol/server-github@2025.4.8"],',
				'  "env": { "GITHUB_TOKEN": "ghp_…" }',
				"}",
			].join("\n"),
			after: [
				'"github": {',
				'  "command": "${userHome}/.sallyport/bin/sallyport",',
				'  "args": ["run", "--name", "github", "--", "npx", "-y", "@modelcontextprotocol/server-github@2025.4.8"],',
				'  "env": { "GITHUB_TOKEN": "keychain://github/GITHUB_TOKEN" }',
				"}",
			].join("\n"),
		},
	},
	only: "stdio",
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		// Only the launcher resolves a reference: where it cannot stand in front, none may take the secret's place.
		let launchable: boolean | null = null;
		for (const { name, value } of server.env) {
			if (isWorkingFolder(name.value, value.value)) continue;
			for (const detection of detectSecrets(name.value, value.value)) {
				launchable ??= HOSTS[document.host].starts && server.unambiguous && launchProblem(server) === null;
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
