import { type HostId, matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { AnalyzedFile } from "../../../src/core/report/report.ts";
import { examine } from "../../../src/core/rules/analyze.ts";

/** A text as `sallyport scan` hands it to a report. */
export function analyzed(text: string, file = ".cursor/mcp.json", host: HostId = matchHost(file) ?? "cursor"): AnalyzedFile {
	const document = parseConfig(text, host, file);
	const { findings, silenced } = examine(document, { home: null });
	return { file, document, findings, silenced: silenced.map((finding) => ({ finding, by: "ignore", reason: null })) };
}
