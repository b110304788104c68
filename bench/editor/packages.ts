import * as fs from "node:fs";
import * as path from "node:path";
import { build } from "esbuild";
import * as z from "zod/mini";
import { capture } from "../../src/setup/run.mjs";
import { ROOT } from "../../test/editor/harness/editor-host.ts";

const Manifest = z.object({ engines: z.object({ vscode: z.string() }), activationEvents: z.array(z.string()) });

export const EMPTY_ID = "bench.empty";

/** Packages an extension that is activated by what activates Sallyport, and does nothing then. */
export function packageEmpty(folder: string): Promise<string> {
	const { activationEvents } = sallyport();
	const code = "Object.defineProperty(exports, '__esModule', { value: true });\nexports.activate = () => {};\n";
	return packageExtension(folder, "empty", activationEvents, code);
}

/** Packages the meter. */
export async function packageMeter(folder: string): Promise<string> {
	const { outputFiles } = await build({
		absWorkingDir: ROOT,
		entryPoints: [path.join(import.meta.dirname, "meter.ts")],
		bundle: true,
		format: "cjs",
		platform: "node",
		target: "node22",
		external: ["vscode"],
		write: false,
		logLevel: "silent",
	});
	return packageExtension(folder, "meter", ["onStartupFinished"], outputFiles[0]?.text ?? "");
}

function sallyport(): z.infer<typeof Manifest> {
	return Manifest.parse(JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")));
}

async function packageExtension(folder: string, name: string, activationEvents: readonly string[], code: string): Promise<string> {
	const source = path.join(folder, name);
	const { engines } = sallyport();
	const manifest = {
		name,
		publisher: "bench",
		version: "0.0.1",
		engines,
		main: "./main.cjs",
		files: ["main.cjs"],
		extensionKind: ["workspace"],
		activationEvents,
	};
	fs.mkdirSync(source);
	fs.writeFileSync(path.join(source, "package.json"), JSON.stringify(manifest));
	fs.writeFileSync(path.join(source, "main.cjs"), code);
	fs.writeFileSync(path.join(source, "README.md"), `# ${name}\n\nPart of a benchmark.\n`);
	const packagePath = path.join(folder, `${name}.vsix`);
	const flags = ["--no-dependencies", "--allow-missing-repository", "--skip-license", "--out", packagePath];
	const vsce = path.join(ROOT, "node_modules", "@vscode", "vsce", "vsce");
	const { code: exit, output } = await capture(process.execPath, [vsce, "package", ...flags], { cwd: source, env: process.env });
	if (exit !== 0) throw new Error(`vsce could not package ${name}.\n${output}`);
	return packagePath;
}
