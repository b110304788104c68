import type { Command } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { plain } from "../core/plain-text.ts";
import { type Check, examine } from "../platform/doctor.ts";
import { homePath } from "../platform/home.ts";
import type { ExitCode, Io } from "./io.ts";
import { say } from "./say.ts";

export function registerDoctor(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("doctor")
		.description("try the sandbox and the keychain for real, and say what is missing and the narrowest remedy")
		.option("--json", "print the result as JSON")
		.addHelpText("after", "\nExit: 0 everything is there, 1 something is missing.")
		.action(async (options: { json?: boolean }) => {
			const json = options.json === true;
			const checks = await examine({
				sallyportHome: homePath(io.env),
				userHome: io.env.HOME,
				path: io.env.PATH ?? "",
				untrusted: [io.cwd],
				programs: { folder: import.meta.dirname, version: manifest.version },
				...(json ? {} : { onCheck: (check) => show(io, check) }),
			});
			const healthy = checks.every((check) => check.ok);
			if (json) {
				const named = checks.map(({ id, ok, message, remedy }) => ({ name: id, ok, message, remedy }));
				say(io, JSON.stringify({ version: 1, ok: healthy, checks: named }));
			} else say(io, healthy ? "Everything is there." : "Something is missing; see above.");
			exit(healthy ? 0 : 1);
		});
}

function show(io: Io, check: Check): void {
	say(io, `${check.ok ? "ok     " : "MISSING"}  ${check.id.padEnd(9)} ${plain(check.message)}`);
	if (check.remedy !== "") say(io, `${" ".repeat(19)}${plain(check.remedy)}`);
}
