import { HOSTS, type HostId, type VariableSyntax } from "../../config/hosts.ts";

/** A way to write that a value is to be filled in: `input`: `${input:x}`; `shell`: `${X}`; `percent`: `%X%`; and so on. */
type Form = "input" | "env" | "editor" | "shell" | "shell-default" | "dollar" | "percent" | "braces" | "workflow" | "vault";

/** A reference in a value, in a form that the host leaves as it is. */
export interface ForeignReference {
	/** Offsets in the value. */
	readonly start: number;
	readonly end: number;
	readonly form: Form;
	/** The variable of the environment that is meant; null: something else is. */
	readonly variable: string | null;
}

/**
 * What each dialect fills in, and how it writes a variable of the environment (null: not at all). A dialect that is not in here is not
 * known well enough, and nothing in it is called foreign.
 */
const DIALECTS: Partial<Record<VariableSyntax, { readonly forms: readonly Form[]; readonly write: ((name: string) => string) | null }>> = {
	vscode: { forms: ["input", "env", "editor"], write: (name) => `\${env:${name}}` },
	cursor: { forms: ["env", "editor"], write: (name) => `\${env:${name}}` },
	windsurf: { forms: ["env"], write: (name) => `\${env:${name}}` },
	shell: { forms: ["shell", "shell-default"], write: (name) => `\${${name}}` },
	braced: { forms: ["shell"], write: (name) => `\${${name}}` },
	gemini: { forms: ["shell", "shell-default", "dollar", "percent"], write: (name) => `\${${name}}` },
	opencode: { forms: ["braces"], write: (name) => `{env:${name}}` },
	none: { forms: [], write: null },
};

/** Names that the editors have built in. */
const BUILT_IN =
	/^(?:workspaceFolder|workspaceFolderBasename|workspaceRoot|workspaceRootFolderName|userHome|pathSeparator|\/|execPath|cwd|file|fileWorkspaceFolder|relativeFile|fileDirname)$|^workspaceFolder:/;
/** Bounded, and each begins with what the part before it cannot hold. */
const INSIDE = /\$\{\{([^{}]{1,200})\}\}|\$\{([^{}]{1,200})\}|(?<!\$)\{env:([A-Za-z_]\w{0,99})\}/g;
const NAME = /^[A-Z_][A-Z0-9_]*$/;
/** Where a value is nothing but a reference, perhaps behind the scheme of a header. */
const WHOLE =
	/^(?:(?:Bearer|Basic|Token) )?(?:\$([A-Z_][A-Z0-9_]{2,99})|%([A-Za-z_]\w{2,99})%|(op:\/\/[^\s/]{1,200}\/[^\s/]{1,200}\/\S{1,400}))$/;
/** A value with more is no reference to anything. */
const MOST = 10;
const LONGEST = 65_536;

/** The references in a value that the host hands on as they stand; empty where it fills all of them in, or its dialect is not known. */
export function foreignReferences(host: HostId, value: string): readonly ForeignReference[] {
	const dialect = DIALECTS[HOSTS[host].variables];
	if (dialect === undefined || value.length > LONGEST || !MAY_HOLD.test(value)) return NONE;
	const found: ForeignReference[] = [];
	for (const reference of referencesOf(value)) {
		if (found.length === MOST) break;
		if (!dialect.forms.includes(reference.form)) found.push(reference);
	}
	return found;
}

const MAY_HOLD = /[$%]|\{env:|op:\/\//;
const NONE: readonly ForeignReference[] = [];

/** How the host writes a variable of the environment; null: it fills none in, or it is not known how. */
export function hostVariable(host: HostId, name: string): string | null {
	return DIALECTS[HOSTS[host].variables]?.write?.(name) ?? null;
}

function* referencesOf(value: string): Iterable<ForeignReference> {
	const whole = WHOLE.exec(value);
	if (whole !== null) {
		const [, dollar = null, percent = null, vault = null] = whole;
		const end = value.length;
		if (dollar !== null) yield { start: end - dollar.length - 1, end, form: "dollar", variable: dollar };
		else if (percent !== null) yield { start: end - percent.length - 2, end, form: "percent", variable: percent };
		else if (vault !== null) yield { start: end - vault.length, end, form: "vault", variable: null };
		return;
	}
	for (const match of value.matchAll(INSIDE)) {
		const [text, workflow, inside, braces] = match;
		const place = { start: match.index, end: match.index + text.length };
		if (braces !== undefined) yield { ...place, form: "braces", variable: braces };
		else if (workflow !== undefined) {
			if (/^\s{0,9}(?:secrets|env|vars|inputs)\./.test(workflow)) yield { ...place, form: "workflow", variable: null };
		} else if (inside !== undefined) {
			const form = formOf(inside);
			if (form !== null) yield { ...place, ...form };
		}
	}
}

function formOf(inside: string): Pick<ForeignReference, "form" | "variable"> | null {
	if (inside.startsWith("input:")) return { form: "input", variable: null };
	if (inside.startsWith("env:")) return { form: "env", variable: /^[A-Za-z_]\w*$/.test(inside.slice(4)) ? inside.slice(4) : null };
	if (BUILT_IN.test(inside)) return { form: "editor", variable: null };
	if (NAME.test(inside)) return { form: "shell", variable: inside };
	const at = inside.indexOf(":-");
	return at > 0 && NAME.test(inside.slice(0, at)) ? { form: "shell-default", variable: null } : null;
}
