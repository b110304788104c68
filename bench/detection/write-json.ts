import { withoutMarks } from "./label.ts";
import type { Random } from "./random.ts";
import { type Node, Table } from "./tree.ts";

export interface JsonStyle {
	readonly comments: boolean;
	readonly trailingCommas: boolean;
	/** How likely a letter of a string is written as `\u….`, 0 to 1. */
	readonly escapes: number;
	/** One level's; empty: everything on one line. */
	readonly indent: string;
}

export function writeJson(random: Random, root: Node, style: JsonStyle): string {
	return `${value(random, root, style, style.indent === "" ? "" : "\n")}${style.indent === "" ? "" : "\n"}`;
}

function value(random: Random, node: Node, style: JsonStyle, newline: string): string {
	if (typeof node === "string") return quoted(random, node, style.escapes);
	if (typeof node === "number" || typeof node === "boolean") return String(node);
	const inner = newline + (newline === "" ? "" : style.indent);
	if (node instanceof Table) {
		const lines: string[] = [];
		const last = node.members.findLastIndex((each) => "key" in each);
		for (const [i, each] of node.members.entries()) {
			if ("comment" in each) {
				if (style.comments && newline !== "") lines.push(comment(each.comment));
			} else {
				const comma = i !== last || style.trailingCommas ? "," : "";
				lines.push(`${JSON.stringify(each.key)}:${newline === "" ? "" : " "}${value(random, each.value, style, inner)}${comma}`);
			}
		}
		return lines.length === 0 ? "{}" : `{${inner}${lines.join(inner)}${newline}}`;
	}
	const items = node.map((each) => value(random, each, style, inner));
	const line = `[${items.join(", ")}]`;
	if (newline === "" || (withoutMarks(line).length < 90 && !line.includes("\n"))) return line;
	return `[${inner}${items.join(`,${inner}`)}${style.trailingCommas ? "," : ""}${newline}]`;
}

function comment(text: string): string {
	return text.includes("\n") ? `/* ${text.replaceAll("\n", "\n   ")} */` : `// ${text}`;
}

function quoted(random: Random, text: string, escapes: number): string {
	const plain = JSON.stringify(text);
	if (escapes === 0) return plain;
	return plain.replace(/\\.|[A-Za-z/]/g, (each) => {
		if (each.startsWith("\\") || !random.chance(escapes)) return each;
		return each === "/" ? "\\/" : `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`;
	});
}
