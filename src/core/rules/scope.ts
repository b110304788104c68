import { workspacePart } from "../config/hosts.ts";
import type { ConfigDocument } from "../config/server.ts";
import type { AnalysisContext } from "./finding.ts";

/** True for a file of a workspace, which may come from anyone; false for a person's own. Where nobody has looked, its path tells as far as it can. */
export function travels({ host, file }: ConfigDocument, { file: facts, home }: AnalysisContext): boolean {
	const scope = facts?.scope ?? null;
	if (scope !== null) return scope === "workspace";
	const folder = workspacePart(file.includes("\\") ? file.replace(/\\/g, "/") : file, host);
	return folder !== null && folder !== "~" && folder !== home?.replace(/\\/g, "/").replace(/\/$/, "");
}
