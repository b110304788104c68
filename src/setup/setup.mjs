#!/usr/bin/env node
// @ts-check
// The set-up: from a bare clone to something that runs, on Node's built-in modules alone. It runs on Node 20 and newer.
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ensureBuild } from "./build.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { openQuickstart } from "./editor.mjs";
import { ensureEditorHost } from "./editor-host.mjs";
import { packageCommandLine, packageExtension } from "./package.mjs";
import { ensureParts, RUN_PARTS, reportSecretService, TEST_PARTS } from "./parts.mjs";
import { become, capture, Interrupted, withoutOuterNpm } from "./run.mjs";
import { ensureRuntime, isAtLeast } from "./runtime.mjs";
import { longStep, SetupError, step } from "./say.mjs";

const HELP = `Usage: node src/setup/setup.mjs COMMAND [ARGUMENTS…]

  start        set everything up, then run the main job               (npm start)
  test         set everything up, check the code, run every test      (npm test; arguments go to vitest)
  build        install the dependencies and build into dist/          (npm run build)
  package      build, then make the VSIX and the npm package          (npm run package)
  editor       package, then try it on a copy of the quickstart       (npm run editor)
  bench        build, then run bench/NAME.mjs                         (npm run bench:NAME)
  fuzz         feed the analysis what nobody would write, so long     (npm run fuzz; -- SECONDS --seed S)
  fuzz:relay   the same of the relay and what passes it               (npm run fuzz:relay; -- SECONDS --seed S)
  attack       a hostile server in and out of the sandbox             (npm run attack; -- --only NAME --as user)
  hostile      a hostile server and host, on either side of it        (npm run hostile; -- --only NAME --write)
  servers      start popular servers confined, write what each needs  (npm run servers; -- --only NAME --write)
  conformance  hosts and servers with and without the launcher        (npm run conformance; -- --dialogues N --write)
  check        types, lint, formatting, dead code                     (npm run check)

Each step is done only if it is needed. Nothing is written outside this folder, but for system
packages, which are installed only by root on Debian and its kin; elsewhere the command is printed.
`;

/** The oldest Node that will do strips types only when it is told to. */
const TYPESCRIPT = ["--experimental-strip-types", "--disable-warning=ExperimentalWarning"];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** @type {Readonly<Record<string, (args: readonly string[]) => Promise<void>>>} */
const COMMANDS = {
	async start(args) {
		await ensureDependencies(root);
		const node = await ensureRuntime(root);
		await ensureBuild(root);
		await ensureParts(RUN_PARTS);
		reportSecretService();
		const program = path.join(root, "dist", "quickstart.cjs");
		if (!fs.existsSync(program)) throw new SetupError("src/quickstart/main.ts is not there, so there is nothing to start.");
		await become(node, [program, ...args], { cwd: root, env: withoutOuterNpm(process.env) });
	},
	async test(args) {
		await ensureDependencies(root);
		const node = await ensureRuntime(root);
		await ensureBuild(root);
		await ensureParts(TEST_PARTS);
		if (process.env.VSCODE_TEST_HOST !== "desktop") await ensureEditorHost(root);
		await check(node);
		// The tests' own children find the same Node on the PATH, whichever this machine has.
		const env = withoutOuterNpm(process.env);
		const found = [path.dirname(node), env.PATH].filter((folder) => folder !== undefined && folder !== "");
		await become(node, [tool("vitest", "vitest.mjs"), "run", ...args], { cwd: root, env: { ...env, PATH: found.join(path.delimiter) } });
	},
	async build() {
		await ensureDependencies(root);
		await ensureBuild(root);
	},
	async package() {
		await ensureDependencies(root);
		await ensureBuild(root);
		await packageExtension(root);
		await packageCommandLine(root);
	},
	async editor() {
		await ensureDependencies(root);
		const node = await ensureRuntime(root);
		await ensureBuild(root);
		await ensureParts(RUN_PARTS);
		await openQuickstart(root, node, await packageExtension(root));
	},
	async bench([name = "", ...args]) {
		const program = path.join(root, "bench", `${path.basename(name)}.mjs`);
		if (!fs.existsSync(program)) throw new SetupError(`There is no bench/${path.basename(name)}.mjs.`);
		await ensureDependencies(root);
		const node = await ensureRuntime(root);
		await ensureBuild(root);
		await become(node, [...TYPESCRIPT, program, ...args], { cwd: root, env: withoutOuterNpm(process.env) });
	},
	fuzz: (args) => runFuzz("fuzz-program.ts", args),
	"fuzz:relay": (args) => runFuzz("relay-program.ts", args),
	attack: (args) => runOnBuilt("attack", args),
	hostile: (args) => runOnBuilt("hostile", args),
	servers: (args) => runOnBuilt("servers", args),
	conformance: (args) => runOnBuilt("conformance", args),
	async check() {
		await ensureDependencies(root);
		await check(await ensureRuntime(root));
	},
};

/**
 * Runs a program of test/fuzz on the sources as they are.
 * @param {string} name
 * @param {readonly string[]} args
 */
async function runFuzz(name, args) {
	await ensureDependencies(root);
	const node = await ensureRuntime(root);
	await become(node, [...TYPESCRIPT, path.join(root, "test", "fuzz", name), ...args], { cwd: root, env: withoutOuterNpm(process.env) });
}

/**
 * Runs test/NAME/NAME-program.ts on what is built.
 * @param {string} name
 * @param {readonly string[]} args
 */
async function runOnBuilt(name, args) {
	await ensureDependencies(root);
	const node = await ensureRuntime(root);
	await ensureBuild(root);
	await ensureParts(RUN_PARTS);
	await become(node, [...TYPESCRIPT, path.join(root, "test", name, `${name}-program.ts`), ...args], {
		cwd: root,
		env: withoutOuterNpm(process.env),
	});
}

/**
 * @param {string} name of an installed package
 * @param {readonly string[]} inside
 */
function tool(name, ...inside) {
	return path.join(root, "node_modules", name, ...inside);
}

/**
 * Types, lint and dead code. All three are run before any failure is reported.
 * @param {string} node
 */
async function check(node) {
	const checks = [
		{ what: "types", args: [tool("typescript", "bin", "tsc")] },
		{ what: "lint, format", args: [tool("@biomejs/biome", "bin", "biome"), "ci", "--colors=off", "."] },
		{ what: "dead code", args: [tool("knip", "bin", "knip.js"), "--no-progress"] },
	];
	const env = withoutOuterNpm(process.env);
	const outcomes = await longStep("checks", "checking types, lint, format, dead code", "done", () =>
		Promise.all(checks.map(async ({ what, args }) => ({ what, ...(await capture(node, args, { cwd: root, env })) }))),
	);
	for (const { what, code } of outcomes) step(what, code === 0 ? "good" : "NOT good");
	const bad = outcomes.filter(({ code }) => code !== 0);
	if (bad.length > 0)
		throw new SetupError(
			`Not good: ${bad.map(({ what }) => what).join("; ")}. The tools' words are above.`,
			bad.map(({ output }) => output).join("\n"),
		);
}

/** @param {readonly string[]} argv */
async function main([name = "", ...args]) {
	if (name === "" || name === "--help" || name === "-h" || args[0] === "--help") {
		process.stdout.write(HELP);
		return;
	}
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (command === undefined) throw new SetupError(`There is no command "${name}". Commands: ${Object.keys(COMMANDS).join(", ")}.`);
	if (!isAtLeast(process.versions.node, "20.0.0"))
		throw new SetupError(`Node ${process.versions.node} is too old to set Sallyport up. Install Node 20 or newer.`);
	await command(args);
}

main(process.argv.slice(2)).catch((error) => {
	if (error instanceof Interrupted) process.exit(error.exitCode);
	if (!(error instanceof SetupError)) throw error;
	if (error.details !== "") process.stderr.write(`${error.details}\n\n`);
	process.stderr.write(`${error.message}\n`);
	process.exitCode = 1;
});
