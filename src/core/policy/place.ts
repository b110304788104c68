import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";
import { type Span, splitBom } from "../text.ts";

/** Which entry of a policy file is meant. */
export interface PolicyEntry {
	readonly name: string;
	/** Of a grant: entries of other files or workspaces are others. Undefined: whichever has the name. */
	readonly config?: string | undefined;
	readonly workspace?: string | null | undefined;
}

/**
 * Where a policy file says something: the first of these properties that is there, else the nearest one around the first of them. Null: the file does not speak of the
 * server, or is not JSON. To be asked of files that `parsePolicy` has read: it goes as deep as they are nested.
 *
 * @param entry null: the paths are those of the file, and of no server in it
 * @param paths such as `tools`, `read_file`, `arguments`
 */
export function policyPlace(raw: string, entry: PolicyEntry | null, paths: readonly (readonly string[])[]): Span | null {
	const tree = parseTree(splitBom(raw).text, [], { allowTrailingComma: true });
	const servers = tree === undefined ? undefined : findNodeAtLocation(tree, ["servers"]);
	const start = entry === null ? tree : servers?.children?.find((each) => isOf(each, entry));
	if (start === undefined) return null;
	const [first = []] = paths;
	const around = first.map((_, i) => first.slice(0, first.length - i));
	for (const path of [...paths, ...around]) {
		const value = findNodeAtLocation(start, [...path]);
		if (value !== undefined) return spanOf(value.parent?.type === "property" ? value.parent : value);
	}
	return spanOf(findNodeAtLocation(start, ["name"])?.parent ?? start);
}

function isOf(server: Node, { name, config, workspace }: PolicyEntry): boolean {
	const has = (key: string): unknown => findNodeAtLocation(server, [key])?.value;
	if (has("name") !== name) return false;
	return (config === undefined || has("config") === config) && (workspace === undefined || has("workspace") === workspace);
}

function spanOf({ offset, length }: Node): Span {
	return { offset, length };
}
