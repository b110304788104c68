import { HOSTS } from "../../config/hosts.ts";
import type { Setting } from "../../config/server.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";
import { listItems, memberOf, ofPermission } from "./grants.ts";

export const contradictoryTools: Rule = {
	id: "contradictory-tools",
	title: "Tool that is both let in and kept out",
	help: "One of the two lists is not what somebody meant. Take the tool off the list that is wrong.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"A tool that stands in a list of tools to offer, or to call without asking, and in one of tools to keep out, in the same entry or in the same permissions.",
		matters:
			"In the hosts that are known the list that keeps out wins, so the other one says something that is not so. Whoever mends the wrong one lets the tool in.",
		remedy: "Take the tool off the list that is wrong.",
		example: {
			before: '"files": { "command": "files-server", "includeTools": ["read", "write"], "excludeTools": ["write"] }',
			after: '"files": { "command": "files-server", "includeTools": ["read"], "excludeTools": ["write"] }',
		},
	},
	mayConcern: (_, server, { host }) => server.settings.some((setting) => HOSTS[host].tools.deny.includes(memberOf(server, setting))),
	*checkServer(server, document) {
		const { allow, deny, unattended } = HOSTS[document.host].tools;
		const letIn = new Set([...allow, ...unattended]);
		const items = listItems(server);
		const keptOut = items.filter((item) => deny.includes(memberOf(server, item)));
		yield* both(
			items.filter((item) => letIn.has(memberOf(server, item))),
			keptOut,
		);
	},
	mayConcernFile: ({ settings }) => settings.some(({ keyPath }) => keyPath[0] === "permissions"),
	*checkDocument({ settings }) {
		const ofList = (name: string): readonly Setting[] =>
			settings.filter(
				({ keyPath, value }) =>
					keyPath[0] === "permissions" && keyPath[1] === name && keyPath.length === 3 && ofPermission(value.value) !== null,
			);
		yield* both(ofList("allow"), ofList("deny"));
	},
};

function* both(letIn: readonly Setting[], keptOut: readonly Setting[]): Iterable<Finding> {
	const out = new Map(keptOut.map((item) => [item.value.value, item]));
	for (const { value, keyPath, server } of letIn) {
		const other = out.get(value.value);
		if (other === undefined) continue;
		yield newFinding({
			ruleId: "contradictory-tools",
			severity: "info",
			server,
			keyPath,
			span: value.span,
			message: `${quoted(value.value)} is let in here and kept out by another list, which wins. Take it off one of them.`,
			related: [{ span: other.value.span, message: "It is kept out here." }],
		});
	}
}
