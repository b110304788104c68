import type { Located, StdioServer } from "./server.ts";

/** What a wrapped entry starts in the end. */
export interface WrappedLaunch {
	readonly name: string;
	/** As the file has it, host variables and all; null: the folder in which the host starts the launcher. */
	readonly workspace: string | null;
	/** Files that narrow what is granted, as the file has them. Empty: none. */
	readonly policies: readonly string[];
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

/** The launch behind `sallyport run --name NAME [--workspace FOLDER] [--policy FILE]… -- COMMAND ARGS…`; null for anything that is not exactly of this form. */
export function unwrapLaunch(server: StdioServer): WrappedLaunch | null {
	const launch = launchOf(server);
	if (!launch.wrapped) return null;
	let name: string | null = null;
	let workspace: string | null = null;
	const policies: string[] = [];
	for (let i = 0; i < launch.launcherArgs.length; i++) {
		const split = /^(--name|--workspace|--policy)(?:=(.*))?$/s.exec(launch.launcherArgs[i]?.value ?? "");
		if (split === null) return null;
		const value = split[2] ?? launch.launcherArgs[++i]?.value;
		if (value === undefined) return null;
		if (split[1] === "--policy") {
			policies.push(value);
			continue;
		}
		if ((split[1] === "--name" ? name : workspace) !== null) return null;
		if (split[1] === "--name") name = value;
		else workspace = value;
	}
	return name === null || name === "" ? null : { name, workspace, policies, command: launch.command, args: launch.args };
}

/** Of the entry that was asked for last: most rules ask for the same, one after the other. */
let last: { readonly server: StdioServer; readonly launch: Launch } | null = null;

/** Takes the launcher off whatever options it has. An entry that has no command after `--` counts as not wrapped. */
export function launchOf(server: StdioServer): Launch {
	if (last?.server !== server) last = { server, launch: findLaunch(server) };
	return last.launch;
}

function findLaunch(server: StdioServer): Launch {
	const bare: Launch = { wrapped: false, command: server.command, args: server.args, launcherArgs: [] };
	const afterRun = launcherWords(server);
	if (afterRun === null) return bare;
	const end = server.args.findIndex((argument, i) => i >= afterRun && argument.value === "--");
	const command = server.args[end + 1];
	if (end < 0 || command === undefined || command.value === "") return bare;
	return { wrapped: true, command, args: server.args.slice(end + 2), launcherArgs: server.args.slice(afterRun, end) };
}

/** A launch that is called like the launcher's, and starts another program. */
interface Impostor {
	/** True: it names the launcher alone, and the entry's own PATH decides which program that is. It counts as wrapped all the same. */
	readonly byPath: boolean;
	readonly program: Located<string>;
	/** What it says to start in the end, the program first; empty where `launchOf` tells. */
	readonly inner: readonly Located<string>[];
}

/** Null for what starts the launcher, and for what does not even look as if it did. */
export function impostorOf(server: StdioServer): Impostor | null {
	if (launcherWords(server) !== null) {
		const { command: program, env } = server;
		const byPath = program.value === baseName(program.value) && program.value.startsWith("sallyport");
		return byPath && env.some(({ name }) => /^path$/i.test(name.value)) ? { byPath, program, inner: [] } : null;
	}
	if (!/sallyport/i.test(server.command.value) && !/sallyport/i.test(server.args[0]?.value ?? "")) return null;
	const words = [server.command, ...server.args];
	const at = words.slice(0, 2).findIndex(({ value }) => /^sallyport(?:\.\w{1,4})?$/i.test(baseName(value)));
	const [program, run] = at < 0 ? [] : words.slice(at);
	if (program === undefined || run?.value !== "run" || (at === 1 && !INTERPRETER.test(baseName(server.command.value)))) return null;
	const end = words.findIndex(({ value }, i) => i > at && value === "--");
	const inner = end < 0 ? [] : words.slice(end + 1);
	return inner.length === 0 ? null : { byPath: false, program, inner };
}

const INTERPRETER = /^(?:node(?:js)?|bun|deno|python[\d.]*|py|ruby|perl|php|(?:ba|z|da|k)?sh|pwsh|powershell)(?:\.exe)?$/i;

/** How many arguments lead up to and include `run`; null when the launcher is not what is started. */
function launcherWords(server: StdioServer): number | null {
	if (!server.command.value.includes("sallyport") && server.args[0]?.value.includes("sallyport") !== true) return null;
	const [first, second] = server.args;
	const { value: command } = server.command;
	if (/^sallyport(?:\.cmd)?$/.test(baseName(command)) && first?.value === "run") return isOwn(command) ? 1 : null;
	const isNode = /^node(?:\.exe)?$/.test(baseName(command));
	const script = first?.value ?? "";
	return isNode && baseName(script) === "sallyport.cjs" && second?.value === "run" && isOwn(script) ? 2 : null;
}

/**
 * False for a program that the workspace brings along, that another machine has, or that stands where no launcher is installed: whatever it is
 * called, it is not the one that a person installed.
 */
function isOwn(program: string): boolean {
	if (program === baseName(program)) return !/\.cjs$/.test(program);
	if (/workspace|project|cwd|\bPWD\b/i.test(/^[^/\\]*/.exec(program)?.[0] ?? "")) return false;
	return (
		/^(?:[~$%{/]|[A-Za-z]:[/\\])/.test(program) &&
		!/^\/\/|(?:^|[/\\])\.\.?(?:[/\\]|$)/.test(program) &&
		/[/\\](?:bin|dist|launcher[/\\][^/\\]{1,100})[/\\][^/\\]*$/.test(program)
	);
}

function baseName(path: string): string {
	return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
