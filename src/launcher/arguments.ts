import { fail, ok, type Result } from "../core/result.ts";

export interface RunArguments {
	readonly name: string;
	/** What the host says its workspace is; null: the current folder. */
	readonly workspace: string | null;
	/** Policy files that narrow; they never widen. */
	readonly policies: readonly string[];
	readonly command: string;
	readonly args: readonly string[];
}

export const RUN_USAGE = `Usage: sallyport run --name NAME [--workspace FOLDER] [--policy FILE] -- COMMAND [ARG…]

Starts an MCP server (stdio) confined, with the tools, secrets, paths and hosts that a person granted to exactly this
command, and nothing else. MCP hosts run this; "sallyport wrap" writes it into their files.

  --name NAME         the server's name, as in the host's file
  --workspace FOLDER  where the host works (default: the current folder)
  --policy FILE       a further policy; it can narrow what is granted, never widen it

Exit: the server's own code or signal; 125 when Sallyport refuses; 2 for a command line it cannot read.
`;

/** Reads the arguments after `run`. Everything after `--` is the server's and is not looked at. */
export function parseRunArguments(argv: readonly string[]): Result<RunArguments | "help"> {
	let name: string | null = null;
	let workspace: string | null = null;
	const policies: string[] = [];
	for (let i = 0; i < argv.length; i++) {
		const argument = argv[i] ?? "";
		if (argument === "--") {
			const [command, ...args] = argv.slice(i + 1);
			if (command === undefined || command === "") return usage("There is no command after --.");
			if (name === null || name === "") return usage("--name is missing.");
			return ok({ name, workspace, policies, command, args });
		}
		if (argument === "--help" || argument === "-h") return ok("help");
		const split = /^(--[a-z]+)(?:=(.*))?$/s.exec(argument);
		const option = split?.[1];
		if (option !== "--name" && option !== "--workspace" && option !== "--policy") return usage("An argument before -- is not known.");
		const value = split?.[2] ?? argv[++i];
		if (value === undefined || (value === "--" && split?.[2] === undefined)) return usage(`${option} needs a value.`);
		if (option === "--policy") policies.push(value);
		else if ((option === "--name" ? name : workspace) !== null) return usage(`${option} stands twice.`);
		else if (option === "--name") name = value;
		else workspace = value;
	}
	return usage("There is no -- before the server's command.");
}

function usage(message: string): Result<never> {
	return fail("usage", message, "Use: sallyport run --name NAME -- COMMAND ARGS…");
}
