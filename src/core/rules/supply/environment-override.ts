import { launchOf } from "../../config/wrapped.ts";
import { newFinding, type Rule, type Severity } from "../finding.ts";
import { quoted } from "../places.ts";
import { temporaryFolder } from "./folders.ts";
import { type SetVariable, setVariables } from "./steering.ts";

export const environmentOverride: Rule = {
	id: "environment-override",
	title: "Variable that changes which code runs",
	help: "The variable decides where programs, libraries or modules are looked for, or what is loaded beside the server. Name the program by its path instead.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"Variables that many honest files set and that still decide which code runs: `PATH`, `HOME`, `LD_LIBRARY_PATH`, `PYTHONPATH`, `NODE_PATH` and their like, proxies and certificates, as information. As a warning where they name a folder that anybody may write to, where they load code of their own (`PYTHONSTARTUP`, `PERL5OPT`, `RUBYOPT`, `JAVA_TOOL_OPTIONS` with an agent, `GIT_SSH_COMMAND` with more than `ssh`), and for `NODE_DEBUG`, which prints what the server sends.",
		matters:
			"What runs is then not what `command` says. A library or a module in such a folder is loaded with the server's tokens in reach, and a proxy reads along what is not encrypted.",
		remedy:
			"Name programs by their absolute path, install modules where the program looks for them by itself, and remove the variable. Keep what you cannot do without, and say why in an ignore.",
		example: {
			before: '"tools": { "command": "python", "args": ["-m", "tools"], "env": { "PYTHONPATH": "/tmp/modules" } }',
			after: '"tools": { "command": "/home/me/tools/.venv/bin/python", "args": ["-m", "tools"] }',
		},
	},
	*checkServer(server, document, context) {
		if (server.kind !== "stdio") return;
		// Then the home folder is the launcher's, which has a rule of its own.
		const { wrapped } = launchOf(server);
		for (const variable of setVariables(server, document)) {
			const verdict = variable.contained ? inContainer(variable) : judge(variable, context.home, wrapped);
			if (verdict === null) continue;
			yield newFinding({
				ruleId: "environment-override",
				severity: verdict.severity,
				server: server.name.value,
				keyPath: variable.keyPath,
				span: variable.span,
				message: `${quoted(variable.name)} ${verdict.message}`,
			});
		}
	},
};

interface Verdict {
	readonly severity: Severity;
	/** The rest of the sentence that begins with the name. */
	readonly message: string;
}

const SEARCHED: Readonly<Partial<Record<string, string>>> = {
	PATH: "programs",
	LD_LIBRARY_PATH: "libraries",
	DYLD_LIBRARY_PATH: "libraries",
	DYLD_FRAMEWORK_PATH: "libraries",
	DYLD_FALLBACK_LIBRARY_PATH: "libraries",
	PYTHONPATH: "Python modules",
	PYTHONHOME: "Python's own modules",
	PYTHONUSERBASE: "Python modules",
	NODE_PATH: "modules",
	PERL5LIB: "Perl modules",
	RUBYLIB: "Ruby modules",
	GEM_PATH: "gems",
	CLASSPATH: "classes",
	GCONV_PATH: "libraries",
	OPENSSL_CONF: "settings that can load libraries",
	OPENSSL_MODULES: "libraries",
};

const CERTIFICATES =
	/^(?:NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|AWS_CA_BUNDLE|GIT_SSL_CAINFO|NPM_CONFIG_CAFILE|PIP_CERT)$/;

function judge({ name: written, value }: SetVariable, home: string | null, wrapped: boolean): Verdict | null {
	const name = written.toUpperCase();
	if (value.trim() === "") return null;
	const searched = SEARCHED[name];
	if (searched !== undefined) {
		const folder =
			value
				.split(/[:;]/)
				.map(temporaryFolder)
				.find((each) => each !== null) ?? temporaryFolder(value);
		return folder === undefined || folder === null
			? { severity: "info", message: `decides where ${searched} are looked for, so what runs is not what the command says.` }
			: { severity: "warning", message: `has ${searched} looked for in ${folder}, where any program may put its own. Remove it.` };
	}
	const loads = LOADERS[name];
	if (loads?.(value) === true) return { severity: "warning", message: "runs code of its own beside the server. Remove it." };
	if (name === "NODE_DEBUG" || name === "NODE_DEBUG_NATIVE")
		return { severity: "warning", message: "makes Node print what it handles, secrets included. Remove it." };
	if (name === "HOME" || name === "USERPROFILE")
		return value === home || wrapped
			? null
			: { severity: "info", message: "moves the home folder, and with it the settings that programs read." };
	if (CERTIFICATES.test(name))
		return temporaryFolder(value) === null
			? null
			: { severity: "warning", message: "trusts certificates from a folder where any program may put its own. Move the file." };
	if (/^(?:HTTPS?|ALL)_PROXY$/.test(name) && /^\w+:\/\/[^$]/.test(value) && !LOOPBACK.test(value))
		return { severity: "info", message: "sends this server's traffic through another machine. Keep it only if you know that machine." };
	return null;
}

const LOOPBACK = /^\w+:\/\/(?:[^/@]*@)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|host\.docker\.internal)(?:[:/]|$)/i;

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
	NPM_CONFIG_NODE_OPTIONS: (value) => /--(?:require|import|loader|experimental-loader)|(?:^|\s)-r\b/.test(value),
	RUSTC_WRAPPER: () => true,
};

function hasAgent(value: string): boolean {
	// An agent that somebody installed has an absolute path; `jdwp` is the debugger of Java itself.
	return /-(?:javaagent|agentpath|agentlib):(?![/\\]|[A-Za-z]:|jdwp\b|hprof\b)/.test(value);
}

/** Code that is loaded in a container reaches what the container does. */
function inContainer({ name: written, value }: SetVariable): Verdict | null {
	const name = written.toUpperCase();
	const loads =
		/^(?:LD_PRELOAD|LD_AUDIT|BASH_ENV)$/.test(name) ||
		(name === "NODE_OPTIONS" && /--(?:require|import|loader|experimental-loader)\b|(?:^|\s)-r\b/.test(value)) ||
		(Object.hasOwn(LOADERS, name) && LOADERS[name]?.(value) === true);
	return loads ? { severity: "warning", message: "loads code of its own into the container beside the server. Remove it." } : null;
}
