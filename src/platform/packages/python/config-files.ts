import * as fs from "node:fs";
import * as path from "node:path";
import { readTree } from "../../../core/config/formats.ts";
import { keyText, propertiesOf, type TreeNode } from "../../../core/config/tree.ts";
import { plainText } from "../../files/bounded-file.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where packages come from, as a configuration says it; addresses and folders as they are written. */
export interface NamedSources {
	/** Null: not said. */
	readonly index: string | null;
	/** Asked beside it. Empty: none. */
	readonly extra: readonly string[];
	/** Folders or pages of archives. Empty: none. */
	readonly links: readonly string[];
	/** Neither the index nor those beside it are to be asked. */
	readonly noIndex: boolean;
	/** Hosts whose certificate is not checked. Empty: none. */
	readonly trustedHosts: readonly string[];
	/** Certificates to trust; null: the system's. */
	readonly certificates: string | null;
	/** uv trusts its own list of authorities, but for this: then the system's. */
	readonly systemCertificates: boolean;
	/** The way to the index; null: as the person's shell says. */
	readonly proxy: string | null;
	/** For {@link index}, where they stand apart from it; null: none. */
	readonly credentials: { readonly user: string; readonly password: string } | null;
}

/** The user's and the machine's configuration of pip, and `PIP_*` of the person's shell. pip reads none of a project. */
export function pipSources(env: Environment, home: string): NamedSources {
	const values = new Map<string, string>();
	for (const file of pipFiles(env, home)) for (const [key, value] of readIni(file)) values.set(key, value);
	for (const [name, value] of Object.entries(env))
		if (name.startsWith("PIP_") && value) values.set(name.slice(4).toLowerCase().replaceAll("_", "-"), value);
	const words = (key: string) => (values.get(key) ?? "").split(/\s+/).filter((each) => each !== "");
	return {
		index: values.get("index-url") || null,
		extra: words("extra-index-url"),
		links: words("find-links"),
		noIndex: isTrue(values.get("no-index")),
		trustedHosts: words("trusted-host"),
		certificates: values.get("cert") ?? null,
		systemCertificates: false,
		proxy: values.get("proxy") ?? null,
		credentials: null,
	};
}

/** The weaker first. */
function pipFiles(env: Environment, home: string): readonly string[] {
	const named = env.PIP_CONFIG_FILE;
	if (named === "/dev/null") return [];
	const system = [...(env.XDG_CONFIG_DIRS || "/etc/xdg").split(":").map((folder) => path.join(folder, "pip/pip.conf")), "/etc/pip.conf"];
	const user = [path.join(home, ".pip/pip.conf"), path.join(env.XDG_CONFIG_HOME || path.join(home, ".config"), "pip/pip.conf")];
	// One that is named takes the place of the user's.
	return [...system, ...(named !== undefined && fs.existsSync(named) ? [named] : user)];
}

/** Of the sections for every command and for an installation, the latter counts; a value may go on over indented lines. */
function readIni(file: string): readonly (readonly [key: string, value: string])[] {
	const sections: Record<string, [string, string][]> = { global: [], download: [], install: [] };
	let section = "";
	for (const line of (readSmall(file) ?? "").split(/\r?\n/)) {
		if (/^\s*(?:[#;]|$)/.test(line)) continue;
		const header = /^\[([^\]]*)\]/.exec(line)?.[1];
		const into = sections[section];
		const before = into?.at(-1);
		if (header !== undefined) section = header;
		else if (/^\s/.test(line)) {
			if (before !== undefined) before[1] += `\n${line.trim()}`;
		} else {
			const at = line.search(/[=:]/);
			if (at > 0) into?.push([line.slice(0, at).trim().toLowerCase().replaceAll("_", "-").replace(/^--/, ""), line.slice(at + 1).trim()]);
		}
	}
	return Object.values(sections).flat();
}

/** The user's and the machine's configuration of uv, and `UV_*` of the person's shell; never a project's `uv.toml` or `pyproject.toml`. */
export function uvSources(env: Environment, home: string): NamedSources {
	const tables = uvFiles(env, home).map((file) => new UvTable(readSmall(file) ?? ""));
	const first = <T>(read: (table: UvTable) => T | undefined): T | undefined => tables.map(read).find((each) => each !== undefined);
	const words = (name: string) => (env[name] ?? "").split(/\s+/).filter((each) => each !== "");
	const named = tables.flatMap((table) => table.indexes).filter(({ explicit }) => !explicit);
	const chosen = env.UV_DEFAULT_INDEX || env.UV_INDEX_URL;
	const fromFile = named.find((each) => each.isDefault);
	const index = chosen === undefined || chosen === "" ? (fromFile?.url ?? first((table) => table.text("index-url"))) : chosen;
	const extra = [...words("UV_INDEX"), ...words("UV_EXTRA_INDEX_URL")];
	const beside = named.filter((each) => !each.isDefault).map(({ url }) => url);
	const name = chosen === undefined || chosen === "" ? fromFile?.name : indexName(chosen);
	const variable = (part: string) => env[`UV_INDEX_${(name ?? "").toUpperCase().replace(/[^A-Z0-9]/g, "_")}_${part}`];
	return {
		index: index === undefined ? null : withoutName(index),
		extra: [...extra, ...beside, ...(first((table) => table.list("extra-index-url")) ?? [])].map(withoutName),
		links: [
			...(env.UV_FIND_LINKS ?? "").split(/[\s,]+/).filter((each) => each !== ""),
			...(first((table) => table.list("find-links")) ?? []),
		],
		noIndex: isTrue(env.UV_NO_INDEX) || first((table) => table.flag("no-index")) === true,
		trustedHosts: [...words("UV_INSECURE_HOST"), ...(first((table) => table.list("allow-insecure-host")) ?? [])],
		certificates: null,
		systemCertificates:
			isTrue(env.UV_SYSTEM_CERTS) ||
			isTrue(env.UV_NATIVE_TLS) ||
			first((table) => table.flag("system-certs") ?? table.flag("native-tls")) === true,
		proxy: null,
		credentials:
			name !== undefined && variable("PASSWORD") ? { user: variable("USERNAME") ?? "", password: variable("PASSWORD") ?? "" } : null,
	};
}

/** The stronger first. */
function uvFiles(env: Environment, home: string): readonly string[] {
	if (env.UV_NO_CONFIG) return [];
	if (env.UV_CONFIG_FILE) return [env.UV_CONFIG_FILE];
	const system = (env.XDG_CONFIG_DIRS || "/etc/xdg").split(":").map((folder) => path.join(folder, "uv/uv.toml"));
	return [path.join(env.XDG_CONFIG_HOME || path.join(home, ".config"), "uv/uv.toml"), ...system, "/etc/uv/uv.toml"];
}

/** uv lets an index have a name: `mine=https://…`. */
function indexName(text: string): string | undefined {
	return /^([A-Za-z0-9_-]+)=/.exec(text)?.[1];
}

function withoutName(text: string): string {
	return text.replace(/^[A-Za-z0-9_-]+=/, "");
}

interface UvIndex {
	readonly name: string | undefined;
	readonly url: string;
	readonly isDefault: boolean;
	/** Only for packages that a project names. */
	readonly explicit: boolean;
}

/** The top of a `uv.toml`. */
class UvTable {
	readonly #root: TreeNode | undefined;

	constructor(text: string) {
		const tree = readTree(text, "toml");
		this.#root = "roots" in tree ? tree.roots[0] : undefined;
	}

	text(key: string): string | undefined {
		return stringIn(this.#root, key);
	}

	flag(key: string): boolean | undefined {
		return flagIn(this.#root, key);
	}

	list(key: string): readonly string[] | undefined {
		return valueIn(this.#root, key)?.children?.flatMap(({ value }) => (typeof value === "string" ? [value] : []));
	}

	get indexes(): readonly UvIndex[] {
		return (valueIn(this.#root, "index")?.children ?? []).flatMap((node) => {
			const url = stringIn(node, "url");
			if (url === undefined) return [];
			const [isDefault, explicit] = ["default", "explicit"].map((key) => flagIn(node, key) === true);
			return [{ name: stringIn(node, "name"), url, isDefault: isDefault === true, explicit: explicit === true }];
		});
	}
}

function valueIn(node: TreeNode | undefined, key: string): TreeNode | undefined {
	return propertiesOf(node).find((each) => keyText(each.key) === key)?.value;
}

function stringIn(node: TreeNode | undefined, key: string): string | undefined {
	const value = valueIn(node, key)?.value;
	return typeof value === "string" ? value : undefined;
}

/** The tree keeps the word that stands there. */
function flagIn(node: TreeNode | undefined, key: string): boolean | undefined {
	const value = valueIn(node, key);
	return value?.type === "boolean" ? value.value === "true" : undefined;
}

function isTrue(text: string | undefined): boolean {
	return /^(?:1|true|yes|on|y|t)$/i.test(text ?? "");
}

const LARGEST = 1 << 20;

function readSmall(file: string): string | null {
	return plainText(file, LARGEST);
}
