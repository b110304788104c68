// @ts-check
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { npm, npmCommand } from "./dependencies.mjs";
import { assertWritable, giveToOwner, readJson } from "./files.mjs";
import { capture, withoutOuterNpm } from "./run.mjs";
import { lockFor, NODES } from "./runtime.mjs";
import { longStep, SetupError, step } from "./say.mjs";

/**
 * A real VS Code that npm can fetch: code-server holds the workbench and the extension host. What it needs is pinned by the lock inside it,
 * so this one digest stands for all. It is no devDependency: it asks for exactly the Node that it was built for.
 */
const CODE_SERVER = {
	package: "code-server",
	version: "4.139.1",
	integrity: "sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
};

/** The VS Code that this code-server is. */
const EDITOR_VERSION = "1.139.1";

/** The one major of Node that this code-server starts on. */
const NODE_MAJOR = "24.";

/** Big, and of no use to a test or a look: 270 MB of 620. Names are below the folder of VS Code. */
const PRUNED = [
	"extensions/copilot",
	"extensions/mermaid-markdown-features",
	"node_modules/@github/copilot-sdk-linux-x64",
	"node_modules/@github/copilot-sdk-linux-arm64",
	"node_modules/@microsoft/mxc-sdk",
	"node_modules/@vscode/windows-process-tree",
];

/** Native modules without a binary inside: output channels, and the watch over a host that is gone. */
const NATIVE = ["@vscode/spdlog", "@vscode/native-watchdog"];

/**
 * What is needed to start the editor.
 * @typedef {{ node: string, entry: string }} EditorHost
 */

/**
 * The editor's server, fetched into `.cache/editor` when it is not there. Later starts need no network.
 * @param {string} root
 * @returns {Promise<EditorHost>}
 */
export async function ensureEditorHost(root) {
	const node = nodeOf(process);
	if (node === null)
		throw new SetupError(
			`No code-server is known for ${process.platform}-${process.arch}. Use a desktop VS Code: VSCODE_TEST_HOST=desktop.`,
		);
	const kept = path.join(root, ".cache", "editor");
	const what = `VS Code ${EDITOR_VERSION} (code-server ${CODE_SERVER.version})`;
	if (findEditorHost(root) !== null) step("editor", `${what} ready`);
	else {
		assertWritable(root, [".cache", path.join(".cache", "editor")]);
		await longStep("editor", `fetching ${what}, once: about 380 MB, a minute or two`, `${what} fetched`, () =>
			fetchEditor(root, kept, node),
		);
		giveToOwner(root, path.join(root, ".cache"));
		if (readJson(path.join(kept, "installed.json"))?.native !== true)
			step("editor", "note: no C++ compiler, so its output channels stay empty (apt-get install g++ make python3, remove .cache/editor)");
	}
	return placesIn(kept, node.package);
}

/**
 * The editor's server if it is there already, in the pinned version and whole.
 * @param {string} root
 * @returns {EditorHost | null}
 */
export function findEditorHost(root) {
	const node = nodeOf(process);
	const kept = path.join(root, ".cache", "editor");
	return node !== null && readJson(path.join(kept, "installed.json"))?.wanted === wantedWith(node) ? placesIn(kept, node.package) : null;
}

/**
 * The Node for it on a machine; `null`: it does not run there.
 * @param {{ platform: string, arch: string }} machine
 */
function nodeOf({ platform, arch }) {
	const node = NODES[`${platform}-${arch}`];
	return platform !== "win32" && node?.version.startsWith(NODE_MAJOR) === true ? node : null;
}

/**
 * What an installation was made of, in one text.
 * @param {import("./runtime.mjs").PinnedPackage} node
 */
function wantedWith(node) {
	return JSON.stringify([CODE_SERVER.integrity, node.integrity, PRUNED]);
}

/**
 * @param {string} folder
 * @param {string} nodePackage
 * @returns {EditorHost}
 */
function placesIn(folder, nodePackage) {
	const modules = path.join(folder, "node_modules");
	return {
		node: path.join(modules, nodePackage, "bin", "node"),
		entry: path.join(modules, CODE_SERVER.package, "out", "node", "entry.js"),
	};
}

/**
 * Installs beside the final place and moves it there whole: one that was interrupted is never taken for an editor.
 * @param {string} root
 * @param {string} kept
 * @param {import("./runtime.mjs").PinnedPackage} node
 */
async function fetchEditor(root, kept, node) {
	fs.mkdirSync(path.join(root, ".cache"), { recursive: true });
	const staging = fs.mkdtempSync(path.join(root, ".cache", "editor-"));
	try {
		const fresh = path.join(staging, "fresh");
		fs.mkdirSync(fresh, { mode: 0o755 });
		for (const [file, content] of Object.entries(lockFor(CODE_SERVER, node)))
			fs.writeFileSync(path.join(fresh, file), JSON.stringify(content));
		await npm(["ci"], fresh);
		const server = path.join(fresh, "node_modules", CODE_SERVER.package);
		const vscode = path.join(server, "lib", "vscode");
		await npm(["ci", "--omit=dev"], server);
		// Its lock lacks one small package that `npm ci` insists on; the versions and digests of the others are the lock's all the same.
		await npm(["install", "--no-save", "--omit=dev"], vscode);
		const nodeFolder = path.join(fresh, "node_modules", node.package);
		const native = await buildNative(vscode, nodeFolder);
		for (const name of PRUNED) fs.rmSync(path.join(vscode, name), { recursive: true, force: true });
		fs.rmSync(path.join(nodeFolder, "include"), { recursive: true, force: true });
		fs.writeFileSync(path.join(fresh, "installed.json"), JSON.stringify({ wanted: wantedWith(node), native }));
		if (fs.existsSync(kept)) fs.renameSync(kept, path.join(staging, "old"));
		fs.renameSync(fresh, kept);
	} finally {
		fs.rmSync(staging, { recursive: true, force: true });
	}
}

/**
 * Best effort: without a compiler the editor works and logs nothing.
 * @param {string} vscode
 * @param {string} nodeFolder holds the headers to build against
 */
async function buildNative(vscode, nodeFolder) {
	const [command, ...before] = npmCommand();
	const clean = withoutOuterNpm(process.env);
	const env = {
		...clean,
		PATH: [path.join(nodeFolder, "bin"), clean.PATH].join(path.delimiter),
		npm_config_nodedir: nodeFolder,
		npm_config_ignore_scripts: "false",
	};
	const { code } = await capture(command, [...before, "rebuild", ...NATIVE, "--loglevel=error"], { cwd: vscode, env });
	return code === 0 && NATIVE.every((name) => fs.existsSync(path.join(vscode, "node_modules", name, "build", "Release")));
}
