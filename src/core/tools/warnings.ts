import { plain } from "../plain-text.ts";
import { riskOf } from "./risk.ts";
import { type Suspicion, suspicionsOf } from "./suspicious.ts";

type Listed = Parameters<typeof suspicionsOf>[0];

/**
 * What a person should see before they allow a tool, in plain text: where the server contradicts itself, and where its words are not of the tool.
 *
 * @param others names of tools of other servers
 */
export function warningsOf(tool: Listed, others?: ReadonlySet<string>): readonly string[] {
	return [...riskOf(tool).contradictions.map(plain), ...suspicionsOf(tool, others).map(lookClosely)];
}

function lookClosely({ because }: Suspicion): string {
	return `look closely: ${plain(because)}`;
}
