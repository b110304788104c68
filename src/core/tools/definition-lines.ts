import { exact, plain } from "../plain-text.ts";
import { isObject } from "../protocol/message.ts";
import { maskDetected } from "../secrets/redact.ts";
import { linesOf, wrap } from "../wrapped-text.ts";
import { metaPinOf } from "./pin.ts";
import { isClaim } from "./risk.ts";

/** A tool's own word for what it is. */
export interface ToolText {
	readonly name: string;
	readonly definition: Readonly<Record<string, unknown>>;
}

type Json = Readonly<Record<string, unknown>>;

/** How much of a definition is written. */
export interface DefinitionRoom {
	/** Columns of a line. */
	readonly width: number;
	/** Characters of one text, and lines of it all. Infinite: everything. */
	readonly text: number;
	readonly lines: number;
}

/** Columns by which the server's words stand deeper than ours, and what follows of a text deeper than its first line. */
const DEEPER = 2;

/** What is nested deeper is written as one value. */
const MOST_DEPTH = 16;

/**
 * Everything that a definition says, and what stands beside it in its `_meta`, in lines of plain text: the description, the parameters with theirs, then whatever
 * else is in it, each value by its path. Only words of ours begin a line; what the server says stands deeper. `whole`: nothing is cut, and nothing is
 * masked.
 */
export function definitionLines(tool: ToolText, room: DefinitionRoom): { readonly lines: readonly string[]; readonly whole: boolean } {
	const lines: string[] = [];
	let whole = true;
	const say = (text: string, first = 0, more = first + DEEPER): void => {
		if (lines.length >= room.lines) {
			whole = false;
			return;
		}
		const shown = text.slice(0, room.text);
		let isFirst = true;
		for (const line of linesOf(shown)) {
			const masked = maskDetected(line);
			whole &&= masked === line;
			for (const each of wrap(plain(masked), room.width - more)) {
				lines.push(each === "" ? "" : `${" ".repeat(isFirst ? first : more)}${each}`);
				isFirst = false;
			}
		}
		whole &&= shown.length === text.length;
	};
	const { definition } = tool;
	const { description, inputSchema } = definition;
	if (typeof description === "string" && description.trim() !== "") say(description, DEEPER, DEEPER);
	else say("(no description)");
	const parameters = parametersOf(definition);
	say(`Parameters: ${parameters === "" ? "none" : parameters}`);
	for (const [name, schema] of propertiesOf(inputSchema))
		if (isObject(schema) && typeof schema.description === "string") say(`${exact(name)}: ${schema.description}`, DEEPER);
	for (const [key, value] of Object.entries(leftOver(tool))) for (const text of leaves(exact(key), value, 1)) say(`Also ${text}`);
	return { lines, whole };
}

/** `path: string, depth?: number`. Empty: none. */
export function parametersOf({ inputSchema }: Json): string {
	const required: readonly unknown[] = isObject(inputSchema) && Array.isArray(inputSchema.required) ? inputSchema.required : [];
	return propertiesOf(inputSchema)
		.map(([name, schema]) => `${exact(name)}${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`)
		.join(", ");
}

function propertiesOf(schema: unknown): readonly (readonly [string, unknown])[] {
	return isObject(schema) && isObject(schema.properties) ? Object.entries(schema.properties) : [];
}

function typeOf(schema: unknown): string {
	if (!isObject(schema)) return "anything";
	const { type } = schema;
	if (Array.isArray(schema.enum)) return schema.enum.map(valueText).join(" | ");
	if (typeof type === "string") return exact(type);
	return isTypes(type) ? type.map(exact).join(" | ") : "anything";
}

function valueText(value: unknown): string {
	return typeof value === "string" ? exact(value) : plain(JSON.stringify(value));
}

function isTypes(type: unknown): type is readonly string[] {
	return Array.isArray(type) && type.every((each) => typeof each === "string");
}

/** What the lines about description, claims and parameters do not show. */
function leftOver({ name, definition }: ToolText): Json {
	return without(definition, (key, value) => {
		switch (key) {
			case "_meta":
				return metaPinOf(definition) === undefined;
			case "name":
				return value === name;
			case "description":
				return typeof value === "string";
			case "annotations":
				return isObject(value) ? without(value, isClaim) : false;
			case "inputSchema":
				return isObject(value) ? schemaLeft(value) : false;
			default:
				return false;
		}
	});
}

/** What says nothing that a model could read as an instruction. */
const DIALECTS: ReadonlySet<unknown> = new Set([
	"http://json-schema.org/draft-07/schema#",
	"https://json-schema.org/draft/2019-09/schema",
	"https://json-schema.org/draft/2020-12/schema",
]);

function schemaLeft(schema: Json): Json {
	const properties = isObject(schema.properties) ? schema.properties : null;
	return without(schema, (key, value) => {
		switch (key) {
			case "type":
				return value === "object";
			case "$schema":
				return DIALECTS.has(value);
			case "additionalProperties":
				return typeof value === "boolean";
			case "required":
				return (
					Array.isArray(value) && value.every((name) => typeof name === "string" && properties !== null && Object.hasOwn(properties, name))
				);
			case "properties":
				return properties === null ? false : without(properties, (_, parameter) => parameterLeft(parameter));
			default:
				return false;
		}
	});
}

function parameterLeft(schema: unknown): boolean | Json {
	if (!isObject(schema)) return schema === true;
	const { enum: values } = schema;
	return without(schema, (key, value) => {
		switch (key) {
			case "description":
				return typeof value === "string";
			case "enum":
				return Array.isArray(value);
			case "type":
				return Array.isArray(values)
					? value === "string" && values.every((each) => typeof each === "string")
					: typeof value === "string" || isTypes(value);
			default:
				return false;
		}
	});
}

/** @param shown true: all of this is shown; an object: what is left of it */
function without(value: Json, shown: (key: string, value: unknown) => boolean | Json): Json {
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
			const left = shown(key, each);
			if (left === true) return [];
			if (left === false) return [[key, each]];
			return Object.keys(left).length === 0 ? [] : [[key, left]];
		}),
	);
}

/** `title: Text` for each value. */
function* leaves(path: string, value: unknown, depth: number): Generator<string> {
	const isNested = typeof value === "object" && value !== null && Object.keys(value).length > 0;
	if (!isNested || depth >= MOST_DEPTH) yield `${path}: ${typeof value === "string" ? value : JSON.stringify(value)}`;
	else for (const [key, each] of Object.entries(value)) yield* leaves(`${path}.${exact(key)}`, each, depth + 1);
}
