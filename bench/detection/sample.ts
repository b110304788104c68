import { HOST_FILES, type HostFile } from "./hosts.ts";
import { type Label, readMarks } from "./label.ts";
import type { Pools, Recipe } from "./pools.ts";
import type { Random } from "./random.ts";
import { Sheet } from "./sheet.ts";
import { writeJson } from "./write-json.ts";
import { writeToml } from "./write-toml.ts";
import { writeYaml } from "./write-yaml.ts";

export const SET_NAMES = ["ordinary", "adversarial", "documentation", "placeholders", "third-party"] as const;
export type SetName = (typeof SET_NAMES)[number];

/** A generated config file, and what is known of the texts in it. */
export interface Sample {
	readonly set: SetName;
	readonly split: Pools["split"];
	readonly host: string;
	readonly path: string;
	/** The format, and how it is written: `jsonc`, `json, BOM`. */
	readonly format: string;
	/** With its byte order mark, where it has one. */
	readonly text: string;
	readonly labels: readonly Label[];
}

/** How the sheets of a set are written down. */
export interface Writing {
	readonly set: SetName;
	/** How likely letters are escaped in JSON where nothing asks for it, for a fifth of the files; 0: never. */
	readonly escapes: number;
	/** How likely a JSON file is still being typed: its end, or a comma, is not there. */
	readonly unfinished: number;
	/** Left out: any host. */
	readonly hosts?: readonly HostFile[];
}

/** One file: a host, and what `draft` puts into a sheet for it. */
export function writeSample(random: Random, pools: Pools, writing: Writing, draft: (sheet: Sheet, host: HostFile) => void): Sample {
	const host = random.weighted(writing.hosts ?? HOST_FILES);
	const sheet = new Sheet(random, pools);
	draft(sheet, host);
	const root = host.build(sheet);
	const styles: string[] = [host.format];
	let marked: string;
	if (host.format === "toml") marked = writeToml(random, root);
	else if (host.format === "yaml") marked = writeYaml(random, root);
	else {
		const lenient = host.format === "jsonc";
		const escaped = writing.escapes > 0 && random.chance(0.2);
		if (escaped) styles.push("escapes");
		marked = writeJson(random, root, {
			comments: lenient,
			trailingCommas: lenient && random.chance(0.3),
			escapes: escaped ? writing.escapes : 0,
			indent: random.pick(["  ", "  ", "    ", "\t", "  ", lenient ? "\t" : ""]),
		});
	}
	if (host.format.startsWith("json") && random.chance(writing.unfinished)) {
		styles.push("unfinished");
		// A comma at a line's end stands outside every string and every mark.
		const commas = [...marked.matchAll(/,(?=\r?\n)/g)].map(({ index }) => index);
		const at = commas.length > 0 && random.chance(0.6) ? random.pick(commas) : marked.lastIndexOf("}");
		marked = marked.slice(0, at) + marked.slice(at + 1);
	}
	if (random.chance(0.15)) {
		styles.push("CRLF");
		marked = marked.replaceAll("\n", "\r\n");
	}
	if (host.format !== "toml" && random.chance(0.08)) {
		styles.push("BOM");
		marked = `\ufeff${marked}`;
	}
	const { text, labels } = readMarks(marked, sheet.labels);
	const prefix = host.path.startsWith(".") ? "work/shop/" : "";
	return { set: writing.set, split: pools.split, host: host.host, path: prefix + host.path, format: styles.join(", "), text, labels };
}

/** The recipes for which a host's file has room. */
export function fitting(recipes: readonly Recipe[], host: HostFile, kind: "stdio" | "http"): readonly Recipe[] {
	return recipes.filter((recipe) => {
		if (recipe.kind !== kind) return false;
		// The other formats have no such files: a key that stands twice is an error there.
		if (recipe.needs === "duplicates") return host.format.startsWith("json") && host.permissions !== true;
		if (host.permissions === true) return recipe.needs === "permissions" || recipe.needs === undefined;
		if (recipe.needs === "permissions") return false;
		if (recipe.needs === "inputs") return host.inputs === true;
		return recipe.needs !== "comments" || host.format !== "json";
	});
}
