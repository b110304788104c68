import { launchHolds } from "../entry-texts.ts";
import { newFinding, type Rule } from "../finding.ts";
import { argumentPaths } from "../places.ts";
import { fetchedPackages } from "../supply/fetched-package.ts";
import { partOfWord, wordSpan } from "../supply/word.ts";

export const vulnerableBridge: Rule = {
	id: "vulnerable-bridge",
	title: "Bridge with a known hole",
	help: "A remote server can run commands on your machine through this version. Name a newer one.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A version of a program between host and server that is known to let the other side run commands: `mcp-remote` from 0.0.5 to 0.1.15 (CVE-2025-6514), `@modelcontextprotocol/inspector` before 0.14.1 (CVE-2025-49596).",
		matters:
			"With these versions it is enough to connect: a hostile server, or whoever stands in for it, answers with an address for the sign-in that is run as a command. The inspector takes commands from any page in your browser.",
		remedy: "Name a newer version, exactly.",
		example: {
			before: '"args": ["-y", "mcp-remote@0.1.14", "https://mcp.example.com/mcp"]',
			after: '"args": ["-y", "mcp-remote@0.1.18", "https://mcp.example.com/mcp"]',
		},
	},
	only: "stdio",
	mayConcern: launchHolds(["mcp-remote@", "inspector@"]),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		const pathOf = argumentPaths(server);
		for (const { text, place, start } of fetchedPackages(server)) {
			const at = text.lastIndexOf("@");
			const hole = at > 0 ? HOLES.find(({ name }) => name === text.slice(0, at)) : undefined;
			const version = versionOf(text.slice(at + 1));
			if (hole === undefined || version === null || compare(version, hole.from) < 0 || compare(version, hole.mended) >= 0) continue;
			const from = Math.max(0, start - place.from) + at + 1;
			yield newFinding({
				ruleId: "vulnerable-bridge",
				severity: "warning",
				server: server.name.value,
				keyPath: pathOf(place.argument),
				span: wordSpan(document, partOfWord(place, from, from + text.length - at - 1)),
				message: `This version of ${hole.name} lets others run commands here (${hole.advisory}). Name ${hole.mended.join(".")} or a newer one.`,
			});
		}
	},
};

type Version = readonly [number, number, number];

const HOLES: readonly { readonly name: string; readonly from: Version; readonly mended: Version; readonly advisory: string }[] = [
	{ name: "mcp-remote", from: [0, 0, 5], mended: [0, 1, 16], advisory: "CVE-2025-6514" },
	{ name: "@modelcontextprotocol/inspector", from: [0, 0, 0], mended: [0, 14, 1], advisory: "CVE-2025-49596" },
];

/** Null for a tag, a range, and anything else that may mean several versions. */
function versionOf(text: string): Version | null {
	const match = /^v?(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:[-+][\w.+-]{0,40})?$/.exec(text);
	return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function compare(a: Version, b: Version): number {
	return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
