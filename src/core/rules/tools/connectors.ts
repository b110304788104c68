import type { ConfigDocument, Setting } from "../../config/server.ts";
import type { Grant } from "./grants.ts";

/** An item of the `tools` of a request to an API that connects to MCP servers itself. */
export interface Connector {
	readonly kind: "claude" | "openai";
	readonly settings: readonly Setting[];
	/** The value at a path within the item; null: there is none, or it is no plain value. */
	at(...path: readonly (string | number)[]): Setting | null;
	/** True when anything stands below a path. */
	has(...path: readonly (string | number)[]): boolean;
}

/** True for what is sent to an API, which connects to servers itself. */
export function mayConnect({ host }: ConfigDocument): boolean {
	return host === "claude-api" || host === "openai-api";
}

/** In order; none in any file that is no such request. Linear in the settings. */
export function connectorsIn(document: ConfigDocument): readonly Connector[] {
	if (!mayConnect(document)) return [];
	const items = new Map<string | number, Setting[]>();
	for (const setting of document.settings) {
		const [first, index] = setting.keyPath;
		if (first !== "tools" || index === undefined) continue;
		const known = items.get(index);
		if (known === undefined) items.set(index, [setting]);
		else known.push(setting);
	}
	return [...items.values()].flatMap((settings) => {
		const type = settings.find(({ keyPath }) => keyPath.length === 3 && keyPath[2] === "type")?.value.value;
		const kind = type === "mcp_toolset" ? "claude" : type === "mcp" ? "openai" : null;
		return kind === null ? [] : [connector(kind, settings)];
	});
}

function connector(kind: Connector["kind"], settings: readonly Setting[]): Connector {
	const below = (path: readonly (string | number)[]): readonly Setting[] =>
		settings.filter(({ keyPath }) => path.every((key, i) => keyPath[i + 2] === key));
	return {
		kind,
		settings,
		at: (...path) => below(path).find(({ keyPath }) => keyPath.length === path.length + 2) ?? null,
		has: (...path) => below(path).length > 0,
	};
}

/** Tools that a request names and has called without asking. */
export function* connectorGrants(document: ConfigDocument): Iterable<Grant> {
	for (const each of connectorsIn(document)) {
		if (each.kind !== "openai") continue;
		const never = each.at("require_approval")?.value.value === "never";
		for (const setting of each.settings) {
			const [, , first, second, third] = setting.keyPath;
			const named =
				(never && first === "allowed_tools" && (typeof second === "number" || second === "tool_names")) ||
				(first === "require_approval" && second === "never" && third === "tool_names");
			if (named && setting.kind === "string") yield { of: "tool", tool: setting.value.value, setting, list: setting.key, heeded: true };
		}
	}
}
