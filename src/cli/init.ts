import * as path from "node:path";
import type { Command } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { plain } from "../core/plain-text.ts";
import { isInside } from "../core/policy/layers.ts";
import { createHome, homePath } from "../platform/home.ts";
import { type Installation, installLauncher } from "../platform/installation/install.ts";
import { findNode, OLDEST_NODE, recordedNode } from "../platform/node.ts";
import { grantedWorkspaces } from "../platform/policy-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";

export function registerInit(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("init")
		.description("make Sallyport's home and install the launcher that config files name")
		.option("--unattended", "make a throw-away home, with its own keys and secrets, in which --yes may widen (CI, tests)")
		.option("--json", "print the result as JSON")
		.addHelpText("after", "\nAgain, it mends what is missing and takes nothing away.\nExit: 0 made, or already there, 2 could not.")
		.action(async (options: { unattended?: boolean; json?: boolean }) => {
			const home = createHome(homePath(io.env), { unattended: options.unattended === true });
			if (!home.ok) return exit(complain(io, home.problem));
			if (home.value.unattended && options.unattended !== true)
				return exit(
					complain(io, {
						code: "home-unattended",
						message: `${home.value.path} is a throw-away home, in which --yes may widen.`,
						remedy: "To make one of your own: move it away, and run sallyport init again.",
					}),
				);
			const electron = process.versions.electron !== undefined;
			const node = await findNode({
				recorded: recordedNode(home.value),
				// The Node that runs this is the one to use; where an editor's binary does, the person has another one, or none.
				path: electron ? (io.env.PATH ?? "") : "",
				own: process.execPath,
				untrusted: [io.cwd, ...grantedWorkspaces(home.value)],
				electron,
			});
			if (!node.ok) return exit(complain(io, node.problem));
			const installation = await installLauncher(home.value, {
				from: import.meta.dirname,
				version: manifest.version,
				node: node.value.node,
				electron: null,
			});
			if (!installation.ok) return exit(complain(io, installation.problem));
			const { stub, installed, version } = installation.value;
			if (options.json === true)
				say(
					io,
					JSON.stringify({
						version: 1,
						home: home.value.path,
						launcher: stub,
						launcherVersion: version,
						installed,
						node: node.value.node,
						unattended: home.value.unattended,
					}),
				);
			else {
				say(io, `Home      ${plain(home.value.path)}${home.value.unattended ? "  (throw-away: --yes may widen here)" : ""}`);
				say(io, `Launcher  ${plain(stub)}  (${version}${NOTES[installed]})`);
				say(io, `Node      ${plain(node.value.node)}`);
				if (isInside(node.value.node, path.dirname(import.meta.dirname)))
					say(
						io,
						`          It belongs to this copy of Sallyport. Before that goes: install Node.js ${OLDEST_NODE.join(".")} or newer, and run init with it.`,
					);
				say(io, "Next      sallyport doctor");
			}
			exit(0);
		});
}

const NOTES: Readonly<Record<Installation["installed"], string>> = {
	new: "",
	same: ", as it was",
	"kept-newer": `, newer than this ${manifest.version}, stays`,
};
