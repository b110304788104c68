import { HOSTS, type HostId } from "./hosts.ts";

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

const VARIABLE = /\$\{([^{}]*)\}/g;

/** True when this host would replace a part of the text before it uses it. */
export function hasHostVariable(host: HostId, text: string): boolean {
	return HOSTS[host].variables !== "none" && text.includes("${");
}

/**
 * Expands the host's own variables as the host does: once, never inside a result. A variable that is unset or unknown is
 * unresolved, also where the host itself would go on with an empty text: what the host would start cannot be told then.
 */
export function expandHostVariables(host: HostId, text: string, values: VariableValues): Expansion {
	const syntax = HOSTS[host].variables;
	if (syntax === "none") return { text };
	const unresolved: string[] = [];
	let matched = 0;
	const expanded = text.replace(VARIABLE, (whole: string, inside: string) => {
		matched++;
		const value = syntax === "shell" ? shellVariable(inside, values) : editorVariable(inside, values);
		if (value === undefined) unresolved.push(whole);
		return value ?? "";
	});
	// Nested or unfinished ones are read differently from host to host.
	if (text.split("${").length - 1 !== matched) unresolved.push("${");
	return unresolved.length > 0 ? { unresolved } : { text: expanded };
}

function shellVariable(inside: string, { env }: VariableValues): string | undefined {
	const at = inside.indexOf(":-");
	const name = at < 0 ? inside : inside.slice(0, at);
	return own(env, name) ?? (at < 0 ? undefined : inside.slice(at + 2));
}

function editorVariable(inside: string, values: VariableValues): string | undefined {
	if (inside.startsWith("env:")) return own(values.env, inside.slice(4));
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
