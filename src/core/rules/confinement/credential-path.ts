import type { ConfigDocument, StdioServer } from "../../config/server.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { readLaunch } from "../supply/command-line.ts";
import { onWord } from "../supply/complain.ts";
import { containerRun } from "../supply/container-run.ts";
import { credentialPlace } from "./credential-places.ts";
import { MAY_REACH, reachedPaths } from "./reached-paths.ts";

export const credentialPath: Rule = {
	id: "credential-path",
	title: "Keys and passwords in a server's reach",
	help: "The server, and through it the model, can read what other programs log in with. Take the folder away, and hand over the one value that the server needs.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A mount of a container, or a folder of a file server, where programs keep credentials: `~/.ssh`, `~/.gnupg`, keyrings, wallets, browser profiles, `.netrc`, `.git-credentials`. As information the credentials of one cloud or registry, which a server for it may need, files of variables (`.env`), and a file of variables from outside of the workspace.",
		matters:
			"A text that misleads the model is enough to have a key read and sent away, and a key opens far more than the server's own work.",
		remedy:
			"Remove the path. Hand over the one value that the server needs as a variable with a secret reference, best of an account with few rights. Behind Sallyport such places stay closed whatever is granted.",
		example: {
			before: '"args": ["run", "-i", "--rm", "-v", "/home/me/.ssh:/root/.ssh:ro", "example/git-mcp:1.4.0"]',
			after: '"args": ["run", "-i", "--rm", "-e", "GIT_TOKEN", "example/git-mcp:1.4.0"]',
		},
	},
	only: "stdio",
	mayConcern: (texts, server) => (server.kind === "stdio" && server.envFile !== null) || MAY_REACH(texts),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const { word, path } of reachedPaths(server)) {
			const place = credentialPlace(path);
			if (place === null) continue;
			const message = `This gives the server ${place.holds}. Take it away, and hand over the one value that it needs.`;
			yield onWord({ id: "credential-path", severity: place.severity }, server, document, word, message);
		}
		yield* variableFiles(server, document);
	},
};

const OUTSIDE =
	"This file of variables lies outside of the workspace: all that stands in it reaches the server. Name the variables that it needs.";

function* variableFiles(server: StdioServer, document: ConfigDocument): Iterable<Finding> {
	const { envFile } = server;
	if (envFile !== null && isOutside(envFile.value))
		yield newFinding({
			ruleId: "credential-path",
			severity: "info",
			server: server.name.value,
			keyPath: [...server.keyPath, "envFile"],
			span: envFile.span,
			message: OUTSIDE,
		});
	for (const line of readLaunch(server).lines)
		for (const { name, value, word } of containerRun(line)?.options ?? [])
			if (name === "env-file" && isOutside(value))
				yield onWord({ id: "credential-path", severity: "info" }, server, document, word, OUTSIDE);
}

/** A file in the home folder itself or above the workspace; a path that only the machine knows may be anywhere. */
function isOutside(path: string): boolean {
	const plain = path.replace(/\\/g, "/");
	return (
		/^(?:~|\$HOME|\$\{(?:HOME|userHome|env:HOME|env:USERPROFILE)\}|%USERPROFILE%|\/home\/[^/]+|\/Users\/[^/]+|[A-Za-z]:\/Users\/[^/]+)\/[^/]+$/i.test(
			plain,
		) ||
		/^(?:\$\{workspaceFolder\}\/)?(?:\.\/)?\.\.\//.test(plain) ||
		/^\/etc\//.test(plain)
	);
}
