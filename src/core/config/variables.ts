import { HOSTS, type HostId, type VariableSyntax } from "./hosts.ts";

export interface VariableValues {
	readonly home: string;
	/** Null: the file belongs to no workspace, so `${workspaceFolder}` stays unresolved. */
	readonly workspace: string | null;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** `/` when left out. */
	readonly pathSeparator?: "/" | "\\";
}

/** `unresolved` names what could not be expanded, each as it stands in the text; it is never empty. */
export type Expansion = { readonly text: string } | { readonly unresolved: readonly string[] };

/** How a kind of variables is read. */
interface Reader {
	/** With the text inside the braces. Linear. */
	readonly pattern: RegExp;
	/** What begins one: more of these than whole ones are nested or unfinished, which hosts read differently. */
	readonly start: string;
	/** Undefined: it is unset or unknown, or more than text decides it. */
	readonly value: (inside: string, values: VariableValues) => string | undefined;
}

const BRACED = { pattern: /\$\{([^{}]*)\}/g, start: "${" } as const;
const UNTOLD = (): undefined => undefined;

const READERS: Readonly<Record<VariableSyntax, Reader | null>> = {
	vscode: { ...BRACED, value: editorVariable },
	cursor: { ...BRACED, value: editorVariable },
	"env-colon": { ...BRACED, value: environmentVariable },
	windsurf: { ...BRACED, value: environmentVariable },
	shell: { ...BRACED, value: shellVariable },
	braced: { ...BRACED, value: (inside, { env }) => own(env, inside) },
	// In the environment alone: in a command it stays what it is.
	gemini: { pattern: /\$\{([^{}]*)\}|\$\w+|%\w+%/g, start: "${", value: UNTOLD },
	opencode: { pattern: /\{((?:env|file):[^{}]*)\}/g, start: "{env:", value: environmentVariable },
	continue: { pattern: /\$\{\{([^{}]*)\}\}/g, start: "${{", value: UNTOLD },
	bundle: { ...BRACED, value: UNTOLD },
	none: null,
	unknown: { ...BRACED, value: UNTOLD },
};

/** True when this host would replace a part of the text before it uses it, or may for all that is known. */
export function hasHostVariable(host: HostId, text: string): boolean {
	const reader = READERS[HOSTS[host].variables];
	return reader !== null && (text.includes(reader.start) || new RegExp(reader.pattern.source).test(text));
}

/**
 * Expands the host's own variables as the host does: once, never inside a result. A variable that is unset or unknown is
 * unresolved, also where the host itself would go on with an empty text: what the host would start cannot be told then.
 */
export function expandHostVariables(host: HostId, text: string, values: VariableValues): Expansion {
	const reader = READERS[HOSTS[host].variables];
	if (reader === null) return { text };
	const { pattern, start } = reader;
	const unresolved: string[] = [];
	let matched = 0;
	const expanded = text.replace(pattern, (whole: string, inside: string | undefined) => {
		if (whole.startsWith(start)) matched++;
		const value = reader.value(inside ?? whole, values);
		if (value === undefined) unresolved.push(whole);
		return value ?? "";
	});
	if (text.split(start).length - 1 !== matched) unresolved.push(start);
	return unresolved.length > 0 ? { unresolved } : { text: expanded };
}

function shellVariable(inside: string, { env }: VariableValues): string | undefined {
	const at = inside.indexOf(":-");
	const name = at < 0 ? inside : inside.slice(0, at);
	return own(env, name) ?? (at < 0 ? undefined : inside.slice(at + 2));
}

function environmentVariable(inside: string, { env }: VariableValues): string | undefined {
	return inside.startsWith("env:") ? own(env, inside.slice(4)) : undefined;
}

function editorVariable(inside: string, values: VariableValues): string | undefined {
	if (inside.startsWith("env:")) return environmentVariable(inside, values);
	switch (inside) {
		case "workspaceFolder":
			return values.workspace ?? undefined;
		case "workspaceFolderBasename":
			return values.workspace?.split(/[/\\]/).findLast((segment) => segment !== "");
		case "userHome":
			return values.home;
		case "pathSeparator":
		case "/":
			return values.pathSeparator ?? "/";
		default:
			return undefined;
	}
}

function own(env: VariableValues["env"], name: string): string | undefined {
	return Object.hasOwn(env, name) ? env[name] : undefined;
}
