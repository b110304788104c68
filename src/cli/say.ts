import { plain } from "../core/plain-text.ts";
import type { Problem } from "../core/result.ts";
import type { ExitCode, Io } from "./io.ts";

/** One line for people, or one document for a program, on standard output. */
export function say(io: Io, line = ""): void {
	io.stdout.write(`${line}\n`);
}

/** What could not be done, and what to do about it, on standard error. Returns the exit code for it. */
export function complain(io: Io, problem: Problem, code: ExitCode = 2): ExitCode {
	io.stderr.write(`sallyport: ${plain(problem.message)}\n  ${plain(problem.remedy)}\n`);
	return code;
}
