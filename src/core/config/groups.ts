import type { Span } from "../text.ts";
import type { Format, Host, Root, Sign } from "./hosts/host.ts";
import { type AliasBudget, membersOf } from "./merges.ts";
import type { ConfigProblem } from "./server.ts";
import { isStringNode, keyText, type Property, propertiesOf, spanOf, type TreeNode, twinsOf } from "./tree.ts";

export type Report = (code: ConfigProblem["code"], span: Span, message: string, related?: readonly Span[]) => void;

/** One place of a file that holds servers. */
export interface ServerGroup {
	readonly node: TreeNode;
	readonly members: readonly ServerMember[];
}

export interface ServerMember {
	/** Null: the item of a list has no name. */
	readonly key: TreeNode | null;
	readonly value: TreeNode;
	/** What the server says where the value does not; null: nothing. */
	readonly base: TreeNode | null;
	readonly keyPath: readonly string[];
	/** The folder that the file ties it to; null: none. */
	readonly project: string | null;
	readonly unambiguous: boolean;
}

/** Where a host's servers stand in a file, in the order of the text. */
export function serverGroups(
	roots: readonly TreeNode[],
	host: Host,
	format: Format,
	aliases: AliasBudget,
	report: Report,
): readonly ServerGroup[] {
	const places = new Map<TreeNode, readonly ServerMember[]>();
	for (const root of host.roots) {
		if (root.path.length === 0) {
			for (const node of host.format === format ? [] : roots.filter((each) => propertiesOf(each).some(isOfEntry)))
				if (places.size === 0) places.set(node, [{ key: null, value: node, base: null, keyPath: [], project: null, unambiguous: true }]);
			continue;
		}
		for (const found of roots.flatMap((node) => findAll(node, root, aliases, report))) {
			const base = root.over === undefined ? null : (roots.flatMap((node) => at(node, root.over ?? []))[0] ?? null);
			const members = places.has(found.node) ? undefined : serversOf(root, found, base, host.format === format, aliases, report);
			if (members !== undefined) places.set(found.node, members);
		}
	}
	// Where one place is in another one, it is no server there.
	const groups = [...places].map(([node, members]) => ({
		node,
		members: members.filter(({ value }) => value === node || !places.has(value)),
	}));
	return groups.sort((a, b) => a.node.offset - b.node.offset);
}

/** True when a file holds what its name alone does not promise. */
export function shows(roots: readonly TreeNode[], signs: readonly Sign[]): boolean {
	return signs.some(({ path, contains }) =>
		roots.some((root) => at(root, path).some((node) => contains === undefined || (isStringNode(node) && node.value.includes(contains)))),
	);
}

/** The nodes at the end of a path in which `*` is any key or index. */
function at(node: TreeNode, path: readonly string[]): readonly TreeNode[] {
	const [step, ...rest] = path;
	if (step === undefined) return [node];
	const next =
		node.type === "array" && step === "*"
			? (node.children ?? [])
			: propertiesOf(node).flatMap(({ key, value }) => (value !== undefined && (step === "*" || keyText(key) === step) ? [value] : []));
	return next.flatMap((each) => at(each, rest));
}

interface Found {
	readonly node: TreeNode;
	/** The key that leads to it. */
	readonly key: TreeNode;
	readonly path: readonly string[];
	readonly project: string | null;
	readonly unambiguous: boolean;
}

function findAll(root: TreeNode, { path, projects = false }: Root, aliases: AliasBudget, report: Report): readonly Found[] {
	const found: Found[] = [];
	const visit = (node: TreeNode, depth: number, keys: readonly string[], project: string | null, unambiguous: boolean): void => {
		const step = path[depth];
		const isLast = depth === path.length - 1;
		const { properties: members, isMerged } = membersOf(node, aliases);
		let twins: ReturnType<typeof twinsOf> | null = null;
		for (const { key, value, duplicate } of members) {
			const name = keyText(key);
			if ((step !== "*" && name !== step) || value === undefined || value.type === "null") continue;
			const clear = unambiguous && !duplicate && !isMerged && value.shared !== true;
			const own = projects && step === "*" ? name : project;
			if (!isLast)
				visit(value.type === "alias" ? (value.target ?? value) : value, depth + 1, [...keys, name], own, clear && value.type !== "alias");
			else {
				if (duplicate) {
					twins ??= twinsOf(members);
					report("duplicate-key", spanOf(key), "This key stands twice: hosts differ on which one counts.", twins.get(key));
				}
				const isAlias = value.type === "alias";
				const node = isAlias ? value.target : value;
				if (node !== undefined) found.push({ node, key, path: [...keys, name], project: own, unambiguous: clear && !isAlias });
			}
		}
	};
	visit(root, 0, [], null, true);
	return found;
}

/** Undefined: this is no place of servers after all. */
function serversOf(
	root: Root,
	found: Found,
	base: TreeNode | null,
	isOwnFormat: boolean,
	aliases: AliasBudget,
	report: Report,
): readonly ServerMember[] | undefined {
	const { node, path, key, project, unambiguous } = found;
	if (root.holds === "one") return [{ key, value: node, base, keyPath: path, project, unambiguous }];
	if (node.type === "object") {
		// Where servers may stand under this key or beside it: this one is a server that is called so.
		if (root.path.length > 1 && propertiesOf(node).some(isOfEntry)) return undefined;
		// Continue takes JSON as other hosts write it, and YAML as it writes it itself.
		if (root.holds === "list" && isOwnFormat && (node.children?.length ?? 0) > 0) report("bad-entry", spanOf(key), LIST);
		return mapMembers(found, aliases, report);
	}
	if (node.type === "array" && root.holds === "list") return listMembers(root, found, report);
	if (root.only === undefined)
		report("bad-entry", spanOf(node), root.holds === "list" ? LIST : "The servers must be an object: a name for each, and its settings.");
	return undefined;
}

const LIST = "The servers must be a list: each with its name, and its settings.";

function isOfEntry({ key, value }: Property): boolean {
	return (
		(keyText(key) === "command" || keyText(key) === "url" || keyText(key) === "type") &&
		(value?.type === "string" || value?.type === "array")
	);
}

function mapMembers({ node, path, project, unambiguous }: Found, aliases: AliasBudget, report: Report): readonly ServerMember[] {
	const { properties: members, isMerged } = membersOf(node, aliases);
	const twins = twinsOf(members);
	return members.flatMap(({ key, value, duplicate }): readonly ServerMember[] => {
		const name = keyText(key);
		if (duplicate)
			report("duplicate-key", spanOf(key), "Two servers have the same name: hosts differ on which one counts.", twins.get(key));
		if (value === undefined) return [];
		// A string under such a key is somebody's comment; under `<<` stands what is merged in.
		if (value.type !== "object" && /^(?:[_$#]|\/\/|<<$)/.test(name)) return [];
		return [{ key, value, base: null, keyPath: [...path, name], project, unambiguous: unambiguous && !duplicate && !isMerged }];
	});
}

function listMembers(root: Root, { node, path, project, unambiguous }: Found, report: Report): readonly ServerMember[] {
	const named = (node.children ?? [])
		.filter((item) => root.only === undefined || memberText(item, root.only.key)?.value === root.only.value)
		.map((value) => ({ value, key: memberText(value, root.nameKey ?? "name") }));
	const byName = new Map<string, TreeNode[]>();
	for (const { key } of named) if (key !== null) byName.set(keyText(key), [...(byName.get(keyText(key)) ?? []), key].slice(0, MAX_TWINS));
	return named.map(({ value, key }) => {
		const name = key === null ? "" : keyText(key);
		const twins = key === null ? [] : (byName.get(name) ?? []);
		if (key !== null && twins.length > 1)
			report(
				"duplicate-key",
				spanOf(key),
				"Two servers have the same name: hosts differ on which one counts.",
				twins.filter((each) => each !== key).map(spanOf),
			);
		return { key, value, base: null, keyPath: [...path, name], project, unambiguous: unambiguous && twins.length < 2 };
	});
}

const MAX_TWINS = 10;

function memberText(node: TreeNode, name: string): TreeNode | null {
	const value = propertiesOf(node).findLast(({ key }) => keyText(key) === name)?.value;
	return value !== undefined && isStringNode(value) ? value : null;
}
