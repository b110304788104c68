import { type Span, splitBom } from "../text.ts";
import { withDotsAsPaths } from "./dotted.ts";
import { type PartOfEntry, readEntry } from "./entry.ts";
import { FORMAT_TITLES, formatOf, readTree } from "./formats.ts";
import { type Report, serverGroups, shows } from "./groups.ts";
import { type Format, HOSTS, type Host, type HostId } from "./hosts.ts";
import type { AliasBudget } from "./merges.ts";
import type { ConfigDocument, ConfigProblem, ServerEntry } from "./server.ts";
import { type Owner, settingsIn } from "./settings.ts";
import { keysOf, MAX_DEPTH, propertiesOf, spanOf, type Tree, type TreeNode } from "./tree.ts";

/** UTF-16 units. A host's file of this size is no configuration. */
export const MAX_CONFIG_LENGTH = 5 * 1024 * 1024;

/**
 * Reads a host's file. Never throws: what cannot be read is a problem, and does not hide the rest.
 * Comments and trailing commas are no problems; a file that is empty but for them holds no servers, nor does one that only has the name of a
 * host's file, and is about something else.
 *
 * @param file tells the format, where the host reads more than one; else it is only for messages
 */
export function parseConfig(raw: string, host: HostId, file: string): ConfigDocument {
	const { bom, text } = splitBom(raw);
	const format = formatOf(HOSTS[host], file);
	const empty = { ...NOTHING, host, format, file, text, bom };
	if (text.length > MAX_CONFIG_LENGTH) return tooLargeDocument(host, file);
	const tree = readTree(text, format);
	if ("tooLarge" in tree) return tooLargeDocument(host, file, `The file is too large for ${FORMAT_TITLES[format]} and was not read.`);
	if ("tooDeep" in tree) {
		const message = `The file nests deeper than ${MAX_DEPTH} levels and was not read.`;
		return { ...empty, problems: [{ code: "too-deep", span: tree.tooDeep, server: null, message }] };
	}
	if (!isAbout(text, tree, HOSTS[host])) return { ...empty, problems: [] };
	return read(tree, HOSTS[host], { ...empty, multiline: tree.multiline });
}

const NOTHING = { servers: [], rootKeys: [], settings: [], comments: [], multiline: [] };

/** Stands for a file that is too large to read: no servers, and the problem. */
export function tooLargeDocument(host: HostId, file: string, message = "The file is larger than 5 MB and was not read."): ConfigDocument {
	const problems: ConfigProblem[] = [{ code: "too-large", span: { offset: 0, length: 0 }, server: null, message }];
	return { ...NOTHING, host, format: formatOf(HOSTS[host], file), file, text: "", bom: false, problems };
}

/** False: this host's files may be called so, but in this one nothing is about MCP. A file that cannot be read is what its name says. */
export function isHostFile(raw: string, host: HostId, file: string): boolean {
	if (HOSTS[host].shows === null) return true;
	const { text } = splitBom(raw);
	if (text.length > MAX_CONFIG_LENGTH) return true;
	const tree = readTree(text, formatOf(HOSTS[host], file));
	return !("roots" in tree) || isAbout(text, tree, HOSTS[host]);
}

/** The host that a file named by a person is for, judged by what it holds; null when it has nothing that holds servers. */
export function guessConfigHost(raw: string, file = ""): HostId | null {
	const { text } = splitBom(raw);
	if (text.length > MAX_CONFIG_LENGTH) return null;
	const format = /\.toml$/i.test(file) ? "toml" : /\.ya?ml$/i.test(file) ? "yaml" : "json";
	const tree = readTree(text, format);
	if (!("roots" in tree)) return null;
	return GUESSES[format].find((id) => holdsRootOf(withDotsAsPaths(text, tree, HOSTS[id].dotted), HOSTS[id])) ?? null;
}

/**
 * What a file of JSON is that nobody named and no host is known to read: a request to an API, or servers of another program. Null: it holds
 * none. Only a text with one of a few words is parsed.
 */
export function hostShownBy(raw: string): HostId | null {
	if (!MARK.test(raw)) return null;
	const { text } = splitBom(raw);
	if (text.length > MAX_CONFIG_LENGTH) return null;
	const tree = readTree(text, "json");
	return "roots" in tree ? (SHOWN.find((id) => isAbout(text, tree, HOSTS[id])) ?? null) : null;
}

/** Under one of these, or of this type, servers stand in every such file. */
const MARK = /"(?:mcpServers|mcp_servers|mcp)"/;
const SHOWN: readonly HostId[] = ["claude-api", "openai-api", "other"];

const GUESSES: Readonly<Record<Format, readonly HostId[]>> = {
	json: ["mcp-json", "vscode", "claude-api", "openai-api", "zed", "mcpb", "registry", "devcontainer", "vscode-settings", "opencode"],
	toml: ["codex"],
	yaml: ["continue", "goose"],
};

function holdsRootOf(tree: Tree, { shows: signs, roots: [root] }: Host): boolean {
	if (root !== undefined && root.holds === "map") return shows(tree.roots, [{ path: root.path }]);
	return shows(tree.roots, signs ?? (root === undefined ? [] : [{ path: root.path }]));
}

function isAbout(text: string, tree: Tree, host: Host): boolean {
	return host.shows === null || shows(withDotsAsPaths(text, tree, host.dotted).roots, host.shows);
}

function read(tree: Tree, host: Host, empty: Omit<ConfigDocument, "problems">): ConfigDocument {
	const problems: ConfigProblem[] = [];
	const report: Report = (code, span, message, related) => {
		if (problems.length < MAX_PROBLEMS) problems.push({ code, span, server: null, message, ...(related === undefined ? {} : { related }) });
	};
	const { text, format } = empty;
	const broken = fileProblem(tree, format);
	if (broken !== null) report("syntax", broken.span, broken.message);
	const roots = withDotsAsPaths(text, tree, host.dotted).roots.filter(({ type }) => type === "object");
	const aliases: AliasBudget = { left: MAX_ALIASED };
	const groups = serverGroups(roots, host, format, aliases, report);
	const found: { readonly part: PartOfEntry; readonly owner: Owner }[] = [];
	const taken = new Set<TreeNode>();
	const owners = new Map<TreeNode, Owner>();
	const members = groups.flatMap((group) => group.members);
	const most = mostServers(text);
	const beyond = members.slice(most);
	if (beyond[0] !== undefined) {
		const message = `The file holds more than ${most.toLocaleString("en")} servers: this one and those behind it are not looked at.`;
		report("bad-entry", spanOf(beyond[0].key ?? beyond[0].value), message);
		for (const { value } of beyond) taken.add(value);
	}
	for (const member of members.slice(0, most)) {
		const owner: Owner = { name: member.keyPath.at(-1) ?? "", settings: [] };
		owners.set(member.value, owner);
		const entry = readEntry(text, member.value, { ...member, host, aliases, unambiguous: broken === null && member.unambiguous });
		if (problems.length < MAX_PROBLEMS) problems.push(...entry.problems);
		for (const node of entry.taken) taken.add(node);
		if (entry.server !== null) found.push({ part: entry.server, owner });
	}
	const tooMany = (node: TreeNode, most: number): void =>
		report(
			"bad-entry",
			spanOf(node),
			`The file holds more than ${most.toLocaleString("en")} other values: those from here on are not looked at.`,
		);
	const settings = settingsIn(roots, { text, host, taken, owners, aliases, tooMany });
	const servers: ServerEntry[] = found.map(({ part, owner }) => ({ ...part, settings: owner.settings }));
	const rootKeys = tree.roots.flatMap((root) => keysOf(text, propertiesOf(root)));
	return { ...empty, servers, rootKeys, settings, comments: host.holdsState ? [] : tree.comments, problems: inOrder(problems) };
}

/** A hostile file can hold a million, which nobody reads. */
const MAX_PROBLEMS = 1_000;

/** How many servers of a file are read: more than anybody has, and so few in little text that no file takes long to judge. */
function mostServers(text: string): number {
	return Math.min(20_000, Math.max(6_000, (text.length >> 7) - 1_500));
}

/** How many values may be read through aliases of one file. */
const MAX_ALIASED = 10_000;

/** What makes hosts reject the file, or read it in another way than another host. Null: nothing. */
function fileProblem({ roots, errors }: Tree, format: Format): { readonly span: Span; readonly message: string } | null {
	const [error] = errors;
	// One is enough: most of the others are its consequences.
	if (error !== undefined)
		return {
			span: error.span,
			message: `This is not well-formed ${FORMAT_TITLES[format]} (${error.message}), so hosts may ignore the file or read it differently.`,
		};
	const second = roots[1];
	if (second !== undefined)
		return {
			span: { offset: second.offset, length: Math.min(1, second.length) },
			message: "The file holds several documents: a host reads the first one, or none.",
		};
	const [root] = roots;
	return root === undefined || root.type === "object" ? null : { span: spanOf(root), message: "The file must hold one object." };
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
	return [...problems].sort((a, b) => a.span.offset - b.span.offset);
}
