import { HOSTS, matchHost } from "../../config/hosts.ts";
import type { ConfigDocument, Located, ServerEntry, Setting } from "../../config/server.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";

export const wrongTransport: Rule = {
	id: "wrong-transport",
	title: "Type that does not fit the rest of the entry",
	help: "Hosts differ on whether the type counts or what else the entry says. Write the type that fits, or none.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"An entry whose `type` (or `transport`) says that it is remote and that has a `command`, or that says it is local and has a `url`. An entry with both a command and a URL is told by `invalid-config`. For information: a URL without a type in Claude Code's files, and any URL in `claude_desktop_config.json`.",
		matters:
			"One host starts the program, another looks for an address, a third skips the entry: what was looked at is not what runs. Claude Code skips a URL without a type, Claude Desktop every entry without a command, mostly without a word.",
		remedy:
			"Write `stdio` for a command and `http` for a URL, or leave the type out where the host allows it. Claude Desktop takes addresses in its settings, as connectors.",
		example: {
			before: '"notes": { "type": "http", "command": "notes-server" }',
			after: '"notes": { "type": "stdio", "command": "notes-server" }',
		},
	},
	mayConcern: (_, server, { host }) =>
		server.settings.some((setting) => isOther(setting, server)) || (server.kind === "http" && HOSTS[host].remote !== "known"),
	*checkServer(server, document) {
		const skipped = skippedUrl(server, document);
		if (skipped !== null) yield skipped;
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

/** What is to be said of a URL that this host passes over; null: it does not, or other programs read a file of this name. */
function skippedUrl(server: ServerEntry, { host, file }: ConfigDocument): Finding | null {
	const { remote, title } = HOSTS[host];
	// Visual Studio reads the same file, and has `servers`.
	if (server.kind !== "http" || remote === "known" || matchHost(file) !== host || server.keyPath[0] === "servers") return null;
	if (remote === "typed" && server.keys.some(({ value }) => value === "type")) return null;
	const key = urlKey(server);
	if (key === undefined) return null;
	return newFinding({
		ruleId: "wrong-transport",
		severity: "info",
		server: server.name.value,
		keyPath: [...server.keyPath, key.value],
		span: key.span,
		message:
			remote === "typed"
				? `Claude Code skips a server that has a URL and no type. Write "type": "${/\/sse\/?$/i.test(server.url.value) ? "sse" : "http"}".`
				: `${title} only starts programs from this file, and skips this server. Add its address as a connector, in its settings.`,
	});
}

function urlKey({ keys }: ServerEntry): Located<string> | undefined {
	return keys.find(({ value }) => value === "url");
}

/** True for a value that says the entry is of the other kind. */
function isOther(setting: Setting, server: ServerEntry): boolean {
	return isType(setting, server) && (server.kind === "stdio" ? REMOTE : LOCAL).test(setting.value.value);
}

function isType({ kind, keyPath }: Setting, server: ServerEntry): boolean {
	const last = keyPath.at(-1);
	return kind === "string" && keyPath.length === server.keyPath.length + 1 && (last === "type" || last === "transport");
}
