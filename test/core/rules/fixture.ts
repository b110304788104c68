import * as fs from "node:fs";
import * as path from "node:path";
import { matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import { Dice, githubToken, HEX, WORD } from "../secrets/samples.ts";

const FIXTURES = path.join(import.meta.dirname, "../../fixtures/analysis");

/** Made anew for every run, the same every time: no fixture holds anything that a scanner would take for a leak. */
export const SECRETS: Readonly<Record<string, string>> = {
	"@@github@@": githubToken(new Dice(11), "ghp"),
	"@@hex@@": new Dice(22).text(40, HEX),
	"@@word@@": new Dice(33).text(32, WORD),
	"@@password@@": `Q7${new Dice(44).text(10, WORD)}`,
};

export function substitute(text: string): string {
	return text.replace(/@@\w+@@/g, (marker) => SECRETS[marker] ?? marker);
}

/** With the markers in place of the secrets. */
export function unsubstitute(text: string): string {
	return Object.entries(SECRETS).reduce((result, [marker, secret]) => result.replaceAll(secret, marker), text);
}

export interface Fixture {
	readonly name: string;
	/** Relative to the fixture's folder. */
	readonly file: string;
	readonly raw: string;
	readonly document: ConfigDocument;
	/** The text of `expected.json`. */
	readonly expected: unknown;
}

export function readFixture(name: string): Fixture {
	const folder = path.join(FIXTURES, name);
	const file = fs
		.readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((each) => each.split(path.sep).join("/"))
		.find((each) => matchHost(each) !== null);
	const host = file === undefined ? null : matchHost(file);
	if (file === undefined || host === null) throw new Error(`${name} holds no file of a host`);
	const raw = substitute(fs.readFileSync(path.join(folder, file), "utf8"));
	const expected = path.join(folder, "expected.json");
	return {
		name,
		file,
		raw,
		document: parseConfig(raw, host, file),
		expected: fs.existsSync(expected) ? JSON.parse(fs.readFileSync(expected, "utf8")) : null,
	};
}

export function fixtureNames(): readonly string[] {
	return fs.readdirSync(FIXTURES).sort();
}
