// The other sandbox as a library: the shortest program that starts a server with it. Arguments: the library, its settings, the command.
import { spawn } from "node:child_process";
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const [library, settings, ...command] = process.argv.slice(2);
const { SandboxManager } = await import(pathToFileURL(library).href);
await SandboxManager.initialize(JSON.parse(fs.readFileSync(settings, "utf8")));
const line = await SandboxManager.wrapWithSandbox(command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" "));
const child = spawn(line, { shell: true, stdio: "inherit" });
child.once("exit", async (code) => {
	await SandboxManager.reset();
	process.exit(code ?? 1);
});
