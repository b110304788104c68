import { own } from "../own.ts";
import { fail, failed, ok, type Result } from "../result.ts";
import { flagName } from "./flag-name.ts";
import { type PackageSpec, parsePackageSpec } from "./package-spec.ts";

/**
 * `npx` and `npm exec`: a package of the registry. What npx itself would do differs in one point, on purpose: it prefers a
 * binary of the project that it is started in, which a workspace could plant.
 */
export interface NpxLaunch {
	readonly kind: "npx";
	readonly spec: PackageSpec;
	/** The binary of the package to run; null: the only one, or the one that is named like the package. */
	readonly bin: string | null;
	readonly args: readonly string[];
}

/** Flags that change nothing about what is run. */
const HARMLESS: ReadonlySet<string> = new Set(["-y", "--yes", "-q", "--quiet", "--silent", "--prefer-online", "--prefer-offline"]);

const REASONS: Readonly<Record<string, string>> = {
	"-c": "it hands a line to a shell",
	"--call": "it hands a line to a shell",
	"--shell": "it chooses a shell",
	"--script-shell": "it chooses a shell",
	"--node-options": "it loads code of its own into Node",
	"-n": "it loads code of its own into Node",
	"--node-arg": "it loads code of its own into Node",
	"--registry": "only your own npm configuration may choose the registry",
	"--userconfig": "only your own npm configuration counts",
	"--globalconfig": "only your own npm configuration counts",
	"--prefix": "packages are installed into the store",
	"--cache": "packages are installed into the store",
};

/** What follows `npx`. Only the first positional and the flags before it are npx's; everything after belongs to the server. */
export function parseNpx(args: readonly string[]): Result<NpxLaunch> {
	const line = new Line("npx");
	let at = 0;
	for (; at < args.length; at++) {
		const arg = args[at] ?? "";
		if (arg === "--") {
			at++;
			break;
		}
		if (!arg.startsWith("-")) break;
		const taken = line.flag(arg, args[at + 1]);
		if (!taken.ok) return taken;
		at += taken.value - 1;
	}
	return line.finish(args.slice(at));
}

/** What follows `npm exec`. npm keeps reading flags after the package until `--`, so the same is done here. */
export function parseNpmExec(args: readonly string[]): Result<NpxLaunch> {
	const line = new Line("npm exec");
	const words: string[] = [];
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? "";
		if (arg === "--") {
			for (const word of args.slice(at + 1)) words.push(word);
			break;
		}
		if (!arg.startsWith("-")) {
			words.push(arg);
			continue;
		}
		const next = args[at + 1];
		const taken = line.flag(arg, next);
		if (!taken.ok) return taken;
		if (taken.value === 1 && /^(?:true|false|null)$/.test(next ?? "")) return refuseFlag("npm exec", arg);
		at += taken.value - 1;
	}
	return line.finish(words);
}

class Line {
	readonly #runner: string;
	readonly #packages: string[] = [];

	constructor(runner: string) {
		this.#runner = runner;
	}

	/** Takes one flag and says how many arguments it was made of. */
	flag(arg: string, next: string | undefined): Result<number> {
		if (HARMLESS.has(arg)) return ok(1);
		if (arg === "-p" || arg === "--package") {
			if (next === undefined || next.startsWith("-")) return fail("launch-package", `${arg} names no package.`, `Write: ${arg} NAME`);
			this.#packages.push(next);
			return ok(2);
		}
		const joined = /^(?:-p|--package)=(.+)$/s.exec(arg);
		if (joined?.[1] === undefined) return refuseFlag(this.#runner, arg);
		this.#packages.push(joined[1]);
		return ok(1);
	}

	finish(words: readonly string[]): Result<NpxLaunch> {
		const [first, ...args] = words;
		if (this.#packages.length > 1)
			return fail("launch-package", `${this.#runner} with several packages cannot be pinned.`, "Name one package.");
		if (first === undefined || first === "")
			return fail(
				"launch-package",
				this.#packages.length === 0 ? `${this.#runner} names no package.` : `${this.#runner} names a package and no command of it.`,
				"Write: npx -y NAME, or npx -y --package=NAME COMMAND",
			);
		const spec = parsePackageSpec(this.#packages[0] ?? first);
		if (!spec.ok) return failed(spec.problem);
		if (this.#packages.length === 0) return ok({ kind: "npx", spec: spec.value, bin: null, args });
		if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(first))
			return fail(
				"launch-package",
				"What follows the package is not the name of a command.",
				"Name a command that the package itself brings.",
			);
		return ok({ kind: "npx", spec: spec.value, bin: first, args });
	}
}

function refuseFlag(
	runner: string,
	flag: string,
): { readonly ok: false; readonly problem: { code: string; message: string; remedy: string } } {
	const name = flagName(flag);
	const reason = own(REASONS, name);
	return {
		ok: false,
		problem: {
			code: "launch-flag",
			message: `${runner} ${name} is not allowed here${reason === undefined ? ": its meaning is not known" : `: ${reason}`}.`,
			remedy: `Remove ${name} from the server's args.`,
		},
	};
}
