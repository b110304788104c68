import { nodeOptionsEffect } from "../../launch/node-options.ts";
import { own } from "../../own.ts";
import { temporaryFolder } from "./folders.ts";
import { preloadOrigin } from "./loading-options.ts";
import { commandOrigin, type Origin, originOf } from "./origin.ts";

/** Whether a variable makes a program load or run code that no launch line names. `name` in capitals. */
export function loadsCode(name: string, value: string): boolean {
	return own(LOADERS, name)?.(value) === true;
}

/** By name: whether a value makes a program load or run code that no launch line names. */
const LOADERS: Readonly<Partial<Record<string, (value: string) => boolean>>> = {
	PYTHONSTARTUP: () => true,
	PERL5OPT: (value) => /(?:^|\s)-?[Mmd]/.test(value),
	PERL5DB: () => true,
	RUBYOPT: (value) => /(?:^|\s)-?[rI]/.test(value),
	JAVA_TOOL_OPTIONS: hasAgent,
	_JAVA_OPTIONS: hasAgent,
	JDK_JAVA_OPTIONS: hasAgent,
	DOTNET_STARTUP_HOOKS: () => true,
	CORECLR_PROFILER_PATH: () => true,
	COR_PROFILER_PATH: () => true,
	GIT_SSH_COMMAND: (value) =>
		!/^\s*(?:\S{0,200}[\\/])?ssh(?:\.exe)?(?:\s[^;&|`()<>]*)?$/.test(value) || /ProxyCommand|LocalCommand/i.test(value),
	GIT_EXTERNAL_DIFF: () => true,
	GIT_PROXY_COMMAND: () => true,
	NPM_CONFIG_SCRIPT_SHELL: () => true,
	NPM_CONFIG_NODE_OPTIONS: (value) => nodeOptionsEffect(value) === "loads",
	BUN_OPTIONS: (value) => /^(?:anybody|workspace)$/.test(preloadOrigin(value) ?? ""),
	GOFLAGS: (value) => /(?:^|\s)--?(?:toolexec|exec|overlay)\b/.test(value),
	LUA_INIT: () => true,
	MAKEFLAGS: (value) => /--eval\b/.test(value),
	GIT_CONFIG_PARAMETERS: (value) => /(?:sshcommand|fsmonitor|hookspath|askpass|external|alias\.\w+)'?='?(?:[!.]|[^']*[;&|`])/i.test(value),
};

function hasAgent(value: string): boolean {
	// An agent that somebody installed has an absolute path; `jdwp` is the debugger of Java itself.
	if (/-(?:javaagent|agentpath|agentlib):(?![/\\]|[A-Za-z]:|jdwp\b|hprof\b)|-XX:(?:\+?)On(?:OutOfMemory)?Error=/.test(value)) return true;
	return value
		.split(/\s+/)
		.some((word) => temporaryFolder(word.replace(/^-(?:javaagent|agentpath):/, "")) !== null && word.startsWith("-"));
}

/** A file that a variable names, for a program to run or to read. `index`: settings that say where packages come from, and no more. */
interface NamedFile {
	readonly kind: "program" | "settings" | "index";
	readonly origin: Origin;
}

/** Null for a variable that names none. `name` in capitals. */
export function namedFile(name: string, value: string): NamedFile | null {
	if (PROGRAMS.test(name)) return { kind: "program", origin: commandOrigin(value) };
	if (SETTINGS.test(name)) return { kind: "settings", origin: originOf(value, "workspace") };
	return INDEXES.test(name) ? { kind: "index", origin: originOf(value, "workspace") } : null;
}

const PROGRAMS =
	/^(?:(?:GIT|SSH|SUDO)_ASKPASS|GIT_SSH|EDITOR|VISUAL|(?:GIT_)?(?:SEQUENCE_)?EDITOR|(?:GIT_|MAN)?PAGER|BROWSER|NPM_CONFIG_(?:GIT|SHELL|EDITOR|VIEWER)|GIT_EXEC_PATH|GIT_TEMPLATE_DIR|YARN_YARN_PATH|LESS(?:OPEN|CLOSE)|(?:CARGO_BUILD_)?RUSTC(?:_WORKSPACE)?_WRAPPER|CARGO_BUILD_RUSTC|PYTHONEXECUTABLE|UV_PYTHON|NODE_GYP_FORCE_PYTHON)$/;
const SETTINGS = /^(?:NPM_CONFIG_(?:USER|GLOBAL)CONFIG|GIT_CONFIG_(?:GLOBAL|SYSTEM)|ZDOTDIR|BUNFIG)$/;
const INDEXES = /^(?:UV_CONFIG_FILE|PIP_CONFIG_FILE)$/;
