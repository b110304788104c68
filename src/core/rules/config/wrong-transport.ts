import type { ServerEntry, Setting } from "../../config/server.ts";
import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";

export const wrongTransport: Rule = {
	id: "wrong-transport",
	title: "Type that does not fit the rest of the entry",
	help: "Hosts differ on whether the type counts or what else the entry says. Write the type that fits, or none.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"An entry whose `type` (or `transport`) says that it is remote and that has a `command`, or that says it is local and has a `url`. An entry with both a command and a URL is told by `invalid-config`.",
		matters: "One host starts the program, another looks for an address, a third skips the entry: what was looked at is not what runs.",
		remedy: "Write `stdio` for a command and `http` for a URL, or leave the type out where the host allows it.",
		example: {
			before: '"notes": { "type": "http", "command": "notes-server" }',
			after: '"notes": { "type": "stdio", "command": "notes-server" }',
		},
	},
	mayConcern: (_, server) => server.settings.some((setting) => isOther(setting, server)),
	*checkServer(server) {
		const both = server.keys.filter(({ value }) => value === "command" || value === "url").length > 1;
		if (both) return;
		for (const setting of server.settings) {
			if (!isOther(setting, server)) continue;
			const says = setting.value.value;
			yield newFinding({
				ruleId: "wrong-transport",
				// Few hosts read it under that name.
				severity: setting.keyPath.at(-1) === "type" ? "warning" : "info",
				server: server.name.value,
				keyPath: setting.keyPath,
				span: setting.value.span,
				message: `The entry says ${quoted(says)} and has a ${server.kind === "stdio" ? "command" : "URL"}: hosts differ on which one counts.`,
			});
		}
	},
};

const REMOTE = /^(?:http|https|sse|streamable[-_]?http|http[-_]?stream|websocket|ws|remote)$/i;
const LOCAL = /^(?:stdio|local)$/i;

/** True for a value that says the entry is of the other kind. */
function isOther(setting: Setting, server: ServerEntry): boolean {
	return isType(setting, server) && (server.kind === "stdio" ? REMOTE : LOCAL).test(setting.value.value);
}

function isType({ kind, keyPath }: Setting, server: ServerEntry): boolean {
	const last = keyPath.at(-1);
	return kind === "string" && keyPath.length === server.keyPath.length + 1 && (last === "type" || last === "transport");
}
