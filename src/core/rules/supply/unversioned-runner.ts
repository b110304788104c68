import { newFinding, type Rule } from "../finding.ts";
import { argumentPaths } from "../places.ts";
import { fetchedPackages } from "./fetched-package.ts";
import { packageComplaint, pinnablePackage } from "./package-version.ts";

export const unversionedRunner: Rule = {
	id: "unversioned-runner",
	title: "Package without a version",
	help: "What runs is chosen by whoever publishes the package. Name an exact version; sallyport allow also keeps the very files.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"A package that `npx`, `bunx`, `pnpm dlx`, `yarn dlx`, `uvx`, `pipx run` and their like fetch without an exact version: none at all, a tag such as `latest`, a range, or a branch of a repository.",
		matters:
			"A new release runs on your machine the moment it is published, by its author or by whoever took over the account. The same entry starts different code for everyone in a team.",
		remedy:
			"Name the version that you use now; *Pin package version* in the editor looks it up. Behind Sallyport a version is installed once, with its hashes, and only those very files are started again.",
		example: {
			before: '"args": ["-y", "@modelcontextprotocol/server-github@latest"]',
			after: '"args": ["-y", "@modelcontextprotocol/server-github@2025.4.8"]',
		},
	},
	*checkServer(server) {
		if (server.kind !== "stdio") return;
		const pathOf = argumentPaths(server);
		for (const fetched of fetchedPackages(server)) {
			const message = packageComplaint(fetched);
			if (message === null) continue;
			yield newFinding({
				ruleId: "unversioned-runner",
				severity: "info",
				server: server.name.value,
				keyPath: pathOf(fetched.word),
				span: fetched.word.span,
				message,
				fixes: server.unambiguous && pinnablePackage(fetched) !== null ? ["pin-version"] : [],
			});
			return;
		}
	},
};
