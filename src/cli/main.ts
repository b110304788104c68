import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { plain } from "../core/plain-text.ts";
import type { Problem } from "../core/result.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import { registerAllow } from "./allow.ts";
import { registerAudit } from "./audit.ts";
import { registerDoctor } from "./doctor.ts";
import { registerExplain } from "./explain.ts";
import { registerFix } from "./fix.ts";
import { registerGrants } from "./grants.ts";
import { registerHosts } from "./hosts.ts";
import { registerInit } from "./init.ts";
import type { ExitCode, Io } from "./io.ts";
import { registerNetwork } from "./network.ts";
import { registerPolicy } from "./policy.ts";
import { registerRevoke } from "./revoke.ts";
import { complain } from "./say.ts";
import { registerScan } from "./scan.ts";
import { registerSecrets } from "./secrets.ts";
import { registerTools } from "./tools.ts";
import { registerUnwrap } from "./unwrap.ts";
import { registerUpdate } from "./update.ts";
import { registerWrap } from "./wrap.ts";

const AFTER = `
Exit: 0 yes, 1 no, 2 could not. "run" passes the server's own code on; 125 is a refusal.
Home: ~/.sallyport, or SALLYPORT_HOME. NO_COLOR turns colours off.`;

/** What a disk or its permissions refused is no bug. Null: it is something else. */
function systemProblem(error: unknown): Problem | null {
	if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return null;
	const { code, path: named } = error as NodeJS.ErrnoException;
	const place = typeof named === "string" ? named : "A file";
	if (code === "ENOSPC")
		return { code: "disk-full", message: "The disk is full.", remedy: "Make room, and try again: nothing was half written." };
	return {
		code: "system",
		message: `${place} cannot be used (${code}).`,
		remedy: "Check that it exists, and that you may read and write it.",
	};
}

/** A reader that has gone (`| head`) ends nothing but the output; anything else that cannot be written is said once. */
function watchOutput(): void {
	for (const stream of [process.stdout, process.stderr])
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code === "EPIPE") return;
			process.exitCode = 2;
			if (stream === process.stdout) process.stderr.write(`sallyport: the output cannot be written (${error.code}).\n`);
		});
}

/** What was typed wrong is explained by the help of the very command. */
function hintAtHelp(command: Command, words: string): void {
	command.showHelpAfterError(`(${words} --help shows ${command.commands.length > 0 ? "the commands" : "its options"})`);
	for (const each of command.commands) hintAtHelp(each, `${words} ${each.name()}`);
}

/** `help nosuch` is as wrong as `nosuch`, where the library would show the general help and call it a success. */
function refuseUnknownHelp(command: Command): void {
	if (command.commands.length === 0) return;
	command.helpCommand(false);
	command
		.command("help [command...]")
		.description("show the help of a command")
		.action((words: readonly string[]) => {
			let meant = command;
			for (const word of words) {
				const next = meant.commands.find((each) => each.name() === word || each.aliases().includes(word));
				if (next === undefined) meant.error(`error: unknown command '${word}'`, { code: "commander.unknownCommand" });
				else meant = next;
			}
			meant.outputHelp();
		});
	for (const each of command.commands) refuseUnknownHelp(each);
}

async function main(argv: readonly string[]): Promise<number> {
	watchOutput();
	const io: Io = { cwd: process.cwd(), env: process.env, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
	let code: ExitCode = 0;
	const exit = (given: ExitCode): void => {
		code = given;
	};
	const program = new Command("sallyport")
		.description("The one controlled door between an MCP host and the servers it starts.")
		.version(manifest.version)
		.addHelpText("after", AFTER)
		.exitOverride()
		.configureOutput({
			// What was typed is repeated, and a secret may have been typed in the wrong place.
			outputError: (text, write) =>
				write(
					`${text
						.trim()
						.replace(/^error: /, "sallyport: ")
						.split("\n")
						.map((line) => plain(maskDetected(line)))
						.join("\n")}\n`,
				),
		});
	registerInit(program, io, exit);
	registerDoctor(program, io, exit);
	registerScan(program, io, exit);
	registerHosts(program, io, exit);
	registerFix(program, io, exit);
	registerWrap(program, io, exit);
	registerUnwrap(program, io, exit);
	registerAllow(program, io, exit);
	registerTools(program, io, exit);
	registerUpdate(program, io, exit);
	registerGrants(program, io, exit);
	registerRevoke(program, io, exit);
	registerExplain(program, io, exit);
	registerNetwork(program, io, exit);
	registerPolicy(program, io, exit);
	// The launcher answers this verb before the command line gets here; it stands here for the help.
	program
		.command("run")
		.usage("--name NAME -- COMMAND [ARG…]")
		.description("start a server confined, with what was granted (hosts run this)");
	registerSecrets(program, io, exit);
	registerAudit(program, io, exit);
	hintAtHelp(program, "sallyport");
	refuseUnknownHelp(program);
	try {
		if (argv.length === 0) {
			program.outputHelp();
			return 0;
		}
		await program.parseAsync([...argv], { from: "user" });
		return code;
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
		const system = systemProblem(error);
		if (system !== null) return complain(io, system);
		// A bug. Its text may hold anything, so only its kind is shown.
		process.stderr.write(`sallyport: internal error (${error instanceof Error ? error.name : "unknown"}). Please report it.\n`);
		return 2;
	}
}

main(process.argv.slice(2)).then(
	(code) => {
		process.exitCode ??= code;
	},
	() => process.exit(2),
);
