import { fail, ok, type Result } from "../core/result.ts";
import type { Home } from "../platform/home.ts";
import { askLine } from "./ask-line.ts";
import type { Io } from "./io.ts";

/**
 * Asks a person to widen what a server may do. The exact change has been shown; the person types the server's name.
 * `--yes` stands in for a person only in a home made by `init --unattended`. Without a terminal there is no person.
 *
 * @param what how the question calls the word to type
 */
export async function confirmWidening(name: string, home: Home, yes: boolean, io: Io, what = "the server's name"): Promise<Result<void>> {
	if (yes)
		return home.unattended
			? ok(undefined)
			: fail(
					"yes-attended",
					"--yes works only in a throw-away home, made by: sallyport init --unattended",
					"Leave --yes out and answer on a terminal: what a server may do is a person's decision.",
				);
	if (io.stdin.isTTY !== true || io.stdout.isTTY !== true)
		return fail(
			"no-terminal",
			"This widens what a server may do, and there is no terminal to ask a person on.",
			"Run it in a terminal. In CI: make a throw-away home with sallyport init --unattended, and pass --yes.",
		);
	const typed = await askLine(io, `Type ${what} to allow this, anything else to leave it: `);
	return typed?.trim() === name ? ok(undefined) : fail("declined", "Nothing was changed.", `Type ${JSON.stringify(name)} to allow it.`);
}
