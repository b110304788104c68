import { PassThrough } from "node:stream";
import { Command } from "commander";
import type { ExitCode, Io } from "../../src/cli/io.ts";

export interface Run {
	/** Undefined: the command did not end. */
	readonly code: ExitCode | undefined;
	readonly out: string;
	readonly err: string;
}

export interface RunOptions {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** What is piped in; or what a person types, line by line, when `terminal` is set. */
	readonly input?: string | readonly string[];
	readonly terminal?: boolean;
}

/** Runs one command of the CLI in this process, with streams of its own. */
export async function runCommand(
	register: (program: Command, io: Io, exit: (code: ExitCode) => void) => void,
	args: readonly string[],
	options: RunOptions,
): Promise<Run> {
	const terminal = options.terminal === true;
	const stdin = Object.assign(new PassThrough(), { isTTY: terminal });
	const stdout = Object.assign(new PassThrough(), { isTTY: terminal });
	const stderr = Object.assign(new PassThrough(), { isTTY: terminal });
	let out = "";
	let err = "";
	const lines = typeof options.input === "string" ? [options.input] : [...(options.input ?? [])];
	stdout.on("data", (chunk) => {
		out += String(chunk);
	});
	stderr.on("data", (chunk) => {
		err += String(chunk);
		// A person answers when asked.
		if (terminal && String(chunk).endsWith(": ")) stdin.write(`${lines.shift() ?? ""}\r`);
	});
	if (!terminal) stdin.end(lines.join(""));
	const program = new Command("sallyport")
		.exitOverride()
		.configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
	let code: ExitCode | undefined;
	register(program, { cwd: options.cwd, env: options.env, stdin, stdout, stderr }, (given) => {
		code = given;
	});
	await program.parseAsync([...args], { from: "user" });
	await new Promise((resolve) => setImmediate(resolve));
	return { code, out, err };
}
