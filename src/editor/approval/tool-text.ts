import { brief, exact, plain } from "../../core/plain-text.ts";
import { isObject } from "../../core/protocol/message.ts";
import { maskDetected } from "../../core/secrets/redact.ts";

/** A tool's own word for what it is. */
export interface ToolText {
	readonly name: string;
	readonly definition: Readonly<Record<string, unknown>>;
}

/** Characters of one tool in a dialog, and how many tools are shown whole. */
const MOST_TEXT = 1_500;
const MOST_WHOLE = 6;

/** `2 of 7 tools`. */
export function allowedCount(tools: readonly { readonly effective: boolean }[]): string {
	return `${tools.filter(({ effective }) => effective).length} of ${tools.length} ${tools.length === 1 ? "tool" : "tools"}`;
}

/** For a row: the first line of what the server says of the tool, and all of it with its parameters. Plain text. */
export function toolSummary({ name, definition }: ToolText): { readonly first: string; readonly full: string } {
	const text = descriptionOf(definition);
	const lines = text.split(/\r?\n/).map((line) => plain(maskDetected(line)));
	const parameters = parametersOf(definition);
	return {
		first: brief(lines.find((line) => line.trim() !== "") ?? "", 120),
		full: [
			plain(name),
			...(text === "" ? [] : ["The server says:", ...cut(lines.join("\n"), 1_000).split("\n")]),
			...(parameters === "" ? [] : [`Parameters: ${cut(parameters, 500)}`]),
		].join("\n"),
	};
}

/** What a person reads before allowing tools. `whole`: nothing is left out. */
export function toolsText(tools: readonly ToolText[]): { readonly text: string; readonly whole: boolean } {
	const shown = tools.slice(0, MOST_WHOLE).map((tool) => {
		const full = oneTool(tool);
		return { text: cut(full, MOST_TEXT), whole: full.length <= MOST_TEXT };
	});
	const others = tools.slice(MOST_WHOLE).map(({ name }) => brief(exact(name), 80));
	return {
		text: [...shown.map(({ text }) => text), ...(others.length === 0 ? [] : [`And: ${cut(others.join(", "), MOST_TEXT)}`])].join("\n\n"),
		whole: others.length === 0 && shown.every(({ whole }) => whole),
	};
}

/** Every line that the server wrote begins with a bar: none can pass for one of ours. */
function oneTool({ name, definition }: ToolText): string {
	const claims = claimsOf(definition);
	const description = descriptionOf(definition)
		.split(/\r?\n/)
		.map((line) => `│ ${plain(maskDetected(line))}`);
	const parameters = parametersOf(definition);
	const other = Object.keys(definition).filter((key) => !KNOWN.has(key));
	return [
		`${exact(name)}${claims === "" ? "" : `  (it claims: ${claims})`}`,
		...(descriptionOf(definition) === "" ? ["│ (no description)"] : description),
		`│ Parameters: ${parameters === "" ? "none" : parameters}`,
		...(other.length === 0 ? [] : [`│ Also defines: ${plain(other.join(", "))}`]),
	].join("\n");
}

const KNOWN: ReadonlySet<string> = new Set(["name", "description", "inputSchema", "annotations", "_meta"]);

function descriptionOf({ description }: ToolText["definition"]): string {
	return typeof description === "string" ? description.trim() : "";
}

/** Annotations are the server's claims, and no more than that. */
function claimsOf({ annotations }: ToolText["definition"]): string {
	if (!isObject(annotations)) return "";
	const claims: string[] = [];
	if (annotations.readOnlyHint === true) claims.push("only reads");
	if (annotations.readOnlyHint === false) claims.push("changes things");
	if (annotations.destructiveHint === true) claims.push("may destroy");
	if (annotations.destructiveHint === false) claims.push("destroys nothing");
	if (annotations.idempotentHint === true) claims.push("may be repeated");
	if (annotations.openWorldHint === true) claims.push("reaches outside");
	if (annotations.openWorldHint === false) claims.push("stays inside");
	return claims.join(", ");
}

/** `path: string, depth?: number`. Empty: none. */
function parametersOf({ inputSchema }: ToolText["definition"]): string {
	if (!isObject(inputSchema) || !isObject(inputSchema.properties)) return "";
	const required: readonly unknown[] = Array.isArray(inputSchema.required) ? inputSchema.required : [];
	return Object.entries(inputSchema.properties)
		.map(([name, schema]) => `${exact(name)}${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`)
		.join(", ");
}

function typeOf(schema: unknown): string {
	if (!isObject(schema)) return "anything";
	const { type } = schema;
	if (Array.isArray(schema.enum)) return cut(schema.enum.map((value) => exact(String(value))).join(" | "), 80);
	if (typeof type === "string") return exact(type);
	return Array.isArray(type) ? type.map((each) => exact(String(each))).join(" | ") : "anything";
}

function cut(text: string, most: number): string {
	return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
