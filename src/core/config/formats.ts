import type { Span } from "../text.ts";
import type { Format, Host } from "./hosts/host.ts";
import { readJson } from "./json-tree.ts";
import { readToml } from "./toml/read.ts";
import type { Tree } from "./tree.ts";
import { readYaml } from "./yaml/read.ts";

/** A file's tree, or why it was not read. */
export type Reading = Tree | { readonly tooDeep: Span } | { readonly tooLarge: true };

/** Reads text of any format, with tolerance. Never throws. */
export function readTree(text: string, format: Format): Reading {
	switch (format) {
		case "json":
			return readJson(text);
		case "toml":
			return readToml(text);
		case "yaml":
			return readYaml(text);
	}
}

/** How a host's file is written: as its name says, where the host reads more than one format. */
export function formatOf(host: Host, file: string): Format {
	return host.format === "yaml" && /\.json$/i.test(file) ? "json" : host.format;
}

export const FORMAT_TITLES: Readonly<Record<Format, string>> = { json: "JSON", toml: "TOML", yaml: "YAML" };
