// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { HOSTS, type VariableSyntax } from "../../core/config/hosts.ts";
import type { ConfigDocument } from "../../core/config/server.ts";
import { quoted } from "../../core/rules/places.ts";
import { foreignReferences, hostVariable } from "../../core/rules/secrets/foreign-syntax.ts";
import { inputsOf } from "../../core/rules/secrets/inputs.ts";

/** A reference that is none of ours, and what the file's host makes of it. */
export interface HostVariable {
	/** Offsets in the value. */
	readonly start: number;
	readonly end: number;
	/** For people: plain text, with nothing in it but names. */
	readonly words: string;
}

/**
 * The references of a value that is not ours, in order. What is not known of a host is said to be unknown, and what is no reference to
 * anybody is left out.
 *
 * @param isSet whether a variable is set where this runs
 */
export function hostVariablesIn(document: ConfigDocument, value: string, isSet: (name: string) => boolean): readonly HostVariable[] {
	if (value.length > LONGEST || !/[$%{]|op:\/\//.test(value)) return [];
	const { title, variables } = HOSTS[document.host];
	const found: HostVariable[] = foreignReferences(document.host, value).map(({ start, end, form, variable }) => {
		const instead = variable === null ? null : hostVariable(document.host, variable);
		const remedy =
			form === "vault"
				? "1Password resolves it where its own program starts the server: op run."
				: instead === null
					? "Fill it in another way."
					: `Write ${quoted(instead)} here.`;
		return { start, end, words: `${title} does not fill this in: the server gets this very text. ${remedy}` };
	});
	const pattern = variables === "gemini" ? GEMINI : BRACES;
	for (const match of value.matchAll(pattern)) {
		const [text, workflow, braced, single, dollar, percent] = match;
		const place = { start: match.index, end: match.index + text.length };
		if (found.some(({ start, end }) => place.start < end && start < place.end)) continue;
		const inside = { workflow, braced, single, bare: dollar ?? percent };
		const words = variables === "unknown" ? `Whether ${title} fills this in is not known.` : wordsFor(inside, document, isSet);
		if (words !== null) found.push({ ...place, words });
		if (found.length >= MOST) break;
	}
	return found.sort((a, b) => a.start - b.start);
}

const LONGEST = 65_536;
const MOST = 50;

/** Bounded, and each begins with what the part before it cannot hold. */
const BRACES = /\$\{\{([^{}]{1,200})\}\}|\$\{([^{}]{1,200})\}|(?<!\$)\{((?:env|file):[^{}]{1,200})\}/g;
const GEMINI =
	/\$\{\{([^{}]{1,200})\}\}|\$\{([^{}]{1,200})\}|(?<!\$)\{((?:env|file):[^{}]{1,200})\}|\$([A-Za-z_]\w{0,99})|%([A-Za-z_]\w{0,99})%/g;

interface Inside {
	readonly workflow: string | undefined;
	readonly braced: string | undefined;
	readonly single: string | undefined;
	readonly bare: string | undefined;
}

/** Null: it means nothing to this host, and to no other that is known. */
function wordsFor({ workflow, braced, single, bare }: Inside, document: ConfigDocument, isSet: (name: string) => boolean): string | null {
	const { title, variables } = HOSTS[document.host];
	const variable = (name: string): string | null =>
		/^[A-Za-z_]\w{0,99}$/.test(name)
			? `${title} puts the variable ${quoted(name)} of its own environment here. It is ${isSet(name) ? "set" : "not set"} where this editor runs.`
			: null;
	if (workflow !== undefined) {
		const secret = variables === "continue" ? /^\s{0,9}secrets\.([\w-]{1,100})\s{0,9}$/.exec(workflow)?.[1] : undefined;
		return secret === undefined ? null : `${title} puts its own secret ${quoted(secret)} here.`;
	}
	if (bare !== undefined) return variable(bare);
	if (single !== undefined) {
		if (variables !== "opencode") return null;
		return single.startsWith("env:") ? variable(single.slice(4)) : `${title} puts the content of this file here.`;
	}
	return braced === undefined ? null : bracedWords(braced, document, variable);
}

const EDITOR: ReadonlySet<VariableSyntax> = new Set<VariableSyntax>(["vscode", "cursor"]);
const ENV_COLON: ReadonlySet<VariableSyntax> = new Set<VariableSyntax>(["vscode", "cursor", "env-colon", "windsurf"]);

function bracedWords(inside: string, document: ConfigDocument, variable: (name: string) => string | null): string | null {
	const { title, variables } = HOSTS[document.host];
	if (inside.startsWith("input:")) return variables === "vscode" ? inputWords(inside.slice(6), document) : null;
	if (inside.startsWith("env:")) return ENV_COLON.has(variables) ? variable(inside.slice(4)) : null;
	if (inside.startsWith("file:")) return variables === "windsurf" ? `${title} puts the content of this file here.` : null;
	if (EDITOR.has(variables)) {
		const what = BUILT_IN.get(inside);
		return what === undefined ? null : `${title} puts ${what} here.`;
	}
	if (variables === "bundle") {
		const asked = /^user_config\.([\w-]{1,100})$/.exec(inside)?.[1];
		if (asked !== undefined) return `What is entered for ${quoted(asked)} when the bundle is installed comes here.`;
		return inside === "__dirname" ? "The folder of the bundle comes here." : inside === "HOME" ? "The home folder comes here." : null;
	}
	if (variables === "shell") {
		const at = inside.indexOf(":-");
		const named = variable(at < 0 ? inside : inside.slice(0, at));
		return named === null || at < 0 ? named : `${named} Where it is not, the text behind “:-” is used.`;
	}
	return variables === "braced" || variables === "gemini" ? variable(inside) : null;
}

const BUILT_IN: ReadonlyMap<string, string> = new Map([
	["workspaceFolder", "the path of the workspace folder"],
	["workspaceFolderBasename", "the name of the workspace folder"],
	["userHome", "the path of the home folder"],
	["pathSeparator", "what separates folders in a path"],
	["/", "what separates folders in a path"],
]);

function inputWords(id: string, document: ConfigDocument): string {
	const input = inputsOf(document).find((each) => each.id.value.value === id);
	if (input === undefined) return `VS Code asks for the input ${quoted(id)}, which this file does not define.`;
	const { members } = input;
	const description = members.get("description")?.value.value;
	const asked = description === undefined ? "" : ` (“${quoted(description)}”)`;
	switch (members.get("type")?.value.value) {
		case "command":
			return "A command of an extension gives the value, and VS Code keeps it in plain text.";
		case "pickString":
			return `VS Code has you choose a value${asked}, and keeps it in plain text.`;
		default:
			return members.get("password")?.value.value === "true"
				? `VS Code asks you for the value once${asked}, and keeps it encrypted.`
				: `VS Code asks you for the value once${asked}, and keeps it in plain text.`;
	}
}
