import { classifyKey } from "../secrets/keys.ts";
import { slice } from "../text.ts";
import { IGNORE_KEY } from "./entry.ts";
import type { Host } from "./hosts/host.ts";
import type { AliasBudget } from "./merges.ts";
import type { Located, Setting } from "./server.ts";
import { isStringNode, keyText, locate, spanOf, type TreeNode } from "./tree.ts";

/** An entry while its file is read. */
export interface Owner {
	readonly name: string;
	readonly settings: Setting[];
}

interface Walk {
	readonly text: string;
	readonly host: Host;
	/** What the fields of servers hold. */
	readonly taken: ReadonlySet<TreeNode>;
	readonly owners: ReadonlyMap<TreeNode, Owner>;
	readonly aliases: AliasBudget;
	/** Is told of the first value that is one too many. */
	readonly tooMany: (node: TreeNode, most: number) => void;
}

/** Of a file of any size that is one for people; what a host keeps for itself is not counted. */
function mostSettings(text: string): number {
	return 10_000 + (text.length >> 6);
}

/** Every value that no field of a server holds, as far as anybody would write. Hands each entry its own, too. */
export function settingsIn(roots: readonly TreeNode[], walk: Walk): Setting[] {
	const found: Setting[] = [];
	const most = mostSettings(walk.text);
	let isFull = false;
	const { text, host, taken, owners, aliases } = walk;
	const visit = (node: TreeNode, path: readonly (string | number)[], key: TreeNode | null, outer: Owner | null): void => {
		if (isFull) return;
		const owner = owners.get(node) ?? outer;
		if (node.children !== undefined && node.children.length > 0) {
			if (node.type === "object")
				for (const { children } of node.children) {
					const own = children?.[0];
					const value = children?.[1];
					if (own !== undefined && value !== undefined && !taken.has(value)) visit(value, [...path, keyText(own)], own, owner);
				}
			if (node.type === "array")
				node.children.forEach((child, i) => {
					if (!taken.has(child)) visit(child, [...path, i], key, owner);
				});
			return;
		}
		if (owner === null && !isRead(path, host)) return;
		const shown = node.type === "alias" ? scalarBehind(node, aliases) : node;
		if (shown === null) return;
		if (found.length >= most) {
			isFull = true;
			walk.tooMany(node, most);
			return;
		}
		const setting: Setting = {
			keyPath: path,
			server: owner?.name ?? null,
			key: key !== null && isStringNode(key) ? locate(text, key) : null,
			kind: kindOf(shown),
			value: isStringNode(shown) ? locate(text, shown) : rawValue(text, shown),
		};
		found.push(setting);
		owner?.settings.push(setting);
	};
	for (const root of roots) visit(root, [], null, null);
	return found;
}

/** Whether a value outside of any entry is looked at. */
function isRead(path: readonly (string | number)[], host: Host): boolean {
	if (path[0] === IGNORE_KEY) return true;
	if (host.holdsState) return false;
	if (!host.mixed) return true;
	return (
		namesSecret(path) ||
		host.alsoReads.some((keys) => begins(path, keys)) ||
		host.roots.some(({ path: keys }) => keys.length > 0 && begins(path, keys)) ||
		host.switches.some(({ from, path: keys }) => from === "file" && keys.length === path.length && begins(path, keys))
	);
}

/** A key that means a password or a token says so in any part of a file: `models[].apiKey`, `http_headers.Authorization`. */
function namesSecret(path: readonly (string | number)[]): boolean {
	const kind = classifyKey(path.findLast((key) => typeof key === "string") ?? null);
	return kind === "secret" || kind === "password";
}

function begins(path: readonly (string | number)[], keys: readonly string[]): boolean {
	return keys.every((key, i) => i < path.length && (key === "*" || key === String(path[i])));
}

/** Null: it stands for an object or a list, whose values are looked at where they are, or for nothing. */
function scalarBehind({ target }: TreeNode, aliases: AliasBudget): TreeNode | null {
	aliases.left--;
	return target === undefined || target.children !== undefined || aliases.left < 0 ? null : target;
}

function kindOf({ type }: TreeNode): Setting["kind"] {
	return type === "string" || type === "number" || type === "boolean" || type === "null" ? type : "empty";
}

function rawValue(text: string, node: TreeNode): Located<string> {
	const span = spanOf(node);
	return { value: slice(text, span), span, outer: span, writing: "raw" };
}
