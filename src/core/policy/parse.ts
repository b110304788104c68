import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type * as z from "zod/mini";
import { Constraint } from "../constraints/schema.ts";
import { schemaProblem } from "../constraints/schema-problem.ts";
import { fail, ok, type Result } from "../result.ts";
import { LineIndex, splitBom } from "../text.ts";
import { AsksOfServer, AuditPolicy, Example, Forbidden, Launch, PolicyFile, PolicyLimits, Sandbox, Server, ToolGrant } from "./schema.ts";

/** More than any honest policy holds; a larger file is refused before it is parsed. */
const MAX_LENGTH = 1_000_000;

/**
 * Reads a policy file (JSON with comments and trailing commas). Refuses whatever is not exactly the format: syntax errors,
 * duplicate keys, unknown keys, values out of range. The problem's message names the place (`line:column`) and, for an unknown
 * key, the nearest known one.
 *
 * @param file how messages name the file
 */
export function parsePolicy(raw: string, file: string): Result<PolicyFile> {
	const { text } = splitBom(raw);
	if (text.length > MAX_LENGTH)
		return fail("policy-too-large", `${file} is larger than a policy can be.`, "Split it, or remove what is not a policy.");
	const written = asWritten(text);
	if (written !== null) return ok(written);
	const at = (offset: number): string => {
		const { line, column } = new LineIndex(text).position(offset);
		return `${file}:${line}:${column}`;
	};
	const refuse = (offset: number, what: string): Result<PolicyFile> =>
		fail("policy-invalid", `${at(offset)}: ${what}`, "Mend the file: until then Sallyport refuses every call that it could rule on.");

	if (nestingOf(text) > 20) return refuse(0, "it is nested deeper than any policy is");
	const errors: ParseError[] = [];
	const tree = parseTree(text, errors, { allowTrailingComma: true });
	const first = errors[0];
	if (first !== undefined)
		return refuse(
			first.offset,
			`not valid JSONC (${printParseErrorCode(first.error)
				.replace(/([a-z])([A-Z])/g, "$1 $2")
				.toLowerCase()})`,
		);
	if (tree === undefined) return refuse(0, "the file is empty");

	const duplicate = doubtfulKey(tree);
	if (duplicate !== null)
		return refuse(
			duplicate.offset,
			duplicate.key === PROTOTYPE ? "nothing can be called __proto__" : `the key "${printable(duplicate.key)}" stands twice`,
		);

	const parsed = PolicyFile.safeParse(toValue(tree));
	if (parsed.success) {
		const unusable = unusableSchema(parsed.data);
		if (unusable === null) return ok(parsed.data);
		const node = findNodeAtLocation(tree, [...unusable.path]);
		return refuse(node?.offset ?? 0, `${printable(unusable.path.join("."))}: ${printable(unusable.problem, 300)}`);
	}
	const issue = deepest(parsed.error.issues);
	const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
	const node = findNodeAtLocation(tree, path) ?? nearestNode(tree, path);
	if (issue.code === "unrecognized_keys") {
		const key = issue.keys[0] ?? "";
		const keyNode = node?.children?.find((property) => property.children?.[0]?.value === key)?.children?.[0];
		const known = knownKeys(path);
		const near = nearest(key, known);
		const hint = near === null ? `; known here: ${known.join(", ")}` : `; did you mean "${near}"?`;
		return refuse(keyNode?.offset ?? node?.offset ?? 0, `unknown key "${printable(key)}"${hint}`);
	}
	const isThere = findNodeAtLocation(tree, path) !== undefined;
	return refuse(node?.offset ?? 0, `${path.length === 0 ? "the policy" : printable(path.join("."))} ${wrong(issue, isThere)}`);
}

/**
 * A policy that stands there as Sallyport writes it: without a comment, and with every key once, or it would not come out the same again.
 * Every launch reads such files. Null: it has to be read with care.
 */
function asWritten(text: string): PolicyFile | null {
	if (text.includes(`"${PROTOTYPE}"`)) return null;
	try {
		const value: unknown = JSON.parse(text);
		if (`${JSON.stringify(value, null, "\t")}\n` !== text) return null;
		const parsed = PolicyFile.safeParse(value);
		return parsed.success && unusableSchema(parsed.data) === null ? parsed.data : null;
	} catch {
		return null;
	}
}

/** The first JSON Schema of an argument to which no call could hold, and why. Null: there is none. */
function unusableSchema({ servers }: PolicyFile): { readonly path: readonly (string | number)[]; readonly problem: string } | null {
	for (const [index, { tools = {} }] of servers.entries())
		for (const [tool, { arguments: constraints = {} }] of Object.entries(tools))
			for (const [name, { schema }] of Object.entries(constraints)) {
				const problem = schema === undefined ? null : schemaProblem(schema);
				if (problem !== null) return { path: ["servers", index, "tools", tool, "arguments", name, "schema"], problem };
			}
	return null;
}

type Issue = z.core.$ZodIssue;

/** The library's messages for people are not in the small build that the launcher loads. */
function wrong(issue: Issue, isThere: boolean): string {
	if (issue.code === "invalid_type") return isThere ? `must be ${TYPES[issue.expected] ?? `of type ${issue.expected}`}` : "is missing";
	if (issue.code === "invalid_value") return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
	if (issue.code === "invalid_key") return "is not a name that may stand here";
	if (issue.code === "invalid_union") return "has none of the forms that it may have";
	return issue.message === "Invalid input" ? "is out of range" : issue.message;
}

const TYPES: Readonly<Record<string, string>> = {
	array: "a list",
	record: "an object",
	object: "an object",
	string: "a text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
};

/** For a union (sandbox: "off" or an object) the alternative that came furthest tells a person more than "invalid input". */
function deepest(issues: readonly Issue[]): Issue {
	const issue = issues.find((candidate) => candidate.code === "unrecognized_keys") ?? issues[0];
	if (issue === undefined) throw new Error("a failed parse without an issue");
	if (issue.code !== "invalid_union") return issue;
	const inner = issue.errors.map((alternative) => alternative[0]).filter((candidate) => candidate !== undefined);
	const best = inner.find((candidate) => candidate.code === "unrecognized_keys" || candidate.path.length > 0);
	return best === undefined ? issue : deepest([{ ...best, path: [...issue.path, ...best.path] } as Issue]);
}

/** A plain value of the tree; objects have no prototype, so that a key such as `__proto__` is only a key. */
function toValue(node: Node): unknown {
	if (node.type === "array") return (node.children ?? []).map(toValue);
	if (node.type !== "object") return node.value;
	const object: Record<string, unknown> = {};
	for (const property of node.children ?? []) {
		const [key, value] = property.children ?? [];
		if (key === undefined || value === undefined) continue;
		Object.defineProperty(object, String(key.value), { value: toValue(value), enumerable: true, configurable: true, writable: true });
	}
	return object;
}

/** A key that readers of JSON treat in ways of their own. */
const PROTOTYPE = "__proto__";

function doubtfulKey(node: Node): { readonly key: string; readonly offset: number } | null {
	const seen = new Set<string>();
	for (const child of node.children ?? []) {
		if (node.type === "object") {
			const key = child.children?.[0];
			if (key !== undefined) {
				if (seen.has(key.value) || key.value === PROTOTYPE) return { key: key.value, offset: key.offset };
				seen.add(key.value);
			}
		}
		const inner = doubtfulKey(child);
		if (inner !== null) return inner;
	}
	return null;
}

function nestingOf(text: string): number {
	let depth = 0;
	let most = 0;
	for (const character of text) {
		if (character === "{" || character === "[") most = Math.max(most, ++depth);
		else if (character === "}" || character === "]") depth--;
	}
	return most;
}

function nearestNode(tree: Node, path: readonly (string | number)[]): Node {
	for (let length = path.length - 1; length > 0; length--) {
		const node = findNodeAtLocation(tree, path.slice(0, length));
		if (node !== undefined) return node;
	}
	return tree;
}

function knownKeys(path: readonly (string | number)[]): readonly string[] {
	if (path.length === 0) return Object.keys(PolicyFile.shape);
	if (path[0] === "audit") return Object.keys(AuditPolicy.shape);
	if (path.length === 2) return Object.keys(path[0] === "forbid" ? Forbidden.shape : Server.shape);
	switch (path[2]) {
		case "launch":
			return Object.keys(Launch.shape);
		case "sandbox":
			return Object.keys(Sandbox.shape);
		case "asks":
			return path.length > 3 ? ["perMinute"] : Object.keys(AsksOfServer.shape);
		case "limits":
			return Object.keys(PolicyLimits.shape);
		case "examples":
			return Object.keys(Example.shape);
		case "tools":
			return Object.keys(path.length > 4 ? Constraint.shape : ToolGrant.shape);
		default:
			return [];
	}
}

/** The known key that begins alike, else the one with the smallest edit distance; null when none is near enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | null {
	const begins = known.find((key) => key.length > 2 && (word.startsWith(key) || (word.length > 2 && key.startsWith(word))));
	if (begins !== undefined) return begins;
	let best: string | null = null;
	let bestDistance = Math.max(2, Math.floor(word.length / 2)) + 1;
	for (const candidate of known) {
		const distance = editDistance(word.toLowerCase().slice(0, 64), candidate.toLowerCase());
		if (distance < bestDistance) {
			best = candidate;
			bestDistance = distance;
		}
	}
	return best;
}

function editDistance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++)
			next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
		row = next;
	}
	return row[b.length] ?? 0;
}

/** What a policy of the workspace says is a stranger's text: no control characters may reach a terminal. */
function printable(text: string, most = 80): string {
	return text.replace(/[^\x20-\x7E]/g, "?").slice(0, most);
}
