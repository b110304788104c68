import { plain } from "../../core/plain-text.ts";
import { forbiddenBy, launchSubject } from "../../core/policy/forbid.ts";
import type { PolicyLayer } from "../../core/policy/layers.ts";
import { fail, type Result } from "../../core/result.ts";

/** The Problem of a local server that a policy forbids; null: none does. */
export function forbiddenLaunch(
	layers: readonly PolicyLayer[],
	line: { readonly name: string; readonly command: string; readonly args: readonly string[] },
): Extract<Result<never>, { ok: false }> | null {
	if (layers.every(({ policy }) => policy.forbid === undefined)) return null;
	const forbids = forbiddenBy(layers, launchSubject(line.name, line.command, line.args));
	if (forbids === null) return null;
	if (forbids.unsure)
		return fail(
			"server-forbidden",
			`The policy ${forbids.file} forbids programs or packages, and it cannot be told what this line starts.`,
			"Name the program itself, with its arguments apart; or ask whoever keeps that policy.",
		);
	return fail(
		"server-forbidden",
		`The policy ${forbids.file} forbids this server${forbids.reason === "" ? "" : `: ${plain(forbids.reason)}`}.`.replace(/\.\.$/, "."),
		"Ask whoever keeps that policy.",
	);
}
