import * as fs from "node:fs";
import * as path from "node:path";
import { plainText } from "../../files/bounded-file.ts";

/** A setting of npm, as it is written. */
export interface NpmSetting {
	readonly key: string;
	readonly value: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Of an npmrc. */
const MOST_BYTES = 1024 * 1024;

/** The `key = value` lines of an npmrc (INI without sections that matter here); none when it cannot be read. */
export function readNpmrc(file: string): readonly NpmSetting[] {
	const text = plainText(file, MOST_BYTES) ?? "";
	return text.split(/\r?\n/).flatMap((line) => {
		const trimmed = line.trim();
		const equals = trimmed.indexOf("=");
		if (equals <= 0 || /^[;#[]/.test(trimmed)) return [];
		const value = trimmed.slice(equals + 1).trim();
		return [{ key: trimmed.slice(0, equals).trim(), value: /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value }];
	});
}

/**
 * The settings that the person's shell gives npm as `npm_config_…` or `NPM_CONFIG_…`. Empty inside a program that npm itself has started: there npm
 * hands on what the project's own `.npmrc` says.
 */
export function npmVariables(env: Environment): readonly NpmSetting[] {
	if (["npm_command", "npm_lifecycle_event", "npm_execpath"].some((name) => env[name] !== undefined)) return [];
	return Object.entries(env).flatMap(([name, value]) => {
		if (value === undefined || value === "" || !/^npm_config_./i.test(name)) return [];
		const key = name.slice("npm_config_".length);
		return [{ key: key.startsWith("//") ? key : key.toLowerCase().replace(/(?!^)_/g, "-"), value: expand(value, env) }];
	});
}

/** The file that holds the person's own settings: the one that their shell names, else `.npmrc` in their home. */
export function userNpmrc(env: Environment, untrusted: readonly string[]): string {
	const named = npmVariables(env).find(({ key }) => key === "userconfig")?.value;
	const isOwn = named !== undefined && path.isAbsolute(named) && !untrusted.some((folder) => isBelow(named, folder));
	return isOwn ? named : path.join(env.HOME ?? "/", ".npmrc");
}

function isBelow(file: string, folder: string): boolean {
	return [file, realOr(file)].some((each) => each.startsWith(`${folder}${path.sep}`));
}

function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return file;
	}
}

/** `${NAME}` and `${NAME?}` as npm reads them. */
export function expand(value: string, env: Environment): string {
	return value.replace(/\$\{([^${}?]+)(\?)?\}/g, (whole, name: string, optional) => env[name] ?? (optional === undefined ? whole : ""));
}

/** The variables that a value asks for. */
export function namesIn(value: string): readonly string[] {
	return [...value.matchAll(/\$\{([^${}?]+)\??\}/g)].map((match) => match[1] ?? "");
}
