import { withoutMarks } from "./label.ts";
import type { Random } from "./random.ts";
import { type Node, Table } from "./tree.ts";

const INDENT = "  ";

export function writeYaml(random: Random, root: Table): string {
	return `${block(random, root, "").join("\n")}\n`;
}

/** The lines of a map or a list, the first without its indentation's meaning lost. */
function block(random: Random, node: Table | readonly Node[], indent: string): string[] {
	const lines: string[] = [];
	if (node instanceof Table) {
		for (const each of node.members) {
			if ("comment" in each) lines.push(...each.comment.split("\n").map((line) => `${indent}# ${line}`));
			else lines.push(...entry(random, `${indent}${key(each.key)}:`, each.value, indent + INDENT));
		}
		return lines;
	}
	for (const each of node) {
		if (each instanceof Table) {
			const [first = "", ...rest] = block(random, each, indent + INDENT);
			lines.push(`${indent}- ${first.slice(indent.length + INDENT.length)}`, ...rest);
		} else lines.push(...entry(random, `${indent}-`, each, indent + INDENT));
	}
	return lines;
}

function entry(random: Random, head: string, node: Node, indent: string): string[] {
	if (node instanceof Table) return node.members.length === 0 ? [`${head} {}`] : [head, ...block(random, node, indent)];
	if (typeof node === "number" || typeof node === "boolean") return [`${head} ${node}`];
	if (typeof node !== "string") {
		const strings = node.filter((each) => typeof each === "string");
		if (node.length === 0) return [`${head} []`];
		if (strings.length === node.length && !strings.some((each) => each.includes("\n")) && random.chance(0.4))
			return [`${head} [${strings.map((each) => quoted(random, each)).join(", ")}]`];
		return [head, ...block(random, node, indent)];
	}
	if (node.includes("\n") && random.chance(0.7)) return [`${head} |`, ...node.split("\n").map((line) => indent + line)];
	return [`${head} ${plain(random, node)}`];
}

function key(text: string): string {
	return isPlain(text) ? text : JSON.stringify(text);
}

function plain(random: Random, text: string): string {
	return isPlain(withoutMarks(text)) && random.chance(0.6) ? text : quoted(random, text);
}

function quoted(random: Random, text: string): string {
	return !/[\n\t]/.test(text) && random.chance(0.3) ? `'${text.replaceAll("'", "''")}'` : JSON.stringify(text);
}

/** Whether the text means itself without quotes: no mark of YAML's, no other type. */
function isPlain(text: string): boolean {
	if (!/^[A-Za-z0-9_/.][^\n\t{}[\],#&*!|>'"%@`]*$/.test(text) || /:(?:\s|$)|\s$/.test(text)) return false;
	return !/^(?:[\d.+_eExXoO:-]+|0x[\da-f]+|true|false|null|yes|no|on|off|y|n|\.?inf|\.?nan|\d{4}-\d\d.*)$/i.test(text);
}
