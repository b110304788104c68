import { type Node, type ParseError, printParseErrorCode } from "jsonc-parser";
import { type Span, slice, spanLookup, splitBom } from "../text.ts";
import { guessHost, HOSTS, type Host, type HostId } from "./hosts.ts";
import { type PartOfEntry, readEntry } from "./json-entry.ts";
import { isStringNode, keysOf, keyText, locate, propertiesOf, spanOf, twinsOf } from "./json-nodes.ts";
import { type JsonTree, MAX_DEPTH, parseJsonTree } from "./json-tree.ts";
import type { ConfigDocument, ConfigProblem, Located, ServerEntry, Setting } from "./server.ts";

/** UTF-16 units. A host's file of this size is no configuration. */
export const MAX_CONFIG_LENGTH = 5 * 1024 * 1024;

/**
 * Reads a host's file. Never throws: what cannot be read is a problem, and does not hide the rest.
 * Comments and trailing commas are no problems; a file that is empty but for them holds no servers.
 */
export function parseConfig(raw: string, host: HostId, file: string): ConfigDocument {
	const { bom, text } = splitBom(raw);
	const empty = { host, file, text, bom, servers: [], rootKeys: [], settings: [], comments: [] };
	if (text.length > MAX_CONFIG_LENGTH) return tooLargeDocument(host, file);
	const tree = parseJsonTree(text);
	if ("tooDeep" in tree) {
		const message = `The file nests deeper than ${MAX_DEPTH} levels and was not read.`;
		return { ...empty, problems: [{ code: "too-deep", span: tree.tooDeep, server: null, message }] };
	}
	return read(tree, HOSTS[host], { ...empty, comments: HOSTS[host].holdsState ? [] : tree.comments });
}

/** Stands for a file that is too large to read: no servers, and the problem. */
export function tooLargeDocument(host: HostId, file: string): ConfigDocument {
	const message = "The file is larger than 5 MB and was not read.";
	const problems: ConfigProblem[] = [{ code: "too-large", span: { offset: 0, length: 0 }, server: null, message }];
	return { host, file, text: "", bom: false, servers: [], rootKeys: [], settings: [], comments: [], problems };
}

/** The host that a file named by a person is for, judged by its root keys; null when it has none that hold servers. */
export function guessConfigHost(raw: string): HostId | null {
	const { text } = splitBom(raw);
	if (text.length > MAX_CONFIG_LENGTH) return null;
	const tree = parseJsonTree(text);
	return "tooDeep" in tree ? null : guessHost(propertiesOf(tree.root).map(({ key }) => keyText(key)));
}

function read(parsed: JsonTree, host: Host, empty: Omit<ConfigDocument, "problems">): ConfigDocument {
	const problems: ConfigProblem[] = [];
	const problem: Report = (code, span, message, related) => {
		problems.push({ code, span, server: null, message, ...(related === undefined ? {} : { related }) });
	};
	const [error] = parsed.errors;
	// One is enough: most of the others are its consequences.
	if (error !== undefined)
		problem(
			"syntax",
			{ offset: error.offset, length: error.length },
			`This is not well-formed JSON (${describe(error)}), so hosts may ignore the file or read it differently.`,
		);
	const { root } = parsed;
	if (root === undefined) return { ...empty, problems };
	if (root.type !== "object") {
		if (error === undefined) problem("syntax", spanOf(root), "The file must hold one object.");
		return { ...empty, problems };
	}

	const found: { readonly part: PartOfEntry; readonly owner: Owner }[] = [];
	const taken = new Set<Node>();
	const owners: Owner[] = [];
	for (const group of serverGroups(root, host, problem)) {
		const members = propertiesOf(group.node);
		const twins = twinsOf(members);
		for (const { key, value, duplicate } of members) {
			const name = keyText(key);
			if (duplicate)
				problem("duplicate-key", spanOf(key), "Two servers have the same name: hosts differ on which one counts.", twins.get(key));
			if (value === undefined) continue;
			// A string under such a key is somebody's comment.
			if (value.type !== "object" && /^(?:[_$#]|\/\/)/.test(name)) continue;
			const owner: Owner = { span: spanOf(value), name, settings: [] };
			owners.push(owner);
			const entry = readEntry(empty.text, key, value, {
				keyPath: [...group.path, name],
				project: group.project,
				unambiguous: error === undefined && !duplicate && group.unambiguous,
			});
			problems.push(...entry.problems);
			for (const node of entry.taken) taken.add(node);
			if (entry.server !== null) found.push({ part: entry.server, owner });
		}
	}
	const settings = settingsIn(empty.text, root, taken, owners, host.holdsState);
	const servers: ServerEntry[] = found.map(({ part, owner }) => ({ ...part, settings: owner.settings }));
	return { ...empty, servers, rootKeys: keysOf(empty.text, propertiesOf(root)), settings, problems: inOrder(problems) };
}

/** An entry while its file is read. */
interface Owner {
	readonly span: Span;
	readonly name: string;
	readonly settings: Setting[];
}

type Report = (code: ConfigProblem["code"], span: Span, message: string, related?: readonly Span[]) => void;

interface ServerGroup {
	readonly node: Node;
	readonly path: readonly string[];
	readonly project: string | null;
	readonly unambiguous: boolean;
}

function serverGroups(root: Node, host: Host, problem: Report): ServerGroup[] {
	const groups: ServerGroup[] = [];
	const collect = (node: Node, keys: readonly string[], path: readonly string[], project: string | null, unambiguous: boolean): void => {
		const members = propertiesOf(node);
		const twins = twinsOf(members);
		for (const { key, value, duplicate } of members) {
			const name = keyText(key);
			if (!keys.includes(name) || value === undefined || value.type === "null") continue;
			if (duplicate) problem("duplicate-key", spanOf(key), "This key stands twice: hosts differ on which one counts.", twins.get(key));
			if (value.type === "object") groups.push({ node: value, path: [...path, name], project, unambiguous: unambiguous && !duplicate });
			else problem("bad-entry", spanOf(value), "The servers must be an object: a name for each, and its settings.");
		}
	};
	collect(root, [host.rootKey, ...host.otherRootKeys], [], null, true);
	for (const outer of propertiesOf(root)) {
		if (host.projectsKey === null || keyText(outer.key) !== host.projectsKey || outer.value?.type !== "object") continue;
		for (const { key, value, duplicate } of propertiesOf(outer.value)) {
			const project = keyText(key);
			if (value?.type === "object") collect(value, [host.rootKey], [host.projectsKey, project], project, !duplicate && !outer.duplicate);
		}
	}
	return groups;
}

/** Hands each entry its own, too. `withinEntries`: what stands outside of them is the host's own state. */
function settingsIn(text: string, root: Node, taken: ReadonlySet<Node>, owners: readonly Owner[], withinEntries: boolean): Setting[] {
	const found: Setting[] = [];
	const ownerAt = spanLookup(owners);
	const visit = (node: Node, path: readonly (string | number)[], key: Node | null): void => {
		if (taken.has(node)) return;
		if (node.children !== undefined && node.children.length > 0) {
			if (node.type === "object")
				for (const property of propertiesOf(node))
					if (property.value !== undefined) visit(property.value, [...path, keyText(property.key)], property.key);
			if (node.type === "array")
				node.children.forEach((child, i) => {
					visit(child, [...path, i], key);
				});
			return;
		}
		const owner = ownerAt(node.offset);
		if (withinEntries && owner === null) return;
		const setting: Setting = {
			keyPath: path,
			server: owner?.name ?? null,
			key: key !== null && isStringNode(key) ? locate(text, key) : null,
			kind: kindOf(node),
			value: isStringNode(node) ? locate(text, node) : rawValue(text, node),
		};
		found.push(setting);
		owner?.settings.push(setting);
	};
	visit(root, [], null);
	return found;
}

function kindOf({ type }: Node): Setting["kind"] {
	return type === "string" || type === "number" || type === "boolean" || type === "null" ? type : "empty";
}

function rawValue(text: string, node: Node): Located<string> {
	const span = spanOf(node);
	return { value: slice(text, span), span, outer: span };
}

function describe(error: ParseError): string {
	return printParseErrorCode(error.error)
		.replace(/([a-z])([A-Z])/g, "$1 $2")
		.toLowerCase();
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
	return [...problems].sort((a, b) => a.span.offset - b.span.offset);
}
