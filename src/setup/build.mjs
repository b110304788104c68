// @ts-check
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { assertWritable, giveToOwner, readJson, writeAtomically } from "./files.mjs";
import { NOTICES, noticesOf } from "./notices.mjs";
import { longStep, SetupError, step } from "./say.mjs";

const DISPATCHER = "src/bin.ts";
const LAUNCHER = "launcher.cjs";

/**
 * The programs. `sallyport` only dispatches and must be understood by a Node that is too old for the rest.
 * @type {readonly { source: string, output: string, target: string, minify?: boolean }[]}
 */
export const ENTRIES = [
	{ source: DISPATCHER, output: "sallyport.cjs", target: "node18" },
	// What every launch waits for: the less there is to read, the sooner it runs. Nobody reads its stacks, which are never shown.
	{ source: "src/launcher/main.ts", output: LAUNCHER, target: "node22.12", minify: true },
	{ source: "src/cli/main.ts", output: "cli.cjs", target: "node22.12" },
	// The oldest VS Code that the manifest admits has Node 22.
	{ source: "src/editor/extension.ts", output: "extension.cjs", target: "node22.12" },
	{ source: "src/quickstart/main.ts", output: "quickstart.cjs", target: "node22.12" },
];

/** What the bundles depend on besides the sources. The lock stands for every library. */
const OTHER_INPUTS = ["package-lock.json", "tsconfig.json"];

/**
 * Builds the programs into `dist/` if anything they are made of has changed, or if anyone has touched what was made.
 * @param {string} root
 */
export async function ensureBuild(root) {
	const dist = path.join(root, "dist");
	const stampFile = path.join(dist, "build.json");
	const present = ENTRIES.filter(({ source }) => fs.existsSync(path.join(root, source)));
	const inputs = hashOf(root, [...filesUnder(path.join(root, "src")).map((file) => path.relative(root, file)), ...OTHER_INPUTS]);
	const outputs = [...present.map(({ output }) => output), "meta.json", NOTICES];
	const stamp = readJson(stampFile);
	if (stamp?.inputs === inputs && stamp.outputs === hashOf(dist, outputs)) step("build", "up to date");
	else {
		assertWritable(root, ["dist"]);
		await longStep("build", "building", "built", async () => {
			fs.mkdirSync(dist, { recursive: true });
			await bundle(root, dist, present);
			writeAtomically(stampFile, JSON.stringify({ inputs, outputs: hashOf(dist, outputs) }));
		});
		giveToOwner(root, dist);
	}
	for (const { source } of ENTRIES.filter((entry) => !present.includes(entry))) step("build", `note: ${source} is not there, so not built`);
}

/**
 * @param {string} root
 * @returns {unknown}
 */
function versionOf(root) {
	return JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")).version;
}

/**
 * @param {string} root
 * @param {string} dist
 * @param {readonly { source: string, output: string, target: string, minify?: boolean }[]} entries
 */
async function bundle(root, dist, entries) {
	// Loaded here, because it comes with the dependencies, which are not there when this file is first read.
	const { build, formatMessages, stop } = await import("esbuild");
	const options = /** @satisfies {import("esbuild").BuildOptions} */ ({
		absWorkingDir: root,
		bundle: true,
		format: /** @type {const} */ ("cjs"),
		platform: /** @type {const} */ ("node"),
		mainFields: ["module", "main"],
		external: ["vscode", "keytar"],
		// What the library has for Node is wrapped for `require`, and asks for modules of Node that it needs for nothing here.
		alias: { yaml: "./node_modules/yaml/browser/index.js" },
		plugins: [withoutUnusedTables],
		// CommonJS has no `import.meta`: in a bundle it speaks of the bundle.
		define: {
			"import.meta.dirname": "__dirname",
			"import.meta.filename": "__filename",
			"import.meta.url": "__bundleUrl",
			// The launcher says it in the log, and has no other use for the manifest.
			__SALLYPORT_VERSION__: JSON.stringify(versionOf(root)),
		},
		// Not minified but for the launcher: a stack says where it is, and the VSIX would lose 0.1 MB of 1.2.
		legalComments: /** @type {const} */ ("none"),
		metafile: /** @type {const} */ (true),
		write: /** @type {const} */ (false),
		logLevel: /** @type {const} */ ("silent"),
	});
	/**
	 * @param {import("esbuild").PartialMessage[]} messages
	 * @returns {Promise<never>}
	 */
	const refuse = async (messages) => {
		throw new SetupError("The build failed. What esbuild found is above.", (await formatMessages(messages, { kind: "error" })).join(""));
	};
	const results = await Promise.all(
		entries.map(async ({ source, output, target, minify = false }) => {
			const banner = source === DISPATCHER ? {} : { js: 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;' };
			try {
				return await build({ ...options, entryPoints: [source], outfile: path.join("dist", output), target, minify, banner });
			} catch (error) {
				const { errors = [{ text: String(error) }] } = /** @type {Partial<import("esbuild").BuildFailure>} */ (error);
				return refuse(errors);
			}
		}),
	);
	// A warning here means a bundle that does not do what its source says, such as a part of `import.meta` that is not replaced above.
	const warnings = results.flatMap((result) => result.warnings);
	if (warnings.length > 0) await refuse(warnings);
	/** @type {import("esbuild").Metafile} */
	const meta = { inputs: {}, outputs: {} };
	for (const { outputFiles, metafile } of results) {
		for (const file of outputFiles)
			writeAtomically(
				file.path,
				path.basename(file.path) === LAUNCHER ? asciiOnly(withPlainRequires(file.text)) : file.contents,
				path.basename(file.path) === "sallyport.cjs" ? 0o755 : 0o644,
			);
		Object.assign(meta.inputs, metafile.inputs);
		Object.assign(meta.outputs, metafile.outputs);
	}
	writeAtomically(path.join(dist, NOTICES), noticesOf(root, meta));
	writeAtomically(path.join(dist, "meta.json"), JSON.stringify(meta));
	await stop();
}

/**
 * The library that reads JSON with comments fills tables of white space for its formatter, and does not say that they have no effect: a program that never formats would
 * keep two thousand strings of blanks.
 * @type {import("esbuild").Plugin}
 */
const withoutUnusedTables = {
	name: "without-unused-tables",
	setup(build) {
		build.onResolve({ filter: /^\.\/string-intern$/ }, ({ resolveDir }) => ({
			path: path.join(resolveDir, "string-intern.js"),
			sideEffects: false,
		}));
	},
};

/**
 * esbuild copies a module of Node, getter by getter, into an object for each file that imports it as a namespace. Node's modules are
 * plain objects that serve as they are; only a default import would need the copy.
 * @param {string} code
 */
function withPlainRequires(code) {
	const copied = /\b[\w$]+\((require\("node:[a-z/_]+"\)),\s*1\)/g;
	return code.replace(copied, "$1");
}

/**
 * The launcher is read at one byte a character. What the bundler leaves as it is stands in regular expressions, where an escape means the same.
 * @param {string} code
 */
function asciiOnly(code) {
	return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * @param {string} folder
 * @returns {string[]} every file below, in order
 */
function filesUnder(folder) {
	return fs
		.readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.sort();
}

/**
 * @param {string} folder
 * @param {readonly string[]} names of files in it; one that is not there counts as different from any content
 */
function hashOf(folder, names) {
	const hash = createHash("sha256");
	for (const name of names) {
		const file = path.join(folder, name);
		const content = fs.existsSync(file) ? createHash("sha256").update(fs.readFileSync(file)).digest("hex") : "none";
		hash.update(`${name}\0${content}\0`);
	}
	return hash.digest("hex");
}
