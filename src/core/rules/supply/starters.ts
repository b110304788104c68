/** How a program that only starts another one is written: what of its own stands in front of the other. */
export interface Starter {
	/** Flags that take the next word. */
	readonly values: RegExp;
	/** How many words of its own come first, flags aside: the time of `timeout 5 npx`. */
	readonly operands: number;
	/** With what its flags begin. */
	readonly flags: RegExp;
}

/** What a program in front of another one is; null: it is none that is known. */
export function starterOf(program: string): Starter | null {
	return STARTERS.get(program) ?? null;
}

const DASH = /^-/;
const NONE = /^$/;

const STARTERS: ReadonlyMap<string, Starter> = new Map(
	[
		start("env", /^(?:-u|--unset|-C|--chdir|-a|--argv0|-P)$/),
		start("sudo", /^(?:-u|--user|-g|--group|-h|--host|-p|--prompt|-C|-D|-R|-T)$/),
		start("doas", /^(?:-u|-C)$/),
		start("gsudo", /^(?:-u|--user)$/),
		start("pkexec", /^--user$/),
		start("exec", /^-a$/),
		start(
			"nohup command builtin busybox toybox time setsid unbuffer dumb-init catatonit dbus-run-session dbus-launch with-contenv fakeroot torsocks torify rlwrap eatmydata chronic winpty linux32 linux64 arch call",
			NONE,
		),
		start("{ ! if then elif else while until do coproc", NONE),
		start("nice", /^(?:-n|--adjustment)$/),
		start("ionice", /^(?:-c|-n|--class|--classdata)$/),
		start("stdbuf", /^(?:-i|-o|-e)$/),
		start("caffeinate", /^-t$/),
		start("cross-env", NONE),
		start("wsl", /^(?:-d|--distribution|-u|--user|--cd|--shell-type)$/),
		start("xvfb-run", /^(?:-s|--server-args|-n|-e|-f|-l|-p|-w)$/),
		start("timeout gtimeout", /^(?:-k|--kill-after|-s|--signal)$/, 1),
		start("xargs gxargs", /^(?:-[nIPLdasE]|--max-args|--max-procs|--max-lines|--delimiter|--arg-file|--max-chars|--eof)$/),
		start("strace", /^(?:-[abeEIoOpPsSuUX]|--output|--trace|--user|--env|--string-limit)$/),
		start("ltrace", /^(?:-[aADeFlLnopsuwx]|--output|--library)$/),
		start("valgrind gdb perf catchsegv", NONE),
		start("tini", /^-[pe]$/),
		start("unshare", /^(?:-[SGRw]|--setuid|--setgid|--root|--wd|--map-user|--map-group|--propagation)$/),
		start("nsenter", /^(?:-[tSGW]|--target|--setuid|--setgid|--wdns)$/),
		start("chroot", /^(?:--userspec|--groups)$/, 1),
		start(
			"systemd-run",
			/^(?:-[puEMtHP]|--property|--unit|--setenv|--machine|--slice|--uid|--gid|--description|--working-directory|--nice)$/,
		),
		start("runuser", /^(?:-[ugGw]|--user|--group|--supp-group|--whitelist-environment)$/),
		start("gosu su-exec setuidgid", NONE, 1),
		start("taskset chrt faketime setarch", /^(?:-[TDP]|--sched-\w+)$/, 1),
		start("numactl", /^-[iNmCp]$/),
		start("prlimit setpriv capsh", /^--(?:reuid|regid|groups|inh-caps|ambient-caps|bounding-set|securebits|pdeathsig|selinux-label)$/),
		start("runcon", /^-[turl]$/, 1),
		start("flock", /^(?:-[wE]|--wait|--timeout|--conflict-exit-code)$/, 1),
		start("script", /^(?:-[EIOBTmoF]|--log-\w+|--logging-format|--output-limit|--echo)$/, 1),
		start("parallel", /^(?:-[jPaIN]|--jobs|--arg-file|--colsep|--delay|--timeout)$/),
		start("watch", /^(?:-[nq]|--interval|--equexit)$/),
		start("entr", NONE),
		start("proxychains proxychains4", /^-f$/),
		start("proot", /^-[rbwki0qv]$/),
		start("choom cpulimit", /^-[nlep]$/),
		start("nodemon", /^(?:-[wexidC]|--watch|--ext|--ignore|--delay|--cwd|--config|--exec)$/),
		start("conhost", /^--(?:width|height|signal|server)$/),
		{ ...start("start", /^\/(?:d|node|affinity|machine)$/i), flags: /^\// },
	].flatMap(({ names, ...starter }) => names.map((name): [string, Starter] => [name, starter])),
);

function start(names: string, values: RegExp, operands = 0): Starter & { readonly names: readonly string[] } {
	return { names: names.split(" "), values, operands, flags: DASH };
}

/** Programs that start what stands behind `--`. */
export const STARTS_BEHIND_DASHES =
	/^(?:op|doppler|infisical|dotenvx?|dotenv-cli|mise|rtx|direnv|aws-vault|sops|chamber|teller|vault-env|nix|firejail|bwrap)$/;

/** A flag behind which such a program takes a line for a shell; null: it takes none. */
export function scriptFlag(program: string): RegExp | null {
	return SCRIPT_FLAGS.get(program) ?? null;
}

const DASH_C = /^(?:-[a-zA-Z]*c|--command|--session-command)$/;

const SCRIPT_FLAGS: ReadonlyMap<string, RegExp> = new Map([
	...["su", "sg", "runuser", "script", "flock"].map((name): [string, RegExp] => [name, DASH_C]),
	["nix-shell", /^--(?:run|command)$/],
	["nodemon", /^(?:-x|--exec)$/],
	["forfiles", /^\/c$/i],
]);

/** Runs a program of an environment: how the flags in front of that program are read. */
export interface EnvironmentRunner {
	readonly subcommands: RegExp;
	/** Flags that take the next word. */
	readonly values: RegExp;
	/** How many words come between: the container of `docker exec`. */
	readonly operands: number;
	/** True for one whose program runs in a container or on another machine. */
	readonly elsewhere: boolean;
}

/** Null: the program is none. */
export function environmentRunner(program: string): EnvironmentRunner | null {
	return ENVIRONMENTS.get(program) ?? null;
}

const ENVIRONMENTS: ReadonlyMap<string, EnvironmentRunner> = new Map(
	[
		environment(
			"uv",
			/^run$/,
			/^(?:-[pC]|--with|--with-editable|--with-requirements|--directory|--project|--python|--env-file|--extra|--group|--package|--index|--index-url|--default-index|--config-file|--cache-dir)$/,
		),
		environment("poetry pdm rye pixi hatch pipenv", /^run$/, /^(?:-[CPpe]|--directory|--project|--manifest-path|--environment|--env)$/),
		environment("conda mamba micromamba", /^run$/, /^(?:-[np]|--name|--prefix|--cwd)$/),
		environment("bundle", /^exec$/, NONE),
		environment("pnpm yarn npm", /^(?:exec|x)$/, /^(?:-[CF]|--filter|--dir|--prefix|--package|-p|-w|--workspace)$/),
		environment(
			"docker podman nerdctl docker-compose",
			/^exec$/,
			/^(?:-[euwfp]|--env|--env-file|--user|--workdir|--detach-keys|--file|--project-name|--index)$/,
			1,
		),
	].flatMap(({ names, ...runner }) => names.map((name): [string, EnvironmentRunner] => [name, runner])),
);

function environment(
	names: string,
	subcommands: RegExp,
	values: RegExp,
	operands = 0,
): EnvironmentRunner & { readonly names: readonly string[] } {
	return { names: names.split(" "), subcommands, values, operands, elsewhere: operands > 0 };
}
