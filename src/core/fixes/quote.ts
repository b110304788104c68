import type { Format } from "../config/hosts.ts";

/** A string as any place of a file of this format may hold it, with its quotes. */
export function quote(format: Format, value: string): string {
	const json = JSON.stringify(value);
	// JSON's escapes are TOML's and YAML's, too; only TOML wants this one for a character that JSON leaves alone.
	return format === "toml" ? json.replaceAll("\u007f", "\\u007f") : json;
}
