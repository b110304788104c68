import * as fs from "node:fs";
import { matchHost } from "../../core/config/hosts.ts";
import { guessConfigHost, parseConfig } from "../../core/config/parse.ts";
import type { StdioServer } from "../../core/config/server.ts";
import { unwrapLaunch } from "../../core/config/wrapped.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { configPlace } from "./config-place.ts";
import { type LaunchLine, launchLineOf, readConfig, readConfigText, type Surroundings, serversNamed } from "./locate.ts";

/**
 * Every launch line of a config file that goes by this name; empty: the file has none. Fails where the file, or one of these entries, cannot be
 * relied on.
 */
export function launchLinesIn(named: string, name: string, around: Surroundings): Result<readonly LaunchLine[]> {
	const place = configPlace(named, around);
	let file: string;
	try {
		file = fs.realpathSync(named);
	} catch (error) {
		return fail(
			"config-unreadable",
			`${named} cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"}).`,
			"Name a config file that exists.",
		);
	}
	// By the name that the person knows, wherever it leads.
	const text = readConfigText(named);
	if (!text.ok) return text;
	const host = place.ok ? place.value.host : (matchHost(file) ?? guessConfigHost(text.value, file));
	if (host === null)
		return fail("config-unknown", `${named} holds no MCP servers.`, "Name a host's config file, such as .vscode/mcp.json.");
	const document = parseConfig(text.value, host, file);
	const broken = document.problems.find((problem) => problem.code === "syntax");
	if (broken !== undefined)
		return fail("config-broken", `${named}: ${broken.message}`, "Mend the file first: sallyport scan shows the place.");
	const lines: LaunchLine[] = [];
	for (const server of serversNamed(document, name)) {
		if (!place.ok) return place;
		const line = launchLineOf(document, server, place.value, around);
		if (!line.ok) return line;
		lines.push(line.value);
	}
	if (lines.length === 0 && document.servers.some((server) => server.kind === "http" && server.name.value === name))
		return fail(
			"server-remote",
			`${JSON.stringify(name)} is a remote server.`,
			"The launcher starts local servers; remote ones come with a later version.",
		);
	return ok(lines);
}

/** The remote servers of a config file and their addresses as written; empty also for what no host reads. */
export function remoteServers(named: string, around: Surroundings): readonly { readonly name: string; readonly url: string }[] {
	const place = configPlace(named, around);
	if (!place.ok) return [];
	const document = readConfig(named, place.value.host);
	if (!document.ok) return [];
	return document.value.servers.flatMap((server) => (server.kind === "http" ? [{ name: server.name.value, url: server.url.value }] : []));
}

/** The names that the local servers of a config file go by, as a person or a launcher calls them; empty also for what no host reads. */
export function localServerNames(named: string, around: Surroundings): readonly string[] {
	const place = configPlace(named, around);
	if (!place.ok) return [];
	const document = readConfig(named, place.value.host);
	if (!document.ok) return [];
	const servers = document.value.servers.filter((server): server is StdioServer => server.kind === "stdio");
	return [...new Set(servers.map((server) => unwrapLaunch(server)?.name ?? server.name.value))];
}
