import type { Command } from "commander";
import { unwrapEdits } from "../core/fixes/wrap.ts";
import type { ExitCode, Io } from "./io.ts";
import { type RewriteOptions, rewrite, withRewriteOptions } from "./rewrite.ts";

export function registerUnwrap(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	withRewriteOptions(
		program.command("unwrap [path...]").description("give servers back the command that they had"),
		"every server that starts through Sallyport",
	)
		.option("--keep-references", "leave secret references where the host will pass them on as they are")
		.action(async (paths: readonly string[], options: RewriteOptions & { readonly keepReferences?: boolean }) => {
			const edit = { keepReferences: options.keepReferences === true };
			exit(
				await rewrite(
					{
						name: "unwrap",
						starts: "without Sallyport",
						edit: (_file, _home, { document }, server) => unwrapEdits(document, server, edit),
					},
					paths,
					options,
					io,
				),
			);
		});
}
