import { TYPESCRIPT } from "./runner-packages.ts";

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
		names: ["corepack"],
		why: "fetches a package manager and starts it",
		remedy: "Name the package manager itself: pnpm dlx NAME, or npx -y NAME.",
	},
	{
		names: ["pypy", "pypy3", "graalpy", "micropython", "tsx", "ts-node", "ts-node-esm", "nodemon", "esno", "electron"],
		why: `runs code that it loads or compiles itself; it ${LATER}`,
		remedy: TYPESCRIPT,
	},
	{
		names: ["poetry", "pdm", "hatch", "rye", "pixi", "conda", "mamba", "micromamba", "pipenv", "pip", "pip3", "py", "pyw", "pythonw"],
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
			"rbash",
			"yash",
			"nu",
			"elvish",
			"xonsh",
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
				"gsudo",
				"run0",
				"su",
				"sg",
				"nohup",
				"nice",
				"ionice",
				"timeout",
				"gtimeout",
				"faketime",
				"time",
				"setsid",
				"stdbuf",
				"unbuffer",
				"xargs",
				"gxargs",
				"find",
				"watch",
				"script",
				"strace",
				"ltrace",
				"gdb",
				"valgrind",
				"perf",
				"setpriv",
				"capsh",
				"taskset",
				"chrt",
				"numactl",
				"flock",
				"prlimit",
				"runuser",
				"runcon",
				"pkexec",
				"gosu",
				"su-exec",
				"setuidgid",
				"choom",
				"cpulimit",
				"rlwrap",
				"eatmydata",
				"chronic",
				"torsocks",
				"torify",
				"proxychains",
				"proxychains4",
				"winpty",
				"conhost",
				"forfiles",
				"watchexec",
				"setarch",
				"linux32",
				"linux64",
				"tini",
				"dumb-init",
				"catatonit",
				"parallel",
				"entr",
				"fakeroot",
				"proot",
				"socat",
				"expect",
				"tmux",
				"screen",
				"dbus-run-session",
				"with-contenv",
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
			"luajit",
			"rscript",
			"r",
			"octave",
			"julia",
			"tclsh",
			"wish",
			"expect",
			"awk",
			"gawk",
			"mawk",
			"nawk",
			"original-awk",
			"sed",
			"guile",
			"racket",
			"sbcl",
			"clisp",
			"janet",
			"raku",
			"runghc",
			"ghci",
			"ocaml",
			"erl",
			"escript",
			"iex",
			"groovy",
			"scala",
			"clojure",
			"clj",
			"bb",
			"emacs",
			"vim",
			"nvim",
			"gnuplot",
			"qjs",
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

/** Interpreters whose lines are read, by the names that they usually have. */
const INTERPRETERS: ReadonlyMap<string, string> = new Map(
	Object.entries({ node: "node", nodejs: "node", python: "python", bun: "bun", deno: "deno" }),
);

/** A name without what follows its first digit: `perl5.36-x86_64-linux-gnu`, `tclsh8.6` and `php-8.2` are the same programs. */
function withoutVersion(name: string): string {
	return name.replace(/[-_.]?\d.*$/s, "");
}

/** True for two names of one interpreter whose lines are read, as distributions give it: `node` and `node-22`, `python3` and `python3.13t`. */
export function isSameInterpreter(a: string, b: string): boolean {
	const known = INTERPRETERS.get(withoutVersion(a));
	return known !== undefined && known === INTERPRETERS.get(withoutVersion(b));
}

/** Why a runner is refused, and what to do instead. Null: it is none of the runners that are known to run something else. */
export function refusedRunner(name: string): { readonly message: string; readonly remedy: string } | null {
	const plain = withoutVersion(name);
	const family = BY_NAME.get(name) ?? BY_NAME.get(plain);
	if (family === undefined && plain !== name && INTERPRETERS.has(plain))
		return {
			message: `${name} looks like ${plain} under another name, and its arguments name the code that runs.`,
			remedy: `Write the command as ${plain}.`,
		};
	return family === undefined ? null : { message: `${name} ${family.why}.`, remedy: family.remedy };
}
