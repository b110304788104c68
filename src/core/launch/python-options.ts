import { own } from "../own.ts";
import { fail, ok, type Result } from "../result.ts";
import { flagName } from "./flag-name.ts";

/** What an option of a runner does for a launch. */
export type OptionKind =
	/** Changes nothing about what is run. */
	| { readonly kind: "harmless"; readonly value: boolean }
	/** Is read: its value is kept under this name. */
	| { readonly kind: "read"; readonly as: string }
	/** Is refused, for this reason. */
	| { readonly kind: "refused"; readonly why: string };

/** By the option as it is written, `--long` or `-s`. */
export type OptionTable = Readonly<Partial<Record<string, OptionKind>>>;

/** What stood before the first word that is no option. */
export interface ReadOptions {
	/** In the order of the line. */
	readonly values: readonly (readonly [as: string, value: string])[];
	/** What follows: the package or command, and what belongs to it. */
	readonly rest: readonly string[];
}

/** Options for a table, all of one kind. */
export function options(kind: OptionKind, ...names: readonly string[]): OptionTable {
	return Object.fromEntries(names.map((name) => [name, kind]));
}

/**
 * Reads the options of a runner up to the first other word, or past `--`. What the table does not name is refused: an option that takes a value
 * would make the next word look like the package.
 */
export function readOptions(runner: string, words: readonly string[], table: OptionTable): Result<ReadOptions> {
	const values: (readonly [string, string])[] = [];
	let at = 0;
	for (; at < words.length; at++) {
		const word = words[at] ?? "";
		if (word === "--") return ok({ values, rest: words.slice(at + 1) });
		if (!word.startsWith("-") || word === "-") break;
		const { name, joined } = split(word, table);
		const found = own(table, name);
		if (found === undefined) return refuse(runner, word, "its meaning is not known");
		if (found.kind === "refused") return refuse(runner, name, found.why);
		if (found.kind === "harmless" && !found.value) {
			if (joined !== null) return refuse(runner, word, "its meaning is not known");
			continue;
		}
		const value = joined ?? words[at + 1];
		if (joined === null) at++;
		if (value === undefined || value === "" || (joined === null && value.startsWith("-")))
			return fail("launch-flag", `${runner} ${flagName(name)} has no value.`, `Write: ${name} VALUE`);
		if (found.kind === "read") values.push([found.as, value]);
	}
	return ok({ values, rest: words.slice(at) });
}

/** `--name=value`, `-pvalue` and `-p=value` are a name and its value; `-qv` are two switches, which the table has to hold as one. */
function split(word: string, table: OptionTable): { readonly name: string; readonly joined: string | null } {
	if (word.startsWith("--")) {
		const equals = word.indexOf("=");
		return equals < 0 ? { name: word, joined: null } : { name: word.slice(0, equals), joined: word.slice(equals + 1) };
	}
	const name = word.slice(0, 2);
	const known = own(table, name);
	if (word.length === 2 || known === undefined) return { name: word, joined: null };
	if (known.kind === "harmless" && !known.value) {
		// -qv, -vvv: each letter a switch that changes nothing.
		const all = [...word.slice(1)].every((letter) => {
			const one = own(table, `-${letter}`);
			return one?.kind === "harmless" && !one.value;
		});
		return all ? { name, joined: null } : { name: word, joined: null };
	}
	return { name, joined: word.slice(word[2] === "=" ? 3 : 2) };
}

function refuse(runner: string, flag: string, why: string): Result<never> {
	const name = flagName(flag);
	return fail("launch-flag", `${runner} ${name} is not allowed here: ${why}.`, `Remove ${name} from the server's args.`);
}
