import type { Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { onWord } from "./complain.ts";
import { type FetchedPackage, fetchedPackages } from "./fetched-package.ts";
import { imitatedPackage } from "./lookalike.ts";
import { pinnablePackage } from "./package-version.ts";

export const lookalikePackage: Rule = {
	id: "lookalike-package",
	title: "Package that is nearly named like a well-known one",
	help: "The name is a letter away from a well-known server's. Whoever publishes under it counts on slips. Check the name.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A package whose name differs from that of a well-known MCP server by a slip: two letters swapped, one left out or doubled, one that looks like another, a hyphen less, or a scope that is nearly the official one. The well-known names themselves, and names that are clearly something else, are left alone.",
		matters:
			"Names like these are published on purpose, and wait for whoever mistypes or copies without looking. The package runs as you, with the tokens that the entry hands it.",
		remedy:
			"Compare the name with the server's own page, and correct it. Where the package really is the one that you want, ignore the finding and say so.",
		example: {
			before: '"args": ["-y", "@modelcontextprotocol/server-filesytem@1.0.0"]',
			after: '"args": ["-y", "@modelcontextprotocol/server-filesystem@2025.8.21"]',
		},
	},
	only: "stdio",
	mayConcern: (_, server) => server.kind === "stdio" && fetchedPackages(server).some((fetched) => imitatedBy(fetched) !== null),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const fetched of fetchedPackages(server)) {
			const known = imitatedBy(fetched);
			if (known === null) continue;
			const message = `The name is nearly that of ${quoted(known)}, and is not it. Check what you meant.`;
			yield onWord({ id: "lookalike-package", severity: "warning" }, server, document, fetched.place, message);
		}
	},
};

/** The well-known package that this one imitates; null for any other. */
export function imitatedBy(fetched: FetchedPackage): string | null {
	const name = pinnablePackage(fetched)?.name;
	return name === undefined ? null : imitatedPackage(name, fetched.registry);
}
