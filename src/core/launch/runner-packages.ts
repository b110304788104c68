/** What to write in the place of a runner of TypeScript. */
export const TYPESCRIPT =
	"Where your node is 22.18 or newer, it runs TypeScript by itself: node SCRIPT. Else build the server to JavaScript.";
const ITSELF = "Start the server itself: npx -y NAME, node SCRIPT, or its own executable.";

/** Packages of npm that run a program which their arguments name: to pin the package would pin nothing of the server. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
	...[
		"tsx",
		"ts-node",
		"ts-node-dev",
		"tsm",
		"esno",
		"esmo",
		"esbuild-runner",
		"vite-node",
		"jiti",
		"sucrase",
		"@swc-node/cli",
		"@babel/node",
	].map((name) => [name, TYPESCRIPT] as const),
	...["node", "bun", "deno", "electron", "npm", "npx", "pnpm", "yarn", "@yarnpkg/cli-dist", "corepack"].map(
		(name) => [name, ITSELF] as const,
	),
	...["nodemon", "pm2", "forever", "concurrently", "npm-run-all", "npm-run-all2", "zx", "shx"].map((name) => [name, ITSELF] as const),
	...["cross-env", "env-cmd", "dotenv-cli", "@dotenvx/dotenvx"].map(
		(name) => [name, `${ITSELF} Its variables belong into the entry's env.`] as const,
	),
]);

/** What to do instead of starting this package; null: it may be a server. */
export function runnerPackage(name: string): string | null {
	return PACKAGES.get(name.toLowerCase()) ?? null;
}
