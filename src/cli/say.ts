import { plain } from "../core/plain-text.ts";
import { textForLogs } from "../core/report/for-logs.ts";
import type { Problem } from "../core/result.ts";
import type { ExitCode, Io } from "./io.ts";

/** One line for people, or one document for a program, on standard output. */
export function say(io: Io, line = ""): void {
	io.stdout.write(`${line}\n`);
}

/** A remark on standard error: what is worth knowing and is no result. Nothing in it can drive a terminal, or a build server that reads its log for commands. */
export function remark(io: Io, text: string): void {
	io.stderr.write(`sallyport: ${textForLogs(plain(text))}\n`);
}

/** What could not be done, and what to do about it, on standard error. Returns the exit code for it. */
export function complain(io: Io, problem: Problem, code: ExitCode = 2): ExitCode {
	remark(io, problem.message);
	io.stderr.write(`  ${textForLogs(plain(problem.remedy))}\n`);
	return code;
}
