import { isWaiting, type Server, type ServerState } from "../servers/model.ts";

/** What the status bar says of a workspace's servers. */
export interface Status {
	readonly state: ServerState;
	/** With an icon in front. */
	readonly text: string;
	/** For a screen reader: one sentence. */
	readonly spoken: string;
	/** True: something is wrong, and a colour says so. */
	readonly warns: boolean;
	/** One a server, the worst first. Names are from outside. */
	readonly lines: readonly { readonly icon: string; readonly name: string; readonly says: string }[];
}

const WORST_FIRST: readonly ServerState[] = ["refused", "drifted", "unguarded", "guarded", "remote"];

const ICONS: Readonly<Record<ServerState, string>> = {
	refused: "circle-slash",
	drifted: "git-compare",
	unguarded: "unlock",
	guarded: "shield",
	remote: "cloud",
};

const WORDS: Readonly<Record<ServerState, string>> = {
	refused: "refused",
	drifted: "changed",
	unguarded: "unguarded",
	guarded: "guarded",
	remote: "remote",
};

/** Null: there are no servers. */
export function statusOf(servers: readonly Server[]): Status | null {
	const ordered = WORST_FIRST.flatMap((state) => servers.filter((server) => server.state === state));
	const worst = ordered[0];
	if (worst === undefined) return null;
	const { state } = worst;
	const alike = ordered.filter((server) => server.state === state);
	const word = alike.every(isWaiting) ? "to approve" : WORDS[state];
	const calm = state === "guarded" || state === "remote";
	return {
		state,
		text: `$(${ICONS[state]}) MCP${calm ? "" : `: ${alike.length} ${word}`}`,
		spoken: `MCP servers: ${alike.length} of ${servers.length} ${word}`,
		warns: state === "drifted" || (state === "refused" && !alike.every(isWaiting)),
		lines: ordered.map((server) => ({ icon: ICONS[server.state], name: server.name, says: describe(server) })),
	};
}

function describe(server: Server): string {
	const running = server.running === 0 ? "" : `, ${server.running === 1 ? "running" : `running ${server.running} times`}`;
	return `${explain(server)}${running}`;
}

function explain(server: Server): string {
	const { state, refusal, tools } = server;
	const all = tools ?? [];
	switch (state) {
		case "refused":
			if (isWaiting(server)) return "not approved yet";
			return refusal === null ? "would be refused" : `would be refused: ${refusal.message.replace(/\.$/, "")}`;
		case "drifted": {
			const changed = all.filter((tool) => tool.state === "changed").length;
			return changed === 1 ? "a tool is not what you approved" : "tools are not what you approved";
		}
		case "unguarded":
			return "starts without Sallyport";
		case "guarded":
			return tools === null ? "guarded" : `guarded, ${all.filter((tool) => tool.state === "allowed").length} of ${all.length} tools`;
		case "remote":
			return "remote: Sallyport does not start it";
	}
}
