const LATER = "is not supported yet";
const PINNABLE = "Start the server itself: npx -y NAME, node SCRIPT, python SCRIPT, or its own executable.";

interface Family {
	readonly names: readonly string[];
	readonly why: string;
	readonly remedy: string;
}

/** Programs that run other programs: the name of the executable would say nothing about the code that runs. */
const FAMILIES: readonly Family[] = [
	{
		names: ["docker", "podman", "nerdctl", "finch", "docker-compose", "docker-mcp"],
		why: `runs a container, which ${LATER}`,
		remedy: "Container servers come later; until then use the server's npm package or its own executable.",
	},
	{
		names: ["bunx", "bun", "pnpm", "pnpx", "yarn", "yarnpkg", "corepack"],
		why: `fetches or chooses the code at every start; it ${LATER}`,
		remedy: "Use npx -y NAME for the same package.",
	},
	{
		names: ["deno", "tsx", "ts-node", "ts-node-esm", "nodemon", "esno", "electron"],
		why: `runs code that it loads or compiles itself; it ${LATER}`,
		remedy: "Build the server to JavaScript and use node SCRIPT.",
	},
	{
		names: [
			"uvx",
			"uv",
			"pipx",
			"poetry",
			"pdm",
			"hatch",
			"rye",
			"pixi",
			"conda",
			"mamba",
			"micromamba",
			"pipenv",
			"pip",
			"pip3",
			"py",
			"pyw",
			"pythonw",
		],
		why: `fetches or chooses the code at every start; it ${LATER}`,
		remedy: "Install the server into a virtual environment and name that environment's executable, or its python with -m MODULE.",
	},
	{
		names: [
			"sh",
			"bash",
			"zsh",
			"dash",
			"ash",
			"ksh",
			"mksh",
			"fish",
			"csh",
			"tcsh",
			"busybox",
			"toybox",
			"cmd",
			"powershell",
			"pwsh",
			"wsl",
			"cscript",
			"wscript",
			"osascript",
		],
		why: "is a shell: what it starts cannot be pinned",
		remedy: PINNABLE,
	},
	{
		names: [
			...[
				"env",
				"sudo",
				"doas",
				"su",
				"nohup",
				"nice",
				"ionice",
				"timeout",
				"time",
				"setsid",
				"stdbuf",
				"unbuffer",
				"xargs",
				"watch",
				"script",
				"strace",
			],
			...[
				"chroot",
				"unshare",
				"nsenter",
				"bwrap",
				"firejail",
				"systemd-run",
				"dotenv",
				"dotenvx",
				"direnv",
				"cross-env",
				"op",
				"doppler",
				"infisical",
			],
			...[
				"mise",
				"rtx",
				"asdf",
				"nvm",
				"fnm",
				"volta",
				"make",
				"just",
				"task",
				"ssh",
				"start",
				"open",
				"xdg-open",
				"rundll32",
				"mshta",
				"ld.so",
			],
		],
		why: "only starts something else",
		remedy: `Remove it from the line. ${PINNABLE}`,
	},
	{
		names: [
			"ruby",
			"bundle",
			"gem",
			"perl",
			"php",
			"composer",
			"java",
			"kotlin",
			"jbang",
			"dotnet",
			"dnx",
			"go",
			"cargo",
			"lua",
			"rscript",
			"julia",
			"elixir",
			"mix",
			"swift",
			"nix",
			"nix-shell",
			"guix",
		],
		why: `is an interpreter or a build tool whose code cannot be pinned yet; it ${LATER}`,
		remedy: "Name the server's own executable.",
	},
];

const BY_NAME: ReadonlyMap<string, Family> = new Map(FAMILIES.flatMap((family) => family.names.map((name) => [name, family] as const)));

/** Why a runner is refused, and what to do instead. Null: it is none of the runners that are known to run something else. */
export function refusedRunner(name: string): { readonly message: string; readonly remedy: string } | null {
	const family = BY_NAME.get(name) ?? BY_NAME.get(name.replace(/[0-9.]+$/, ""));
	return family === undefined ? null : { message: `${name} ${family.why}.`, remedy: family.remedy };
}
