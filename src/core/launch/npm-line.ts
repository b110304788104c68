import { own } from "../own.ts";
import { fail, failed, ok, type Result } from "../result.ts";
import { flagName } from "./flag-name.ts";
import { type PackageSpec, parsePackageSpec } from "./package-spec.ts";
import { runnerPackage } from "./runner-packages.ts";

/**
 * `npx` and its like: a package of npm's registry. What these tools would do themselves differs in one point, on purpose: most prefer a binary of
 * the project that they are started in, which a workspace could plant.
 */
export interface NpmLaunch {
	readonly kind: "package";
	readonly registry: "npm";
	readonly spec: PackageSpec;
	/** The binary of the package to run; null: the only one, or the one that is named like the package. */
	readonly bin: string | null;
	/** `script`: what the binary's own first line asks for; `bun`: Bun, whatever it asks for. */
	readonly runtime: "script" | "bun";
	readonly args: readonly string[];
}

/** What one of these tools takes before the package. */
export interface NpmTool {
	/** As the line writes it, for messages: `pnpm dlx`. */
	readonly name: string;
	/** Options without a value that change nothing about what is run. */
	readonly harmless: ReadonlySet<string>;
	/** Options that name the package; the value is the next word, or follows a `=`. */
	readonly packages: ReadonlySet<string>;
	/** Options that have Bun run the package. */
	readonly bun: ReadonlySet<string>;
	/** Why an option is refused. What is in none of these is refused as unknown. */
	readonly reasons: Readonly<Record<string, string>>;
	/** The forms of a whole line, for a remedy. */
	readonly example: string;
}

/** Reads one line of a tool of the npm family, word for word as that tool does. */
export class NpmLine {
	readonly #tool: NpmTool;
	readonly #packages: string[] = [];
	#bun = false;

	constructor(tool: NpmTool) {
		this.#tool = tool;
	}

	/** Takes the options at the beginning, up to the first word that is none or to `--`, and gives what follows. */
	leading(args: readonly string[]): Result<readonly string[]> {
		for (let at = 0; at < args.length; at++) {
			const arg = args[at] ?? "";
			if (arg === "--") return ok(args.slice(at + 1));
			if (!arg.startsWith("-")) return ok(args.slice(at));
			const taken = this.option(arg, args[at + 1]);
			if (!taken.ok) return taken;
			at += taken.value - 1;
		}
		return ok([]);
	}

	/** Takes one option and says how many arguments it was made of. */
	option(arg: string, next: string | undefined): Result<number> {
		const { harmless, packages, bun } = this.#tool;
		if (bun.has(arg)) this.#bun = true;
		if (harmless.has(arg) || bun.has(arg)) return ok(1);
		if (packages.has(arg)) {
			if (next === undefined || next.startsWith("-")) return fail("launch-package", `${arg} names no package.`, `Write: ${arg} NAME`);
			this.#packages.push(next);
			return ok(2);
		}
		const equals = arg.indexOf("=");
		const value = arg.slice(equals + 1);
		if (equals < 0 || value === "" || !packages.has(arg.slice(0, equals))) return refuseOption(this.#tool, arg);
		this.#packages.push(value);
		return ok(1);
	}

	/** @param words what follows the options: the package or, after an option that names one, its command; then the server's own arguments */
	finish(words: readonly string[]): Result<NpmLaunch> {
		const { name, example } = this.#tool;
		const [first, ...args] = words;
		if (this.#packages.length > 1) return fail("launch-package", `${name} with several packages cannot be pinned.`, "Name one package.");
		if (first === undefined || first === "")
			return fail(
				"launch-package",
				this.#packages.length === 0 ? `${name} names no package.` : `${name} names a package and no command of it.`,
				`Write: ${example}`,
			);
		const spec = parsePackageSpec(this.#packages[0] ?? first);
		if (!spec.ok) return failed(spec.problem);
		const instead = runnerPackage(spec.value.name);
		if (instead !== null)
			return fail("launch-runner", `${spec.value.name} runs a program that the line names, which the package does not pin.`, instead);
		const launch = { kind: "package", registry: "npm", spec: spec.value, runtime: this.#bun ? "bun" : "script", args } as const;
		if (this.#packages.length === 0) return ok({ ...launch, bin: null });
		if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(first))
			return fail(
				"launch-package",
				"What follows the package is not the name of a command.",
				"Name a command that the package itself brings.",
			);
		return ok({ ...launch, bin: first });
	}
}

/** Says why an option cannot be taken, by its name alone. */
export function refuseOption({ name, reasons }: Pick<NpmTool, "name" | "reasons">, option: string): Result<never> {
	const flag = flagName(option);
	return fail(
		"launch-flag",
		`${name} ${flag} is not allowed here: ${own(reasons, flag) ?? "its meaning is not known"}.`,
		`Remove ${flag} from the server's args.`,
	);
}

/** A tool of the family that would start something other than a package of the registry. */
export function refuseVerb(message: string): Result<never> {
	return fail("launch-runner", message, "Start the server itself: npx -y NAME, or node SCRIPT.");
}
