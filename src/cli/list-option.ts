import { Option } from "commander";

/** An option that may stand several times: undefined where it does not stand at all, else every value in its order. */
export function listOption(flags: string, description: string): Option {
	return new Option(flags, `${description} (repeatable)`).argParser((value: string, before: readonly string[] = []): readonly string[] => [
		...before,
		value,
	]);
}
