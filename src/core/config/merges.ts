import { keyText, type Property, propertiesOf, type TreeNode } from "./tree.ts";

/** How many more values may be read through aliases and merges of one file: one of YAML may stand for much, many times over. */
export interface AliasBudget {
	left: number;
}

/** An object's members as a host may see them. */
export interface Members {
	/** The last of a name is the one that counts. */
	readonly properties: readonly Property[];
	/** True: some of them may come from elsewhere, and hosts differ on whether they count. */
	readonly isMerged: boolean;
}

/** With what `<<` merges into an object: an alias, an object, or a list of those (YAML 1.1's merge key). Without one, the object's own properties, which whoever has them hands over. */
export function membersOf(node: TreeNode, budget: AliasBudget, own: readonly Property[] = propertiesOf(node)): Members {
	if (!own.some(isMerge)) return { properties: own, isMerged: false };
	const inherited = own.filter(isMerge).flatMap(({ value }) => mergedFrom(value, budget, 0));
	return { properties: [...inherited, ...own.filter((property) => !isMerge(property))], isMerged: true };
}

function isMerge({ key, value }: Property): boolean {
	return keyText(key) === "<<" && value !== undefined && value.type !== "string";
}

function mergedFrom(node: TreeNode | undefined, budget: AliasBudget, depth: number): readonly Property[] {
	const shown = node?.type === "alias" ? node.target : node;
	if (shown === undefined || shown.type === "alias" || depth > MAX_MERGES) return [];
	budget.left -= 1 + (shown.children?.length ?? 0);
	if (budget.left < 0) return [];
	if (shown.type === "array") return (shown.children ?? []).flatMap((each) => mergedFrom(each, budget, depth + 1));
	return propertiesOf(shown).flatMap((property) => (isMerge(property) ? mergedFrom(property.value, budget, depth + 1) : [property]));
}

const MAX_MERGES = 16;
