import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod";
import { ROOT } from "./editor-host.ts";

const EXTENSION = path.join(import.meta.dirname, "caller");
const Answer = z.union([z.object({ text: z.string() }), z.object({ error: z.string() })]);

/**
 * What a model does in the person's window: it calls a tool through VS Code's own MCP host. A small extension stands in the model's
 * place, and takes no part in anything else.
 */
export class Caller {
	/** To install beside the extension under test. */
	readonly vsix: string;
	/** What the editor's environment must hold. */
	readonly env: Readonly<Record<string, string>>;
	readonly #folder: string;
	#calls = 0;

	/** Keeps its files in a new folder below `parent`. */
	constructor(parent: string) {
		this.#folder = fs.mkdtempSync(path.join(parent, "calls-"));
		this.vsix = path.join(this.#folder, "caller.vsix");
		this.env = { SALLYPORT_TEST_CALLS: this.#folder };
		const vsce = path.join(ROOT, "node_modules", "@vscode", "vsce", "vsce");
		const flags = ["--allow-missing-repository", "--skip-license", "--no-dependencies", "--out", this.vsix];
		execFileSync(process.execPath, [vsce, "package", ...flags], {
			cwd: EXTENSION,
			stdio: "pipe",
			env: { ...process.env, NO_UPDATE_NOTIFIER: "1" },
		});
	}

	/** What the tool answers, as soon as the host offers it; null: no answer yet. Ask with the same function until there is one. */
	begin(tool: string, input: object): () => z.infer<typeof Answer> | null {
		const file = path.join(this.#folder, String(this.#calls++));
		fs.writeFileSync(`${file}.call.tmp`, JSON.stringify({ tool, input }));
		fs.renameSync(`${file}.call.tmp`, `${file}.call`);
		return () => (fs.existsSync(`${file}.answer`) ? Answer.parse(JSON.parse(fs.readFileSync(`${file}.answer`, "utf8"))) : null);
	}
}
