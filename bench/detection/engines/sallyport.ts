import { matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { examine } from "../../../src/core/rules/analyze.ts";
import type { Sample } from "../sample.ts";
import type { Engine, Flag } from "./engine.ts";

export const SALLYPORT: Engine = {
	name: "Sallyport",
	run: async (samples) => samples.map(flags),
};

function flags({ path, text }: Sample): Flag[] | null {
	const host = matchHost(path);
	if (host === null) return null;
	const document = parseConfig(text, host, path);
	const shift = document.bom ? 1 : 0;
	return examine(document, { home: "/home/sam" })
		.findings.filter(({ ruleId }) => ruleId.startsWith("secret-"))
		.map(({ span, severity }) => ({
			offset: span.offset + shift,
			length: span.length,
			tier: severity === "hint" || severity === "info" ? "hint" : "warning",
		}));
}
