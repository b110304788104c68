import * as path from "node:path";
import type { Command } from "commander";
import { createHome, homePath } from "../platform/home.ts";
import { installStub } from "../platform/launcher-stub.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";

export function registerInit(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("init")
		.description("make Sallyport's home and install the launcher that config files name")
		.option("--unattended", "make a throw-away home, with its own keys and secrets, in which --yes may widen (CI, tests)")
		.option("--json", "print the result as JSON")
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
			const stub = await installStub(home.value, process.execPath, path.join(import.meta.dirname, "sallyport.cjs"));
			if (options.json === true)
				say(io, JSON.stringify({ version: 1, home: home.value.path, launcher: stub, unattended: home.value.unattended }));
			else {
				say(io, `Home      ${home.value.path}${home.value.unattended ? "  (throw-away: --yes may widen here)" : ""}`);
				say(io, `Launcher  ${stub}`);
				say(io, "Next      sallyport doctor");
			}
			exit(0);
		});
}
