import { spanWithin } from "../../src/core/config/escapes.ts";
import { parseConfig } from "../../src/core/config/parse-json.ts";
import type { Finding } from "../../src/core/rules/finding.ts";
import type { Analysis } from "../../src/platform/fix.ts";

export function analyse(text: string): Analysis {
	const document = parseConfig(text, "mcp-json", "mcp.json");
	const findings = document.servers.flatMap((server) =>
		(server.kind === "stdio" ? server.env : []).flatMap(({ name, value }) =>
			[...value.value.matchAll(/ghp_[A-Za-z0-9]{36}/g)].map((match): Finding => {
				const span = spanWithin(text, value, match.index, match.index + match[0].length);
				const keyPath = [...server.keyPath, "env", name.value];
				return {
					ruleId: "secret-env",
					severity: "error",
					server: server.name.value,
					keyPath,
					span,
					message: "m",
					slot: `env:${name.value}`,
					fixable: true,
				};
			}),
		),
	);
	return { document, findings };
}
