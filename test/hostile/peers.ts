import * as fs from "node:fs";
import * as path from "node:path";
import { npm } from "../../src/setup/dependencies.mjs";
import { IMPATIENT, type Way } from "./run.ts";

const CACHE = path.resolve(import.meta.dirname, "..", "..", ".cache", "peers");

/** Another program that stands between a host and its server. */
interface Peer {
	readonly package: string;
	readonly version: string;
	/** Of its package: the program. */
	readonly program: string;
	/** For people: how it was set up. */
	readonly configuration: string;
	readonly env: Readonly<Record<string, string>>;
	/** What Node is told before the program. */
	readonly node?: readonly string[];
	args(server: readonly string[]): readonly string[];
}

const PEERS: readonly Peer[] = [
	{
		package: "@guardbee/mcp-security-proxy",
		version: "0.2.2",
		program: "dist/cli.js",
		configuration:
			"as its manual says, with its injection check and its masking on and its telemetry off (it does not start by itself on this Node, because it requires a package that can only be imported; with `--conditions=import` it does)",
		node: ["--conditions=import"],
		env: { GUARDBEE_TELEMETRY: "0", PROXY_MODE: "block", PROXY_PII_MASK: "true", PROXY_INJECTION_CHECK: "true" },
		args: (server) => ["--", ...server],
	},
	{
		package: "mcp-scan",
		version: "2.0.8",
		program: "dist/index.js",
		configuration: "its `proxy`, as its manual has it: with no settings",
		env: {},
		args: ([command = "", ...args]) => ["proxy", "--command", command, "--args", args.join(",")],
	},
];

/** The peers, each installed on first use. What cannot be installed is left out, and `say` is told why. */
export async function peerWays(say: (text: string) => void): Promise<readonly Way[]> {
	const ways: Way[] = [];
	for (const peer of PEERS) {
		const folder = path.join(CACHE, `${path.basename(peer.package)}-${peer.version}`);
		const program = path.join(folder, "node_modules", peer.package, peer.program);
		try {
			if (!fs.existsSync(program)) {
				fs.mkdirSync(folder, { recursive: true });
				fs.writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
				await npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", `${peer.package}@${peer.version}`], folder);
			}
			ways.push(wayOf(peer, program));
		} catch (error) {
			say(`${peer.package} is left out: it could not be installed (${error instanceof Error ? error.message : error}).`);
		}
	}
	return ways;
}

/** It gets no network and, beside its own program, only what the run needs: a hostile server is none of its business otherwise. */
function wayOf(peer: Peer, program: string): Way {
	return {
		name: peer.package,
		title: `[${peer.package}](https://www.npmjs.com/package/${peer.package}) ${peer.version}, ${peer.configuration}`,
		hasLog: false,
		start: ({ world, secret }, { command, folder }) => ({
			command: [
				...["/usr/bin/bwrap", "--unshare-net", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
				...["--bind", world.folder, world.folder, "--chdir", folder],
				...["--", process.execPath, ...(peer.node ?? []), program, ...peer.args(command)],
			],
			env: world.env({ ...peer.env, TOKEN: secret }),
			cwd: world.workspace,
			...IMPATIENT,
		}),
	};
}
