import { readdirSync, readFileSync } from "node:fs";
import type { Recipe } from "./pools.ts";
import { type ServerSheet, type Sheet, setEnv, setHeader } from "./sheet.ts";
import { member, type Node, Table } from "./tree.ts";

/**
 * Where a line of material is written:
 *
 *     env          VARIABLE = value
 *     args         command = argument ¦ argument      (command `+`: behind the server's own arguments)
 *     command      the whole command line
 *     header       Name = value
 *     url          address
 *     field        name = value, or outer.inner = value
 *     comment      text
 *     permission   text
 *
 * Several names, with `, ` between them: one of them is chosen. The name `~` is any variable that says that it holds a credential, `~p` any for a
 * password.
 */
const PLACES = ["env", "args", "command", "header", "url", "field", "comment", "permission"] as const;
type Place = (typeof PLACES)[number];

/** What a section of lines has in common: `[kind ¦ place]`, `[kind ¦ place ¦ position in reports]`. */
interface Section {
	readonly kind: string;
	readonly place: Place;
	readonly position: string;
}

/** Recipes from every `.txt` file of a folder, the files in the order of their names. */
export function readMaterialFolder(folder: URL): Recipe[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith(".txt"))
		.sort()
		.flatMap((name) => readMaterial(new URL(name, folder)));
}

/**
 * Recipes from a file of material, one a line: sections in brackets, `# ` before a remark, `⏎` for a new line in a value. A secret stands between « and
 * », what may be one between ⟪ and ⟫, what is a matter of taste between ‹ and ›; a text with none of these holds no secret.
 */
export function readMaterial(file: URL): Recipe[] {
	const recipes: Recipe[] = [];
	let section: Section | null = null;
	for (const line of readFileSync(file, "utf8").split("\n")) {
		if (line === "" || line.startsWith("# ")) continue;
		const head = /^\[([^¦\]]+) ¦ ([^¦\]]+?)(?: ¦ ([^¦\]]+))?\]$/.exec(line);
		if (head !== null) {
			const [, kind = "", named, position] = head;
			const place = PLACES.find((each) => each === named);
			if (place === undefined) throw new Error(`No such place: ${line}`);
			section = { kind, place, position: position ?? place };
		} else if (section === null) throw new Error(`A section comes first: ${line}`);
		else recipes.push(recipe(section, line.replaceAll("⏎", "\n")));
	}
	return recipes;
}

const NEEDS: Partial<Record<Place, "comments" | "permissions">> = { comment: "comments", permission: "permissions" };

function recipe(section: Section, line: string): Recipe {
	const { kind, place, position } = section;
	const isNamed = place === "env" || place === "args" || place === "header" || place === "field";
	const equals = isNamed ? line.indexOf(" = ") : 0;
	if (isNamed && equals < 1) throw new Error(`A name is missing: ${line}`);
	const names = line.slice(0, equals).split(", ");
	const template = isNamed ? line.slice(equals + 3) : line;
	const isSecret = /[«⟪‹]/.test(template);
	const text = (sheet: Sheet, part: string) =>
		isSecret ? sheet.partial(kind, position, part) : sheet.clean(kind, position, sheet.fill(part));
	const needs = NEEDS[place];
	return {
		weight: 1,
		kind: place === "header" || place === "url" ? "http" : "stdio",
		...(needs === undefined ? {} : { needs }),
		write(sheet, server) {
			const picked = sheet.random.pick(names);
			const { secretKeys, passwordKeys } = sheet.pools;
			const name = picked === "~p" ? sheet.random.pick(passwordKeys) : picked === "~" ? sheet.random.pick(secretKeys) : picked;
			put(place, name, template, (part) => text(sheet, part), sheet, server);
		},
	};
}

function put(place: Place, name: string, template: string, text: (part: string) => string, sheet: Sheet, server: ServerSheet): void {
	switch (place) {
		case "env":
			setEnv(server, name, text(template));
			break;
		case "args": {
			const args = template.split(" ¦ ").map(text);
			if (name === "+") server.args.push(...args);
			else Object.assign(server, { command: name, args });
			break;
		}
		case "header":
			setHeader(server, name, text(template));
			break;
		case "field":
			setField(server, name, text(template));
			break;
		case "comment":
			server.comments.push(text(template));
			break;
		case "permission":
			sheet.permissions.push(text(template));
			break;
		case "url":
			server.url = text(template);
			break;
		default:
			Object.assign(server, { command: text(template), args: [] });
	}
}

/** A field of the entry itself, or of a table in it. */
function setField(server: ServerSheet, name: string, text: string): void {
	const [outer = "", inner] = name.split(".");
	if (server.extra.some(([taken]) => taken === outer)) return;
	const value: Node = inner === undefined ? text : new Table([member(inner, text)]);
	server.extra.push([outer, value]);
}
