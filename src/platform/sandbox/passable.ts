import { fail } from "../../core/result.ts";
import type { SandboxProfile } from "./engine.ts";

export const unpassable = fail(
	"sandbox-text",
	"The server's command, arguments or environment hold a character that cannot be passed on.",
	"Look for NUL characters, and for environment names that are empty or hold an equals sign.",
);

/**
 * A NUL ends a word wherever words are handed to a program: one inside a value would be the start of another.
 *
 * @param paths what else is handed on
 */
export function isPassable(profile: SandboxProfile, paths: readonly string[]): boolean {
	const names = Object.keys(profile.env);
	const words = [profile.command, profile.cwd, ...profile.args, ...Object.values(profile.env), ...names];
	return names.every((name) => name !== "" && !name.includes("=")) && [...words, ...paths].every((word) => !word.includes("\0"));
}
