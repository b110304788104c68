import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, Located, ServerEntry, Setting } from "../../config/server.ts";

/** What a file lets be called without asking anybody. */
export interface Grant {
	/** Which tools: every one of every server, every one of one server, or those of a name (in which `*` may stand). */
	readonly of: "every-server" | "server" | "tool";
	/** The tool's name; empty unless `of` says so. */
	readonly tool: string;
	readonly setting: Setting;
	/** The key that holds the list; null where there is none. */
	readonly list: Located<string> | null;
	/** False: this host does not read that key, and another one does. */
	readonly heeded: boolean;
}

/** Every key that some host takes for a list of tools to call without asking. */
const EVERY_UNATTENDED: ReadonlySet<string> = new Set(Object.values(HOSTS).flatMap(({ tools }) => tools.unattended));

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

/** What lists of permissions outside of any entry say of tools of MCP servers. */
export function* grantsIn(document: ConfigDocument): Iterable<Grant> {
	const keptOut = new Set(
		document.settings
			.filter(({ keyPath, kind }) => keyPath.length === 3 && keyPath[0] === "permissions" && keyPath[1] === "deny" && kind === "string")
			.map(({ value }) => value.value),
	);
	for (const setting of document.settings) {
		if (setting.server !== null || setting.kind !== "string" || isKeptOut(setting.value.value, keptOut)) continue;
		const read = readerFor(setting.keyPath);
		const permission = read?.(setting.value.value.trim()) ?? null;
		if (permission !== null) yield { ...permission, setting, list: setting.key, heeded: true };
	}
}

/** True when the tool itself, its server or every server is denied: that wins over what is allowed. */
function isKeptOut(permission: string, keptOut: ReadonlySet<string>): boolean {
	if (keptOut.size === 0) return false;
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
	if (keyPath.length === 3 && first === "permissions" && second === "allow") return ofUnderscores;
	if (keyPath.length !== 2) return null;
	if (first === "mcpAllowlist") return ofColon;
	return first === "allowedTools" ? ofAt : null;
}

/** `mcp__server__tool`, `mcp__server`, `mcp__*`. Null: it is about no MCP server. */
export function ofUnderscores(text: string): Permission | null {
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

function permission(server: string, tool: string): Permission | null {
	if (server === "" || tool === "") return null;
	if (!isEverything(tool)) return { of: "tool", tool };
	return { of: isEverything(server) ? "every-server" : "server", tool: "" };
}
