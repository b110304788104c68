import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, Located, ServerEntry, Setting } from "../../config/server.ts";
import type { AnalysisContext } from "../finding.ts";
import { travels } from "../scope.ts";

/** What a file lets be called without asking anybody. */
export interface Grant {
	/** Which tools: every one of every server, every one of one server, or those of a name (in which `*` may stand). */
	readonly of: "every-server" | "server" | "tool";
	/** The tool's name; empty unless `of` says so. */
	readonly tool: string;
	readonly setting: Setting;
	/** The key that holds the list; null where it stands in none. */
	readonly list: Located<string> | null;
	/** False: this host does not read that key, and another one does. */
	readonly heeded: boolean;
}

/** Every key that some host takes for a list of tools to call without asking. */
const EVERY_UNATTENDED: ReadonlySet<string> = new Set(Object.values(HOSTS).flatMap(({ tools }) => tools.unattended));

/** False for an entry that has no list of tools to be called without asking, in no host's words. */
export function mayGrant(server: ServerEntry): boolean {
	return server.settings.some((setting) => EVERY_UNATTENDED.has(memberOf(server, setting)));
}

/** What an entry itself says, in its host's dialect or in another's. */
export function* grantsOf(server: ServerEntry, document: ConfigDocument): Iterable<Grant> {
	const { unattended: own, deny } = HOSTS[document.host].tools;
	const items = listItems(server);
	const keptOut = new Set(items.filter((item) => deny.includes(memberOf(server, item))).map(({ value }) => value.value));
	for (const setting of items) {
		const key = memberOf(server, setting);
		const heeded = own.includes(key);
		if (!heeded && !EVERY_UNATTENDED.has(key)) continue;
		const tool = setting.value.value.trim();
		// In every host that has both, what keeps out wins.
		if (keptOut.has(tool) || keptOut.has("*")) continue;
		const all = isEverything(tool);
		yield { of: all ? "server" : "tool", tool: all ? "" : tool, setting, list: setting.key, heeded };
	}
}

/** What permissions outside of any entry say of tools of MCP servers. */
export function* grantsIn(document: ConfigDocument, context: AnalysisContext): Iterable<Grant> {
	const keptOut = new Set(
		document.settings
			.filter(({ keyPath, kind }) => keyPath.length === 3 && keyPath[0] === "permissions" && keyPath[1] === "deny" && kind === "string")
			.map(({ value }) => value.value),
	);
	let servers: ReadonlySet<string> | null = null;
	for (const setting of document.settings) {
		if (setting.server !== null || setting.kind !== "string" || isKeptOut(setting.value.value, keptOut)) continue;
		const read = readerFor(setting.keyPath);
		if (read !== null) {
			const permission = read(setting.value.value.trim());
			if (permission !== null) yield { ...permission, setting, list: setting.key, heeded: true };
		} else if (setting.value.value === "allow") {
			servers ??= new Set(document.host === "opencode" ? document.servers.map(({ name }) => inToolName(name.value)) : []);
			const permission = ofAllowed(setting.keyPath, servers);
			// Zed reads them in a person's own file alone.
			const heeded = document.host !== "zed" || !travels(document, context);
			if (permission !== null) yield { ...permission, setting, list: null, heeded };
		}
	}
}

/** True when the tool itself, its server or every server is denied: that wins over what is allowed. */
function isKeptOut(permission: string, keptOut: ReadonlySet<string>): boolean {
	if (keptOut.size === 0) return false;
	const inCall = IN_CALL.exec(permission)?.[1];
	if (inCall !== undefined) {
		const at = inCall.indexOf(":");
		return [inCall, `${inCall.slice(0, at)}:*`, `*:${inCall.slice(at + 1)}`, "*:*"].some((each) => keptOut.has(`Mcp(${each})`));
	}
	const end = permission.startsWith("mcp__") ? permission.indexOf("__", "mcp__".length) : -1;
	const server = end < 0 ? permission : permission.slice(0, end);
	return [permission, server, `${server}__*`, "mcp__*"].some((each) => keptOut.has(each));
}

/** The items of an entry's lists. A single name in place of a list counts as one. */
export function listItems(server: ServerEntry): readonly Setting[] {
	const { length } = server.keyPath;
	return server.settings.filter(
		({ keyPath, kind }) =>
			kind === "string" && (keyPath.length === length + 1 || (keyPath.length === length + 2 && typeof keyPath.at(-1) === "number")),
	);
}

export function memberOf({ keyPath: { length } }: ServerEntry, { keyPath }: Setting): string {
	return String(keyPath[length]);
}

export function isEverything(tool: string): boolean {
	return /^\*+$/.test(tool);
}

type Permission = Pick<Grant, "of" | "tool">;

/** Null: nothing of the kind stands there. */
function readerFor(keyPath: Setting["keyPath"]): ((text: string) => Permission | null) | null {
	if (typeof keyPath.at(-1) !== "number") return null;
	const [first, second] = keyPath;
	if (keyPath.length === 3 && first === "permissions" && second === "allow") return ofPermission;
	if (keyPath.length !== 2) return null;
	if (first === "mcpAllowlist") return ofColon;
	return first === "allowedTools" ? ofAt : null;
}

/** An item of `permissions`, as Claude Code or Cursor's command line writes it. Null: it is about no MCP server. */
export function ofPermission(text: string): Permission | null {
	const inCall = IN_CALL.exec(text)?.[1];
	return inCall === undefined ? ofUnderscores(text) : ofColon(inCall);
}

/** `Mcp(server:tool)`. */
const IN_CALL = /^Mcp\(([^()]{1,300})\)$/;

/** `mcp__server__tool`, `mcp__server`, `mcp__*`. */
function ofUnderscores(text: string): Permission | null {
	const match = /^mcp__(.{1,300})$/.exec(text);
	if (match?.[1] === undefined || text.includes("(")) return null;
	const at = match[1].indexOf("__");
	return permission(at < 0 ? match[1] : match[1].slice(0, at), at < 0 ? "*" : match[1].slice(at + 2));
}

/** `server:tool`, either of which may be `*`. */
function ofColon(text: string): Permission | null {
	const at = text.indexOf(":");
	return at < 0 ? null : permission(text.slice(0, at), text.slice(at + 1));
}

/** `@server/tool`, `@server`. What the host itself brings is another matter. */
function ofAt(text: string): Permission | null {
	if (!text.startsWith("@") || /^@builtin(?:\/|$)/.test(text)) return null;
	const at = text.indexOf("/");
	return permission(text.slice(1, at < 0 ? undefined : at), at < 0 ? "*" : text.slice(at + 1));
}

/**
 * A tool that is allowed by a key of its own: `agent.tool_permissions.tools."mcp:server:tool".default` in Zed, and in opencode
 * `permission.server_tool`.
 *
 * @param servers of the file, as opencode writes them in front of their tools' names
 */
function ofAllowed(keyPath: Setting["keyPath"], servers: ReadonlySet<string>): Permission | null {
	const [first, second, third, name, last] = keyPath;
	if (keyPath.length === 5 && first === "agent" && second === "tool_permissions" && third === "tools" && last === "default")
		return typeof name === "string" && name.startsWith("mcp:") ? ofColon(name.slice("mcp:".length)) : null;
	if (keyPath.length !== 2 || first !== "permission" || typeof second !== "string" || second.length > LONGEST) return null;
	for (let at = second.indexOf("_"); at >= 0; at = second.indexOf("_", at + 1))
		if (servers.has(second.slice(0, at))) return permission(second.slice(0, at), second.slice(at + 1));
	return null;
}

/** Characters. No tool has a longer name. */
const LONGEST = 300;

function inToolName(server: string): string {
	return server.replace(/[^\w-]/g, "_");
}

function permission(server: string, tool: string): Permission | null {
	if (server === "" || tool === "") return null;
	if (!isEverything(tool)) return { of: "tool", tool };
	return { of: isEverything(server) ? "every-server" : "server", tool: "" };
}
