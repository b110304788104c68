import * as path from "node:path";
import { styleText } from "node:util";
import manifest from "../../package.json" with { type: "json" };
import { STALE_BASELINE } from "../core/report/baseline.ts";
import { formatGitHub } from "../core/report/github.ts";
import { formatJson } from "../core/report/json.ts";
import type { AnalyzedFile } from "../core/report/report.ts";
import { formatSarif } from "../core/report/sarif.ts";
import { formatText, type Paint, type ScanScope, type Style } from "../core/report/text.ts";
import { unreachable } from "../core/result.ts";
import { RULES } from "../core/rules/index.ts";
import { repositoryAround } from "../platform/git.ts";
import { nodeCrypto } from "../platform/node-crypto.ts";
import { isOutside } from "./display-name.ts";
import type { Io } from "./io.ts";

export const FORMATS = ["text", "json", "sarif", "github"] as const;
export type Format = (typeof FORMATS)[number];

/** The report as it is printed. */
export function formatted(format: Format, files: readonly AnalyzedFile[], scope: ScanScope, io: Io): string {
	switch (format) {
		case "text":
			return formatText(files, painter(io), scope);
		case "json":
			return formatJson(files, (text) => nodeCrypto().hash("sha256", text));
		case "sarif":
			return formatSarif(files, { version: manifest.version, rules: [...RULES, STALE_BASELINE], unread: scope.unread });
		case "github":
			return formatGitHub(files);
		default:
			return unreachable(format);
	}
}

/** The folder that a format's file names start from: programs that read SARIF and annotations know the repository, not where we were. */
export function baseOf(format: Format, io: Io): string {
	if (format === "text" || format === "json") return io.cwd;
	const root = repositoryAround(io.cwd);
	if (root !== null) return root;
	const checkout = io.env.GITHUB_WORKSPACE ?? "";
	return path.isAbsolute(checkout) && !isOutside(path.relative(checkout, io.cwd)) ? checkout : io.cwd;
}

const STYLES: Readonly<Record<Style, Parameters<typeof styleText>[0]>> = {
	error: "red",
	warning: "yellow",
	info: "cyan",
	hint: "dim",
	file: "bold",
	dim: "dim",
	mark: "red",
};

/** Colours only for a person at a terminal who has not said no (https://no-color.org), or for whoever forces them. */
function painter(io: Io): Paint {
	if (!isColoured(io)) return (_, text) => text;
	return (style, text) => styleText(STYLES[style], text, { validateStream: false });
}

/** As Node itself decides: `FORCE_COLOR` before `NO_COLOR` before the terminal. */
function isColoured({ stdout, env }: Io): boolean {
	if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
	return stdout.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
}
