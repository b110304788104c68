import * as fs from "node:fs";
import * as path from "node:path";
import { npm } from "../../src/setup/dependencies.mjs";

const VERSION = "0.0.83";
/** It looks for dangerous names with ripgrep, which few machines have. */
const RIPGREP_VERSION = "1.18.0";
const folder = path.resolve(import.meta.dirname, "..", "..", ".cache", "peers", `sandbox-runtime-${VERSION}`);

/** The folder with the other sandbox in it, installed on first use. Null: it could not be, and `say` was told why. */
export async function sandboxRuntime(say: (text: string) => void): Promise<string | null> {
	try {
		if (!fs.existsSync(path.join(folder, "node_modules", "@anthropic-ai", "sandbox-runtime", "package.json"))) {
			fs.mkdirSync(folder, { recursive: true });
			fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
			const packages = [`@anthropic-ai/sandbox-runtime@${VERSION}`, `@vscode/ripgrep@${RIPGREP_VERSION}`];
			await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], folder);
		}
		return folder;
	} catch (error) {
		say(`srt is left out: it could not be installed (${error instanceof Error ? error.message : error}).`);
		return null;
	}
}
