import type { Command } from "commander";
import { wrapEdits } from "../core/fixes/wrap.ts";
import { wrappingFor } from "../platform/wrapping.ts";
import type { ExitCode, Io } from "./io.ts";
import { type RewriteOptions, rewrite, type Verb, withRewriteOptions } from "./rewrite.ts";
import { userHome } from "./target.ts";

export function registerWrap(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	const verb: Verb = {
		name: "wrap",
		starts: "through Sallyport",
		edit: (file, home, { document }, server) =>
			// A remote server has nothing to wrap, and `wrapEdits` says so.
			wrapEdits(
				document,
				server,
				server.kind === "stdio"
					? wrappingFor(file.path, file.host, home, userHome(io))(server)
					: { launcher: "", name: "", workspace: null },
			),
	};
	withRewriteOptions(
		program.command("wrap [path...]").description("make servers start through Sallyport"),
		"every server that a command starts",
	).action(async (paths: readonly string[], options: RewriteOptions) => exit(await rewrite(verb, paths, options, io)));
}
