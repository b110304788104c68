import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import type { Engine } from "./engine.ts";

const config = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator }] };

/** On the whole text of the file, as its command line does. */
export const SECRETLINT: Engine = {
	name: "secretlint",
	async run(samples) {
		const found = [];
		for (const { path, text } of samples) {
			const source = { content: text, filePath: path, ext: path.slice(path.lastIndexOf(".")), contentType: "text" as const };
			const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
			found.push(messages.map(({ range: [start, end] }) => ({ offset: start, length: end - start, tier: "warning" as const })));
		}
		return found;
	},
};
