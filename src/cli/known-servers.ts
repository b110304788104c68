import * as fs from "node:fs";
import * as path from "node:path";
import { shellWord } from "../core/plain-text.ts";
import type { PolicyLayer } from "../core/policy/layers.ts";
import { nearest } from "../core/policy/parse.ts";
import type { Problem } from "../core/result.ts";
import { thisPlatform, userConfigFiles } from "../platform/discover.ts";
import { localServerNames, remoteServers } from "../platform/launch/config-lines.ts";
import type { Io } from "./io.ts";
import { userHome, WORKSPACE_FILES } from "./target.ts";

/**
 * That nobody here knows a server of this name, with the nearest name that somebody does. Null: one of these policies, or a config file of this
 * folder or of the hosts, has it.
 */
export function unknownServer(name: string, layers: readonly PolicyLayer[], io: Io): Problem | null {
	const granted = layers.flatMap(({ granted = [], policy }) => [...granted, ...policy.servers].map((server) => server.name));
	const known = [...new Set([...granted, ...configuredServers(io)])];
	if (known.includes(name)) return null;
	const near = nearest(name, known);
	return {
		code: "server-unknown",
		message: `No policy, and no config file of this folder or of your hosts, has a server ${JSON.stringify(name)}.`,
		remedy: `${near === null ? "" : `Did you mean ${shellWord(near)}? `}sallyport grants shows what is granted.`,
	};
}

function configuredServers(io: Io): readonly string[] {
	const around = { home: userHome(io), env: io.env };
	const files = [
		...WORKSPACE_FILES.map((relative) => path.join(io.cwd, relative)),
		...userConfigFiles(around.home, thisPlatform(), io.env).map((found) => found.path),
	];
	return files
		.filter((file) => fs.existsSync(file))
		.flatMap((file) => [...localServerNames(file, around), ...remoteServers(file, around).map((server) => server.name)]);
}
