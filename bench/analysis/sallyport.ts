import { matchHost } from "../../src/core/config/hosts.ts";
import { parseConfig } from "../../src/core/config/parse.ts";
import { examine } from "../../src/core/rules/analyze.ts";

/** All that there is to say of a file; how many findings that are. */
export function examineFile(file: string, text: string): number {
	const host = matchHost(file);
	return host === null ? 0 : examine(parseConfig(text, host, file), { home: "/home/me" }).findings.length;
}
