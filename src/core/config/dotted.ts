import { spanWithin } from "./escapes.ts";
import { isStringNode, keyText, locate, type Property, propertiesOf, spanOf, type Tree, type TreeNode } from "./tree.ts";

/** Keys with more parts name no setting of ours. */
const MOST_PARTS = 16;

/**
 * The tree as VS Code reads settings: a key in one of these folders is a path, so that `"mcp.servers": …` stands for
 * `"mcp": { "servers": … }`, and the two are one where both stand there. Only the keys right in the folder are.
 *
 * @param folders keys from the outside; empty: the same tree
 */
export function withDotsAsPaths(text: string, tree: Tree, folders: readonly (readonly string[])[]): Tree {
	if (folders.length === 0) return tree;
	return { ...tree, roots: tree.roots.map((root) => folders.reduce((node, folder) => within(text, node, folder), root)) };
}

function within(text: string, node: TreeNode, [step, ...rest]: readonly string[]): TreeNode {
	if (node.type !== "object") return node;
	if (step === undefined) return split(text, node);
	const children = (node.children ?? []).map((property): TreeNode => {
		const [key, value] = property.children ?? [];
		if (key === undefined || value === undefined || keyText(key) !== step) return property;
		return { ...property, children: [key, within(text, value, rest)] };
	});
	return { ...node, children };
}

function split(text: string, node: TreeNode): TreeNode {
	const properties = propertiesOf(node);
	if (!properties.some(isPath)) return node;
	const top = new Folder();
	for (const property of properties)
		top.add(isPath(property) ? partsOf(text, property.key) : [property.key], property.node, property.value);
	return { ...node, children: top.children() };
}

function isPath({ key }: Property): boolean {
	return keyText(key).includes(".") && keyText(key).split(".", MOST_PARTS + 1).length <= MOST_PARTS;
}

/** A key of its own for each part, with its place. */
function partsOf(text: string, key: TreeNode): readonly TreeNode[] {
	if (!isStringNode(key)) return [key];
	const located = locate(text, key);
	let from = 0;
	return key.value.split(".").map((part): TreeNode => {
		const content = spanWithin(text, located, from, from + part.length);
		from += part.length + 1;
		return { type: "string", ...content, value: part, content, ...(key.writing === undefined ? {} : { writing: key.writing }) };
	});
}

/** An object that several keys may make together. */
class Folder {
	/** As they stand in the text. */
	readonly #members: (TreeNode | { readonly key: TreeNode; readonly folder: Folder })[] = [];
	/** Those that hold an object, by name: where they are among the members. */
	readonly #objects = new Map<string, number>();
	/** The object that stands in the file itself. */
	readonly #own: TreeNode | null;

	constructor(own: TreeNode | null = null) {
		this.#own = own;
		for (const { key, node, value } of propertiesOf(own ?? undefined)) this.add([key], node, value);
	}

	/** @param property the whole of it, where the key has one part */
	add([key, ...rest]: readonly TreeNode[], property: TreeNode, value: TreeNode | undefined): void {
		if (key === undefined) return;
		const name = keyText(key);
		const at = this.#objects.get(name);
		const isObject = rest.length > 0 || value?.type === "object";
		if (at === undefined || !isObject) {
			if (isObject && at === undefined) this.#objects.set(name, this.#members.length);
			if (rest.length === 0) this.#members.push(propertyOf(key, property, value));
			else {
				const folder = new Folder();
				folder.add(rest, property, value);
				this.#members.push({ key, folder });
			}
			return;
		}
		const known = this.#members[at];
		if (known === undefined) return;
		if ("folder" in known) {
			if (rest.length > 0) known.folder.add(rest, property, value);
			else for (const each of propertiesOf(value)) known.folder.add([each.key], each.node, each.value);
			return;
		}
		// Two objects of one name that both stand there are a key that stands twice.
		if (rest.length === 0) {
			this.#members.push(propertyOf(key, property, value));
			return;
		}
		const [own, object] = known.children ?? [];
		if (own === undefined || object === undefined) return;
		const folder = new Folder(object);
		folder.add(rest, property, value);
		this.#members[at] = { key: own, folder };
	}

	children(): readonly TreeNode[] {
		return this.#members.map((member) => ("folder" in member ? member.folder.#asProperty(member.key) : member));
	}

	#asProperty(key: TreeNode): TreeNode {
		const children = this.children();
		const start = this.#own?.offset ?? key.offset;
		const end = children.reduce((most, { offset, length }) => Math.max(most, offset + length), start);
		const span = this.#own === null ? { offset: start, length: end - start } : spanOf(this.#own);
		const object: TreeNode = { type: "object", ...span, children, scattered: true };
		return { type: "property", offset: key.offset, length: Math.max(0, end - key.offset), children: [key, object] };
	}
}

/** The property as it stands there, or under the last part of its key. */
function propertyOf(key: TreeNode, property: TreeNode, value: TreeNode | undefined): TreeNode {
	if (property.children?.[0] === key) return property;
	const length = property.offset + property.length - key.offset;
	return { type: "property", offset: key.offset, length, children: value === undefined ? [key] : [key, value] };
}
