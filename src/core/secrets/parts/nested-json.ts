import { parseJsonTree } from "../../config/json-tree.ts";
import { contentSpan, isStringNode, keyText, propertiesOf, type TreeNode } from "../../config/tree.ts";
import { jsonStringPiece, type Piece, subPiece } from "../piece.ts";
import { isStrongName, nameWithin, type Part, type TakeApart } from "./part.ts";

/** JSON, also as the text of a JSON string. */
export function nestedJson(key: string | null, piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	if (!/^(?:\{\s*["}/]|\[\s*["{[])/.test(piece.text)) return null;
	const tree = parseJsonTree(piece.text);
	if ("tooDeep" in tree || tree.root === undefined || tree.errors.length > 0) return null;
	const found: Part[] = [];
	const visit = (given: string | null, node: TreeNode): void => {
		const name = given === key ? given : nameWithin(key, given);
		if (isStringNode(node)) {
			const span = contentSpan(piece.text, node);
			found.push(...takeApart(name, jsonStringPiece(piece, span.offset, span.offset + span.length)));
		} else if (node.type === "object") {
			const named = namedBy(node);
			const isWebKey = propertiesOf(node).some((property) => keyText(property.key) === "kty");
			for (const property of propertiesOf(node)) {
				const own = keyText(property.key);
				// A JSON web key: these are the halves that are kept, all others are published.
				if (isWebKey && property.value !== undefined) visit(/^(?:d|k|p|q|dp|dq|qi)$/.test(own) ? "private_key" : "id", property.value);
				else if (property.value !== undefined)
					visit(nameWithin(name, own === "value" || own === "default" ? (named ?? own) : own), property.value);
			}
		} else if (node.type === "array") {
			const children = node.children ?? [];
			const [first, second] = children;
			// `["Authorization", "Bearer …"]`
			const isPair =
				children.length === 2 && first !== undefined && isStringNode(first) && second !== undefined && isStrongName(first.value);
			if (isPair) visit(first.value, second);
			// The bytes of a key are one value.
			else if (children.length >= 32 && children.length <= 64 && children.every((child) => child.type === "number"))
				found.push(...takeApart(name, subPiece(piece, node.offset, node.offset + node.length)));
			else for (const child of children) visit(name, child);
		} else for (const child of node.children ?? []) visit(name, child);
	};
	visit(key, tree.root);
	return found;
}

/** `{ "name": "API_KEY", "value": "…" }`: the name of the value. */
function namedBy(node: TreeNode): string | null {
	const property = propertiesOf(node).find(
		({ key, value }) => /^(?:name|key|id|header|variable)$/i.test(keyText(key)) && value?.type === "string",
	);
	return property?.value !== undefined && isStringNode(property.value) ? property.value.value : null;
}
