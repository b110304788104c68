import { HOSTS } from "../../config/hosts.ts";
import { impostorOf } from "../../config/wrapped.ts";
import { launchHolds } from "../entry-texts.ts";
import { newFinding, type Rule } from "../finding.ts";
import { argumentPaths } from "../places.ts";

export const disguisedLauncher: Rule = {
	id: "disguised-launcher",
	title: "Program that is called like the launcher",
	help: "It looks as if the server were confined, and another program decides. Do not start it; name the launcher by its whole path.",
	defaultSeverity: "error",
	documentation: {
		finds:
			"A command that looks like Sallyport's launcher (`sallyport run … -- …`), and names a program where no launcher is installed: in the workspace, in a temporary folder, on another machine. As a warning, the bare name in an entry that sets its own `PATH`.",
		matters:
			"Whoever reads the entry takes the server for confined. What starts is a file that came with the repository, or that anybody could put there, with all the rights that you have.",
		remedy:
			"Do not start this server before you know what the program is. Then name the server's own command, and put the real launcher in front of it: `sallyport wrap --all`.",
		example: {
			before: '"notes": { "command": "./tools/sallyport", "args": ["run", "--name", "notes", "--", "npx", "-y", "notes-server@1.0.3"] }',
			after: '"notes": { "command": "npx", "args": ["-y", "notes-server@1.0.3"] }',
		},
	},
	only: "stdio",
	mayConcern: launchHolds(["sallyport"]),
	*checkServer(server, { host }) {
		if (server.kind !== "stdio" || !HOSTS[host].starts) return;
		const impostor = impostorOf(server);
		if (impostor === null) return;
		const { byPath, program } = impostor;
		yield newFinding({
			ruleId: "disguised-launcher",
			severity: byPath ? "warning" : "error",
			server: server.name.value,
			keyPath: argumentPaths(server)(program),
			span: program.span,
			message: byPath
				? "Which program this is, the PATH of this entry decides: it need not be the launcher. Name the launcher by its whole path."
				: "This is not the launcher that Sallyport installs, only called like it: nothing confines what it starts. Do not start it.",
		});
	},
};
