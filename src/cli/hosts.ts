import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { ourCommand } from "../core/command-words.ts";
import { HOSTS, type HostId } from "../core/config/hosts.ts";
import { parseConfig } from "../core/config/parse.ts";
import type { ServerEntry, StdioServer } from "../core/config/server.ts";
import { impostorOf, launchOf } from "../core/config/wrapped.ts";
import { launchProblem } from "../core/launch/launchable.ts";
import { brief, plain } from "../core/plain-text.ts";
import { grantsOf, type PolicyLayer } from "../core/policy/layers.ts";
import { unreadLine } from "../core/report/unread.ts";
import { ok, type Result } from "../core/result.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import { acceptedSettings, withForbidden } from "../platform/acceptance/own-settings.ts";
import { commandLine } from "../platform/approval/texts.ts";
import { discover, discoverUserFiles, thisPlatform } from "../platform/discover.ts";
import { homePath, openHome } from "../platform/home.ts";
import { forbiddenLaunch } from "../platform/launch/forbidden.ts";
import { readLayers } from "../platform/policy-files.ts";
import { realNames, tellUnread } from "./config-files.ts";
import { displayName } from "./display-name.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";
import { shownName } from "./show-diff.ts";
import { userHome } from "./target.ts";

interface HostsOptions {
	readonly json?: boolean;
}

/** How a host would start an entry: through the launcher, through the launcher that refuses it, as it is, or not at all on this machine. */
type Guard = "guarded" | "forbidden" | "unguarded" | "remote";

interface HostFile {
	readonly host: HostId;
	readonly file: string;
	readonly servers: readonly {
		readonly name: string;
		readonly guard: Guard;
		readonly off: boolean;
		/** A person has turned its sandbox off: the launcher starts it bare. */
		readonly unconfined: boolean;
		/** Which policy forbids it, in a sentence: the launcher refuses it, and nobody else does. Null: none. */
		readonly forbidden: string | null;
		readonly starts: string;
		readonly why: string | null;
	}[];
}

export function registerHosts(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("hosts [path...]")
		.description("what every host on this machine would start: through Sallyport, or unguarded (its own files, and this folder's)")
		.option("--json", "print the result as JSON")
		.addHelpText(
			"after",
			"\nRemote servers and what an entry switches off are listed and not counted.\n\nExit: 0 nothing starts unguarded, 1 something does, 2 could not look everywhere.",
		)
		.action(async (paths: readonly string[], options: HostsOptions) => exit(await hosts(paths, options, io)));
}

async function hosts(paths: readonly string[], options: HostsOptions, io: Io): Promise<ExitCode> {
	const here = discover(paths.length === 0 ? [io.cwd] : [...paths]);
	if (!here.ok) return complain(io, here.problem);
	const own = discoverUserFiles(userHome(io), thisPlatform(), io.env);
	const layers = await policyHere(io);
	if (!layers.ok) complain(io, layers.problem);
	const policy = layers.ok ? layers.value : [];
	const texts = new Map(
		[...own.files, ...here.value.files].flatMap((file) => (file.text === null ? [] : [[file.path, { ...file, text: file.text }] as const])),
	);
	const files = [...texts.values()].flatMap((file): readonly HostFile[] => {
		if (!HOSTS[file.host].starts) return [];
		const servers = parseConfig(file.text, file.host, file.path).servers.map((server) => toRow(server, file.host, file.path, policy, io));
		return servers.length === 0 ? [] : [{ host: file.host, file: file.path, servers }];
	});
	const unread = tellUnread([...own.problems, ...here.value.problems], io);
	const unguarded = files.flatMap(({ servers }) => servers.filter(({ guard, off }) => guard === "unguarded" && !off)).length;
	if (options.json === true) say(io, JSON.stringify({ version: 1, unguarded, files, unread }));
	else show(files, unguarded, new Set(own.files.map(({ path: file }) => file)), io);
	const unseen = unreadLine(unread);
	if (unseen !== null && options.json !== true) say(io, unseen);
	if (!layers.ok || unread.files + unread.folders > 0) return 2;
	return unguarded > 0 ? 1 : 0;
}

/** How hosts that know such a field say that an entry is not to be started. For any other it is a word. */
const OFF: ReadonlySet<string> = new Set(["disabled: true", "enabled: false"]);

/** Every layer that counts in this folder. A Problem where one cannot be read: then the launcher starts nothing. */
async function policyHere(io: Io): Promise<Result<readonly PolicyLayer[]>> {
	const home = openHome(homePath(io.env));
	const layers = readLayers(home.ok ? home.value : null, { workspace: fs.realpathSync(io.cwd), narrowing: [] });
	if (!layers.ok || !home.ok) return layers;
	return ok(withForbidden(layers.value, await acceptedSettings(home.value, layers.value)));
}

/** Whether what is approved under a name in a config file starts without a sandbox. */
function isBare(policy: readonly PolicyLayer[], name: string, file: string): boolean {
	const named = grantsOf(policy).filter((grant) => grant.sandbox === "off" && grant.name === name);
	return named.some(({ config }) => realNames(file).includes(config));
}

function toRow(server: ServerEntry, host: HostId, file: string, policy: readonly PolicyLayer[], io: Io): HostFile["servers"][number] {
	// What two parsers read differently may not be off for the host.
	const off =
		server.unambiguous &&
		server.settings.some(
			({ keyPath, kind, value }) =>
				keyPath.length === server.keyPath.length + 1 &&
				kind === "boolean" &&
				HOSTS[host].fields?.includes(String(keyPath.at(-1))) === true &&
				OFF.has(`${String(keyPath.at(-1))}: ${value.value.toLowerCase()}`),
		);
	const name = shownName(server.name.value);
	if (server.kind === "http")
		return { name, guard: "remote", off, unconfined: false, forbidden: null, starts: plain(maskDetected(server.url.value)), why: null };
	const launch = launchOf(server);
	const problem = launchProblem(server);
	const line = { command: launch.command.value, args: launch.args.map(({ value }) => value) };
	const forbidden = forbiddenLaunch(policy, { name: server.name.value, ...line });
	const guarded =
		launch.wrapped && impostorOf(server) === null && server.unambiguous && isInstalled(server.command.value, io) && !isSteered(server);
	return {
		name,
		guard: !guarded ? "unguarded" : forbidden === null ? "guarded" : "forbidden",
		off,
		unconfined: guarded && forbidden === null && isBare(policy, server.name.value, file),
		forbidden: forbidden === null ? null : plain(forbidden.problem.message),
		starts: commandLine(line),
		why: guarded || problem === null ? null : plain(problem.message),
	};
}

/** True for the launcher that `sallyport init` installed for this person, as hosts write it, and for its bare name. */
function isInstalled(command: string, io: Io): boolean {
	const whole = command.replace(/^(?:\$\{(?:userHome|HOME|env:HOME)\}|\$HOME|~)(?=[\\/])/, () => userHome(io)).replace(/\.cmd$/, "");
	return [path.join(homePath(io.env), "bin", "sallyport"), path.join(userHome(io), ".sallyport", "bin", "sallyport"), "sallyport"].includes(
		whole,
	);
}

/** True where the entry's variables may make another program of the launcher than it is. */
function isSteered(server: StdioServer): boolean {
	return server.env.some(({ name }) => /^(?:PATH|LD_.*|DYLD_.*|SALLYPORT_.*|HOME|BASH_ENV|ENV)$/i.test(name.value));
}

const MARKS: Readonly<Record<Guard, string>> = { guarded: "✓", forbidden: "·", unguarded: "✗", remote: "·" };

function show(files: readonly HostFile[], unguarded: number, own: ReadonlySet<string>, io: Io): void {
	const width = Math.min(30, Math.max(4, ...files.flatMap(({ servers }) => servers.map(({ name }) => name.length))));
	const words = files.some(({ servers }) => servers.some(({ unconfined }) => unconfined)) ? "no sandbox".length : "unguarded".length;
	for (const { host, file, servers } of files) {
		say(io, `${HOSTS[host].title}  ${plain(displayName(file, io.cwd))}`);
		for (const { name, guard, off, unconfined, forbidden, starts, why } of servers)
			say(
				io,
				`  ${unconfined ? "!" : MARKS[guard]} ${name.padEnd(width)}  ${(off ? "off" : unconfined ? "no sandbox" : guard).padEnd(words)}  ${brief(starts, 80)}${why === null ? "" : `  (cannot be guarded yet: ${why})`}${forbidden === null ? "" : `  (${forbidden})`}`,
			);
	}
	if (files.length > 0) say(io);
	if (files.length === 0) say(io, "No host's file here or of your hosts has a server.");
	else if (unguarded === 0) say(io, "Nothing that these files name starts unguarded.");
	else {
		const guardable = files.filter(({ servers }) => servers.some(({ guard, off, why }) => guard === "unguarded" && !off && why === null));
		const how =
			guardable.length === 0
				? ". None of them can be guarded yet; why stands beside each."
				: `: sallyport wrap --all${guardable.some(({ file }) => own.has(file)) ? " --user" : ""}`;
		say(io, `${unguarded} ${unguarded === 1 ? "server starts" : "servers start"} unguarded, with all that you may do${how}`);
	}
	const bare = files.flatMap(({ file, servers }) =>
		servers.flatMap(({ name, off, unconfined }) => (unconfined && !off ? [{ name, file }] : [])),
	);
	if (bare.length > 0) say(io, "Approved without a sandbox, so that they can do whatever you can do. To confine them again:");
	for (const { name, file } of bare)
		say(
			io,
			`  ${ourCommand(
				"allow",
				[name],
				[
					["--sandbox", "on"],
					["--file", displayName(file, io.cwd)],
				],
			)}`,
		);
}
