// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { temporaryFolder } from "./folders.ts";

/**
 * Where a file or a program comes from that an option or a variable names. `anybody`: a folder that every program may write to, or an
 * address; `workspace`: whoever wrote the config may have put it there; `package`: a name that is searched for among what is installed;
 * `installed`: a place of the machine's or the person's own.
 */
export type Origin = "anybody" | "workspace" | "package" | "installed";

/** `bare`: what a name without a folder is. */
export function originOf(written: string, bare: "workspace" | "package"): Origin {
	const path = written.trim().replace(/^file:(?:\/\/)?/i, "");
	if (/^(?:[a-z][a-z0-9+.-]+:\/\/|data:|\\\\)/i.test(path) || temporaryFolder(path) !== null) return "anybody";
	if (/^\.{1,2}(?:[\\/]|$)|^\$\{(?:workspaceFolder|workspaceRoot|workspace|CLAUDE_PROJECT_DIR|PWD)\b|^\$PWD\b/i.test(path))
		return "workspace";
	if (/^(?:[\\/~$%{]|[A-Za-z]:)/.test(path)) return "installed";
	return bare;
}

/** The same of a command, which may be a line for a shell: what does more than name a program with its arguments could do anything. */
export function commandOrigin(written: string): Origin {
	const line = written.trim().replace(/^[|!]\s*/, "");
	if (/[;&|`<>\n]|\$\(/.test(line)) return "workspace";
	return originOf(/^"([^"]*)"/.exec(line)?.[1] ?? /^\S*/.exec(line)?.[0] ?? "", "package");
}
