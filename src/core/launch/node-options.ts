import { isHarmlessNodeFlag } from "./interpreter-line.ts";

/**
 * What a value of `NODE_OPTIONS` does to every Node that sees it. `harmless`: each word is a flag that is known to load nothing and to
 * open nothing; `loads`: it has code loaded before the program; `debugs`: it lets other programs run code in it; `unknown`: nobody knows,
 * and only what is harmless may pass.
 */
export type NodeOptionsEffect = "harmless" | "loads" | "debugs" | "unknown";

export function nodeOptionsEffect(options: string): NodeOptionsEffect {
	// Node splits at spaces alone, and reads `_` within a name as `-`.
	const words = options
		.split(" ")
		.filter((word) => word !== "")
		.map(withDashes);
	if (words.every((word) => isHarmlessNodeFlag(word) || TUNING.has(word) || TUNING_WITH_NUMBER.test(word))) return "harmless";
	const bare = options.replace(/["\\]/g, "").split(/\s+/).map(withDashes);
	if (bare.some((word) => LOADS.test(word))) return "loads";
	return bare.some((word) => /^--(?:inspect|debug)/.test(word)) ? "debugs" : "unknown";
}

function withDashes(word: string): string {
	const equals = word.indexOf("=");
	const name = equals < 0 ? word : word.slice(0, equals);
	return name.startsWith("--") ? name.replaceAll("_", "-") + word.slice(name.length) : word;
}

const LOADS =
	/^(?:-r|--(?:require|import|loader|experimental-loader|openssl-config|env-file|env-file-if-exists|experimental-(?:default-)?config-file|snapshot-blob)(?:=|$))/;

/** Beside those that may stand in a launch line: what honest files set. */
const TUNING: ReadonlySet<string> = new Set([
	"--dns-result-order=ipv6first",
	"--enable-network-family-autoselection",
	"--experimental-detect-module",
	"--experimental-global-webcrypto",
	"--experimental-import-meta-resolve",
	"--experimental-require-module",
	"--experimental-top-level-await",
	"--experimental-webcrypto",
	"--experimental-webstorage",
	"--expose-gc",
	"--no-addons",
	"--no-experimental-detect-module",
	"--no-experimental-fetch",
	"--no-experimental-global-navigator",
	"--no-experimental-require-module",
	"--no-experimental-sqlite",
	"--no-experimental-strip-types",
	"--no-experimental-websocket",
	"--no-force-async-hooks-checks",
	"--no-global-search-paths",
	"--no-network-family-autoselection",
	"--no-node-snapshot",
	"--openssl-legacy-provider",
	"--tls-max-v1.2",
	"--tls-max-v1.3",
	"--tls-min-v1.2",
	"--tls-min-v1.3",
	"--trace-exit",
	"--trace-sigint",
	"--trace-sync-io",
	"--trace-tls",
	"--unhandled-rejections=none",
	"--unhandled-rejections=throw",
	"--unhandled-rejections=warn-with-error-code",
]);
const TUNING_WITH_NUMBER =
	/^--(?:max-old-space-size-percentage|max-http-header-size|network-family-autoselection-attempt-timeout|v8-pool-size)=[0-9]{1,9}$/;
