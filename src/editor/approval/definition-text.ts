import { plain } from "../../core/plain-text.ts";
import { isObject } from "../../core/protocol/message.ts";
import { linesOf } from "../../core/wrapped-text.ts";

/** Keys in order, so that a difference is one of meaning; whatever could hide or turn text is written as its code. */
export function plainDefinition(definition: unknown): string {
	const text = JSON.stringify(definition, (_, value: unknown) => sorted(value), 2);
	return `${descriptionLines(definition)}${text.split("\n").map(plain).join("\n")}\n`;
}

/** Of a description with several lines, which JSON has in one: a comment that is read, and compared, line by line. Empty: it has one, or none. */
function descriptionLines(definition: unknown): string {
	const description = isObject(definition) ? definition.description : undefined;
	const lines = typeof description === "string" ? linesOf(description) : [];
	return lines.length < 2 ? "" : `${["The description, line by line:", ...lines].map((line) => `// ${plain(line)}`).join("\n")}\n\n`;
}

function sorted(value: unknown): unknown {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;
}
