import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, Located, ServerEntry, StdioServer } from "../../config/server.ts";
import { LastOf } from "../last-of.ts";
import { pointAt } from "./complain.ts";

const helpers = new LastOf<ServerEntry, StdioServer | null>();

/**
 * What is started for an entry: a local server itself; for a remote one the line that its host hands to a shell to ask it for headers, as
 * an entry that starts that shell. Empty: nothing on this machine is.
 */
export function startedBy(server: ServerEntry, document: ConfigDocument): readonly StdioServer[] {
	if (server.kind === "stdio") return [server];
	let helper = helpers.get(server);
	if (helper === undefined) {
		helper = helperOf(server, document);
		helpers.set(server, helper);
	}
	return helper === null ? [] : [helper];
}

function helperOf(server: ServerEntry, { host }: ConfigDocument): StdioServer | null {
	const { helper } = HOSTS[host];
	if (helper === null || server.settings.length === 0) return null;
	const line = server.settings.findLast(
		({ keyPath, kind }) => kind === "string" && keyPath.length === server.keyPath.length + 1 && keyPath.at(-1) === helper,
	);
	if (line === undefined) return null;
	const { name, span, keyPath, project, unambiguous, scattered, ignores, keys, settings } = server;
	const word = (value: string): Located<string> => ({ ...line.value, value });
	const started: StdioServer = {
		...{ name, span, keyPath, project, unambiguous, scattered, ignores, keys, settings },
		kind: "stdio",
		command: word("sh"),
		commandProperty: line.value.outer,
		commandForm: "string",
		args: [word("-c"), line.value],
		argsArray: null,
		env: [],
		cwd: null,
		envFile: null,
	};
	pointAt(started, line.keyPath);
	return started;
}
