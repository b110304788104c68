import type { Random } from "./random.ts";
import { type Member, type Node, Table } from "./tree.ts";

export function writeToml(random: Random, root: Table): string {
	return `${section(random, root, []).join("\n").trim()}\n`;
}

function section(random: Random, table: Table, path: readonly string[]): string[] {
	const lines: string[] = [];
	const inner: string[] = [];
	let hasOwn = false;
	for (const each of table.members) {
		if ("comment" in each) {
			for (const line of each.comment.split("\n")) (path.length === 0 ? inner : lines).push(`# ${line}`);
		} else if (each.value instanceof Table && !(path.length === 2 && random.chance(0.4))) {
			inner.push(...section(random, each.value, [...path, each.key]));
		} else {
			hasOwn = true;
			lines.push(`${key(each.key)} = ${value(random, each.value)}`);
		}
	}
	const head = path.length > 0 && (hasOwn || inner.length === 0) ? ["", `[${path.map(key).join(".")}]`] : [];
	return [...head, ...lines, ...inner];
}

function key(text: string): string {
	return /^[A-Za-z0-9_-]+$/.test(text) ? text : JSON.stringify(text);
}

function value(random: Random, node: Node): string {
	if (typeof node === "string") return quoted(random, node);
	if (typeof node === "number" || typeof node === "boolean") return String(node);
	if (node instanceof Table) {
		const named = node.members.filter((each): each is Extract<Member, { key: string }> => "key" in each);
		return `{ ${named.map((each) => `${key(each.key)} = ${value(random, each.value)}`).join(", ")} }`;
	}
	const items = node.map((each) => value(random, each));
	return items.length === 0 || random.chance(0.5) ? `[${items.join(", ")}]` : `[\n  ${items.join(",\n  ")},\n]`;
}

function quoted(random: Random, text: string): string {
	if (text.includes("\n") && random.chance(0.6)) {
		return text.includes("'''") || random.chance(0.5) ? `"""\n${text.replace(/[\\"]/g, "\\$&")}"""` : `'''\n${text}'''`;
	}
	return !/['\n\r\t]/.test(text) && random.chance(0.25) ? `'${text}'` : JSON.stringify(text);
}
