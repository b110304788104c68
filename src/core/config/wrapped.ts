import type { Located, StdioServer } from "./server.ts";

/** What a wrapped entry starts in the end. */
export interface WrappedLaunch {
	readonly name: string;
	/** As the file has it, host variables and all; null: the folder in which the host starts the launcher. */
	readonly workspace: string | null;
	readonly command: Located<string>;
	readonly args: readonly Located<string>[];
}

/** What a server is started with, with the launcher taken off if it stands in front. */
export interface Launch {
	readonly wrapped: boolean;
	readonly command: Located<string>;
	readonly args: readonly Located<string>[];
	/** What stands between `run` and `--`; empty when not wrapped. */
	readonly launcherArgs: readonly Located<string>[];
}

/** The launch behind `sallyport run --name NAME [--workspace FOLDER] -- COMMAND ARGS…`; null for anything that is not exactly of this form. */
export function unwrapLaunch(server: StdioServer): WrappedLaunch | null {
	const launch = launchOf(server);
	if (!launch.wrapped) return null;
	let name: string | null = null;
	let workspace: string | null = null;
	for (let i = 0; i < launch.launcherArgs.length; i++) {
		const split = /^(--name|--workspace)(?:=(.*))?$/s.exec(launch.launcherArgs[i]?.value ?? "");
		if (split === null) return null;
		const value = split[2] ?? launch.launcherArgs[++i]?.value;
		if (value === undefined || (split[1] === "--name" ? name : workspace) !== null) return null;
		if (split[1] === "--name") name = value;
		else workspace = value;
	}
	return name === null || name === "" ? null : { name, workspace, command: launch.command, args: launch.args };
}

/** For rules: takes the launcher off whatever options it has. An entry that has no command after `--` counts as not wrapped. */
export function launchOf(server: StdioServer): Launch {
	const bare: Launch = { wrapped: false, command: server.command, args: server.args, launcherArgs: [] };
	const afterRun = launcherWords(server);
	if (afterRun === null) return bare;
	const end = server.args.findIndex((argument, i) => i >= afterRun && argument.value === "--");
	const command = server.args[end + 1];
	if (end < 0 || command === undefined || command.value === "") return bare;
	return { wrapped: true, command, args: server.args.slice(end + 2), launcherArgs: server.args.slice(afterRun, end) };
}

/** How many arguments lead up to and include `run`; null when the launcher is not what is started. */
function launcherWords(server: StdioServer): number | null {
	const [first, second] = server.args;
	const program = baseName(server.command.value);
	if (/^sallyport(?:\.cmd)?$/.test(program) && first?.value === "run") return 1;
	const isNode = /^node(?:\.exe)?$/.test(program);
	return isNode && baseName(first?.value ?? "") === "sallyport.cjs" && second?.value === "run" ? 2 : null;
}

function baseName(path: string): string {
	return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
