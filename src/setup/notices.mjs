// @ts-check
import fs from "node:fs";
import path from "node:path";
import { readJson } from "./files.mjs";
import { SetupError } from "./say.mjs";

/** What ships with the programs: whose code is in them, and under which terms. */
export const NOTICES = "THIRD-PARTY-NOTICES.txt";

/** Licences that ask for no more than their own text, by their SPDX names. With any other one nothing is built. */
const PERMISSIVE = new Set([
	"0BSD",
	"Apache-2.0",
	"BlueOak-1.0.0",
	"BSD-2-Clause",
	"BSD-3-Clause",
	"CC0-1.0",
	"ISC",
	"MIT",
	"MIT-0",
	"Python-2.0",
	"Unlicense",
	"Zlib",
]);

/** Files that hold the terms, and what they ask to be handed on. */
const TEXTS = /^(?:licen[cs]e|copying|notice|third[-_]?party)/i;

/** Terms of packages that come without them, as their repositories have them. */
const LICENCES = path.join("src", "setup", "licences");

/**
 * What ships beside the bundles, as it is installed, and what is compiled into it. A native part has the terms of its library.
 * @type {readonly { folder: string, terms?: string, isOptional?: boolean }[]}
 */
const SHIPPED = [
	{ folder: "node_modules/keytar" },
	{ folder: "node_modules/node-addon-api" },
	{ folder: "node_modules/koffi" },
	...["x64", "arm64"].map((processor) => ({
		folder: `node_modules/@koromix/koffi-linux-${processor}`,
		terms: "node_modules/koffi",
		isOptional: true,
	})),
];

/**
 * @typedef {{ readonly name: string, readonly version: string, readonly licence: string, readonly text: string }} Part
 */

/**
 * Names every package of which there is something in the bundles or beside them, each with its terms. Throws where one has none, or has terms
 * that a program under a permissive licence cannot meet.
 * @param {string} root
 * @param {import("esbuild").Metafile} meta
 * @returns {string}
 */
export function noticesOf(root, meta) {
	const bundled = packagesIn(meta).map((folder) => partOf(root, folder, folder));
	const shipped = SHIPPED.filter(({ folder, isOptional }) => isOptional !== true || fs.existsSync(path.join(root, folder)));
	const parts = [...bundled, ...shipped.map(({ folder, terms = folder }) => partOf(root, folder, terms))];
	/** @type {Map<string, Set<string>>} */
	const byText = new Map();
	for (const { name, version, licence, text } of parts.sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version))) {
		const names = byText.get(text) ?? new Set();
		byText.set(text, names.add(`${name} ${version} (${licence})`));
	}
	const rule = "=".repeat(80);
	const sections = [...byText].map(([text, names]) => `${rule}\n${[...names].join("\n")}\n${rule}\n\n${text}\n`);
	return `Sallyport contains code of others, or ships with it, under the terms below.\n\n${sections.join("\n")}`;
}

/**
 * The folders of the packages of which a bundle has at least a byte.
 * @param {import("esbuild").Metafile} meta
 * @returns {string[]}
 */
function packagesIn({ outputs }) {
	const files = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0));
	return [...new Set(files.flatMap(([file]) => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []))];
}

/**
 * @param {string} root
 * @param {string} folder of the package
 * @param {string} terms folder in which its terms are
 * @returns {Part}
 */
function partOf(root, folder, terms) {
	const { name, version, license } = readJson(path.join(root, folder, "package.json")) ?? {};
	const licence = typeof license === "string" ? license : "";
	if (!isPermissive(licence))
		throw new SetupError(
			`${folder} is under ${licence === "" ? "no licence that it names" : licence}, so nothing with it in it can be shipped.`,
		);
	const text = textsIn(path.join(root, terms)) || kept(root, name);
	if (text === "") throw new SetupError(`${folder} has no text of its licence. Put it into ${LICENCES}, as its repository has it.`);
	return { name, version, licence, text };
}

/**
 * @param {string} licence SPDX: a name, or several joined by `OR` or by `AND`
 */
function isPermissive(licence) {
	const terms = licence.replace(/^\((.*)\)$/, "$1");
	if (/[()]/.test(terms)) return false;
	return terms.split(" OR ").some((choice) => choice.split(" AND ").every((name) => PERMISSIVE.has(name)));
}

/**
 * @param {string} folder
 * @returns {string} empty: there is none
 */
function textsIn(folder) {
	const names = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && TEXTS.test(entry.name));
	const texts = names.map(({ name }) => textOf(path.join(folder, name)));
	return [...new Set(texts)].sort(compare).join("\n\n");
}

/**
 * @param {string} root
 * @param {string} name of a package
 */
function kept(root, name) {
	const file = path.join(root, LICENCES, `${name.replace("/", "__")}.txt`);
	return fs.existsSync(file) ? textOf(file) : "";
}

/**
 * @param {string} file
 */
function textOf(file) {
	return fs.readFileSync(file, "utf8").replace(/\r\n?/g, "\n").trim();
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
	return a < b ? -1 : a > b ? 1 : 0;
}
