import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { HOST_IDS, HOSTS, type HostId, matchHost } from "../core/config/hosts.ts";
import { guessConfigHost } from "../core/config/parse-json.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { userConfigFiles } from "../platform/discover.ts";
import { type LaunchLine, launchLineOf, readConfig, serversNamed } from "../platform/launch/locate.ts";
import type { Io } from "./io.ts";

/** The person's home folder, as the programs that they start see it. */
export function userHome(io: Io): string {
	return io.env.HOME || os.homedir();
}

/**
 * The launch line that a person means by a server's name: in `--file`, else in this folder's config files, else in the
 * hosts' per-user files. A name that means more than one thing is not guessed at.
 */
export function findTarget(name: string, file: string | undefined, io: Io): Result<LaunchLine> {
	const label = JSON.stringify(name);
	if (file !== undefined) {
		const found = linesIn(path.resolve(io.cwd, file), name, io);
		if (!found.ok) return found;
		return only(found.value, label, file);
	}
	const here = HOST_IDS.flatMap((id) => HOSTS[id].workspaceFiles).map((relative) => path.join(io.cwd, relative));
	const user = userConfigFiles(userHome(io), platformOf(), io.env).map((found) => found.path);
	for (const files of [here, user]) {
		const lines: LaunchLine[] = [];
		for (const candidate of new Set(files)) {
			if (!fs.existsSync(candidate)) continue;
			const found = linesIn(candidate, name, io);
			if (!found.ok) return found;
			lines.push(...found.value);
		}
		if (lines.length > 0) return only(lines, label, null);
	}
	return fail("server-not-found", `No config file of this folder or of your hosts has a server ${label}.`, "Name the file: --file CONFIG");
}

function linesIn(named: string, name: string, io: Io): Result<readonly LaunchLine[]> {
	let file: string;
	let host: HostId | null;
	try {
		file = fs.realpathSync(named);
		host = matchHost(file) ?? guessConfigHost(fs.readFileSync(file, "utf8"));
	} catch (error) {
		return fail(
			"config-unreadable",
			`${named} cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"}).`,
			"Name a config file that exists.",
		);
	}
	if (host === null)
		return fail("config-unknown", `${named} holds no MCP servers.`, "Name a host's config file, such as .vscode/mcp.json.");
	const document = readConfig(file, host);
	if (!document.ok) return document;
	const broken = document.value.problems.find((problem) => problem.code === "syntax");
	if (broken !== undefined)
		return fail("config-broken", `${named}: ${broken.message}`, "Mend the file first: sallyport scan shows the place.");
	const lines: LaunchLine[] = [];
	for (const server of serversNamed(document.value, name)) {
		const line = launchLineOf(document.value, server, file, { home: userHome(io), env: io.env });
		if (!line.ok) return line;
		lines.push(line.value);
	}
	if (lines.length === 0 && document.value.servers.some((server) => server.kind === "http" && server.name.value === name))
		return fail(
			"server-remote",
			`${JSON.stringify(name)} is a remote server.`,
			"The launcher starts local servers; remote ones come with a later version.",
		);
	return ok(lines);
}

function only(lines: readonly LaunchLine[], label: string, file: string | null): Result<LaunchLine> {
	const [line, ...others] = lines;
	if (line === undefined)
		return fail(
			"server-not-found",
			`${file ?? "The config"} has no local server ${label}.`,
			"sallyport scan shows the servers that are there.",
		);
	if (others.length > 0)
		return fail(
			"server-ambiguous",
			`${label} stands in ${[...new Set(lines.map((each) => each.config))].join(" and in ")}.`,
			"Say which one: --file CONFIG",
		);
	return ok(line);
}

function platformOf(): "linux" | "darwin" | "win32" {
	return process.platform === "darwin" || process.platform === "win32" ? process.platform : "linux";
}
