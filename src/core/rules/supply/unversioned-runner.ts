import type { Rule } from "../finding.ts";
import { onWord } from "./complain.ts";
import { isDisguised } from "./disguised-name.ts";
import { fetchedPackages } from "./fetched-package.ts";
import { imitatedBy } from "./lookalike-package.ts";
import { packageComplaint, pinnablePackage } from "./package-version.ts";

export const unversionedRunner: Rule = {
	id: "unversioned-runner",
	title: "Package without a version",
	help: "What runs is chosen by whoever publishes the package. Name an exact version; sallyport allow also keeps the very files.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"A package that `npx`, `bunx`, `pnpm dlx`, `yarn dlx`, `uvx`, `pipx run`, `deno run npm:…` and their like fetch without an exact version, also beside the one that is run (`uv run --with …`): none at all, a tag such as `latest`, or a range. Also behind `cmd /c`, `env` and in the line of a shell.",
		matters:
			"A new release runs on your machine the moment it is published, by its author or by whoever took over the account. The same entry starts different code for everyone in a team.",
		remedy:
			"Name the version that you use now; *Pin package version* in the editor looks it up. Behind Sallyport a version is installed once, with its hashes, and only those very files are started again.",
		example: {
			before: '"args": ["-y", "@modelcontextprotocol/server-github@latest"]',
			after: '"args": ["-y", "@modelcontextprotocol/server-github@2025.4.8"]',
		},
	},
	only: "stdio",
	mayConcern: (_, server) => server.kind === "stdio" && fetchedPackages(server).length > 0,
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const fetched of fetchedPackages(server)) {
			const message = packageComplaint(fetched);
			// Nobody shall pin what pretends to be something else.
			if (message === null || imitatedBy(fetched) !== null || isDisguised(fetched.text)) continue;
			// A part of a line for a shell has quotes of its own, which an edit would have to respect.
			const isWhole = fetched.place.to - fetched.place.from === fetched.word.value.length;
			const fixable = server.unambiguous && isWhole && pinnablePackage(fetched) !== null;
			yield onWord(
				{ id: "unversioned-runner", severity: "info" },
				server,
				document,
				fetched.place,
				message,
				fixable ? ["pin-version"] : [],
			);
		}
	},
};
