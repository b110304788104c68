// @ts-check
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { npmCommand } from "./dependencies.mjs";
import { assertWritable, giveToOwner, readJson } from "./files.mjs";
import { NOTICES } from "./notices.mjs";
import { capture, withoutOuterNpm } from "./run.mjs";
import { longStep, SetupError } from "./say.mjs";

/** Where both packages are made, below `dist`. */
const FOLDER = path.join("dist", "packages");

/** The keychain library, with a binary for every platform inside: all of it that runs, nothing that builds it. */
const KEYTAR = path.join("node_modules", "keytar");
const KEYTAR_FILES = ["LICENSE.md", "lib", "prebuilds"];

/** What the weaker sandbox of Linux needs: a library, and its native part in a package for each processor. */
const KOFFI = path.join("node_modules", "koffi");
const KOFFI_FILES = ["LICENSE.txt", "index.cjs", "src/koffi/index.cjs", "src/koffi/src/static.cjs"];
const KOFFI_NATIVES = ["x64", "arm64"].map((processor) => path.join("node_modules", "@koromix", `koffi-linux-${processor}`));

/** The largest VSIX that is still quick to install. */
const MAX_VSIX_BYTES = 8 * 1024 * 1024;

/** The first moment that a zip can name, so that two runs give the same bytes. vsce reads it in local time, and sorts names as the locale does. */
const FIXED_TIME = { SOURCE_DATE_EPOCH: "315532800", TZ: "UTC", LC_ALL: "C" };

const COMMON_FILES = ["LICENSE", "CHANGELOG.md", `dist/${NOTICES}`, "dist/sallyport.cjs", "dist/launcher.cjs", "dist/cli.cjs"];

/**
 * What goes into a package, and what its manifest says. The rest of the manifest (scripts, what a build needs) speaks of this folder.
 * @typedef {{ files: readonly string[], fields: readonly string[], readme: string }} Recipe
 */
/** @type {Recipe} */
const EXTENSION = {
	// For someone who has no clone: the repository's speaks of one, and its pictures are not in the package.
	readme: "docs/extension.md",
	files: [".vscodeignore", ...COMMON_FILES, "dist/extension.cjs", "media", "examples/quickstart"],
	fields: [
		"name",
		"displayName",
		"description",
		"version",
		"publisher",
		"license",
		"icon",
		"galleryBanner",
		"categories",
		"keywords",
		"engines",
		"main",
		"extensionKind",
		"capabilities",
		"activationEvents",
		"contributes",
	],
};
/** @type {Recipe} */
const COMMAND_LINE = {
	readme: "README.md",
	files: [...COMMON_FILES, "media/policy.schema.json"],
	fields: ["name", "description", "version", "license", "keywords", "bin"],
};

/**
 * The two packages of this version.
 * @param {string} root
 * @returns {{ vsix: string, tarball: string }} paths of files that may not be there yet
 */
export function packagesOf(root) {
	const { name, version } = readJson(path.join(root, "package.json"));
	return { vsix: path.join(root, FOLDER, `${name}-${version}.vsix`), tarball: path.join(root, FOLDER, `${name}-${version}.tgz`) };
}

/**
 * Makes the extension's package from what is built: one VSIX for every platform.
 * @param {string} root
 */
export async function packageExtension(root) {
	const { vsix } = packagesOf(root);
	await longStep("VSIX", "packaging the extension", path.relative(root, vsix), () =>
		inStaging(root, EXTENSION, {}, async (staging) => {
			const made = path.join(staging, "..", path.basename(vsix));
			const vsce = path.join(root, "node_modules", "@vscode", "vsce", "vsce");
			const flags = ["--allow-missing-repository", "--no-rewrite-relative-links", "--no-update-package-json", "--out", made];
			await run(process.execPath, [vsce, "package", ...flags], staging, "vsce could not package the extension.");
			const { size } = fs.statSync(made);
			if (size > MAX_VSIX_BYTES) throw new SetupError(`The VSIX has ${size} bytes, and may have ${MAX_VSIX_BYTES}.`);
			fs.renameSync(made, vsix);
		}),
	);
	giveToOwner(root, path.join(root, FOLDER));
	return vsix;
}

/**
 * Makes the command line's package from what is built. It installs without a network and without a script: nothing is left to fetch.
 * @param {string} root
 */
export async function packageCommandLine(root) {
	const { tarball } = packagesOf(root);
	const { engines } = readJson(path.join(root, "package.json"));
	const more = {
		engines: { node: engines.node },
		bundleDependencies: librariesOf(root).map(({ where }) => path.relative("node_modules", where)),
	};
	await longStep("npm package", "packaging the command line", path.relative(root, tarball), () =>
		inStaging(root, COMMAND_LINE, more, async (staging) => {
			const [npm, ...before] = npmCommand();
			const args = [...before, "pack", "--ignore-scripts", "--loglevel=error", `--pack-destination=${path.dirname(staging)}`];
			await run(npm, args, staging, "npm could not package the command line.");
			fs.renameSync(path.join(staging, "..", path.basename(tarball)), tarball);
		}),
	);
	giveToOwner(root, path.join(root, FOLDER));
	return tarball;
}

/**
 * Copies what belongs into a package to a folder of its own, with modes and a manifest that say nothing of this machine.
 * @template T
 * @param {string} root
 * @param {Recipe} recipe
 * @param {object} more fields of the manifest
 * @param {(staging: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inStaging(root, recipe, more, work) {
	assertWritable(root, ["dist", FOLDER]);
	fs.mkdirSync(path.join(root, FOLDER), { recursive: true });
	const temporary = fs.mkdtempSync(path.join(root, FOLDER, ".staging-"));
	try {
		const staging = path.join(temporary, "package");
		const manifest = readJson(path.join(root, "package.json"));
		for (const name of recipe.files) copy(path.join(root, name), path.join(staging, name));
		copy(path.join(root, recipe.readme), path.join(staging, "README.md"));
		const dependencies = Object.fromEntries(librariesOf(root).map(({ where, files }) => copyLibrary(root, staging, where, files)));
		write(path.join(staging, "package.json"), {
			...pick(manifest, recipe.fields),
			...more,
			dependencies,
		});
		return await work(staging);
	} finally {
		fs.rmSync(temporary, { recursive: true, force: true });
	}
}

/**
 * What goes along, as it is installed: the weaker sandbox's native parts for the processors for which they are here.
 * @param {string} root
 */
function librariesOf(root) {
	const natives = KOFFI_NATIVES.filter((where) => fs.existsSync(path.join(root, where)));
	return [
		{ where: KEYTAR, files: KEYTAR_FILES },
		{ where: KOFFI, files: KOFFI_FILES },
		...natives.map((where) => ({
			where,
			files: fs.readdirSync(path.join(root, where)).filter((name) => name === "index.js" || /^(?:linux|musl)_/.test(name)),
		})),
	];
}

/**
 * The library with a manifest of its own that names no platform: what does not fit one is not loaded there.
 * @param {string} root
 * @param {string} staging
 * @param {string} where
 * @param {readonly string[]} files
 * @returns {[string, string]} its name and what the package's manifest says of it
 */
function copyLibrary(root, staging, where, files) {
	const manifest = readJson(path.join(root, where, "package.json"));
	for (const name of files) copy(path.join(root, where, name), path.join(staging, where, name));
	write(path.join(staging, where, "package.json"), pick(manifest, ["name", "version", "license", "repository", "main"]));
	const name = path.relative("node_modules", where);
	return [name, name === manifest.name ? manifest.version : `npm:${manifest.name}@${manifest.version}`];
}

/**
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
	if (!fs.existsSync(from)) throw new SetupError(`${from} is not there, so there is nothing to package.`);
	if (fs.statSync(from).isDirectory()) for (const name of fs.readdirSync(from)) copy(path.join(from, name), path.join(to, name));
	else {
		fs.mkdirSync(path.dirname(to), { recursive: true });
		fs.copyFileSync(from, to);
		fs.chmodSync(to, path.basename(to) === "sallyport.cjs" ? 0o755 : 0o644);
	}
}

/**
 * @param {string} file
 * @param {object} content
 */
function write(file, content) {
	fs.writeFileSync(file, `${JSON.stringify(content, null, "\t")}\n`);
	fs.chmodSync(file, 0o644);
}

/**
 * @param {Readonly<Record<string, unknown>>} manifest
 * @param {readonly string[]} fields
 */
function pick(manifest, fields) {
	return Object.fromEntries(fields.flatMap((field) => (manifest[field] === undefined ? [] : [[field, manifest[field]]])));
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {string} failure
 */
async function run(command, args, cwd, failure) {
	const { code, output } = await capture(command, args, { cwd, env: { ...withoutOuterNpm(process.env), ...FIXED_TIME } });
	if (code !== 0) throw new SetupError(failure, output);
}
