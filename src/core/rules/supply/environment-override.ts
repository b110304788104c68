import type { StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { type NodeOptionsEffect, nodeOptionsEffect } from "../../launch/node-options.ts";
import { own } from "../../own.ts";
import { beginningWith, entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";
import { quoted } from "../places.ts";
import { readLaunch } from "./command-line.ts";
import { onWord } from "./complain.ts";
import { temporaryFolder } from "./folders.ts";
import { type LoadingOption, loadingOptions } from "./loading-options.ts";
import { loadsCode, namedFile } from "./loading-variables.ts";
import { commandOrigin, type Origin } from "./origin.ts";
import { type SetVariable, setVariables } from "./steering.ts";

/** A part of every name that could be meant. */
const OVERRIDING: readonly string[] =
	"PATH LD_ PYTHON NODE_ PERL RUBY GEM_ OPENSSL JAVA_ STARTUP_HOOKS PROFILER GIT_ ASKPASS NPM_CONFIG BUN GOFLAGS LUA_INIT MAKEFLAGS EDITOR VISUAL PAGER BROWSER YARN LESS RUSTC ZDOTDIR CONFIG_FILE HOME USERPROFILE SSL_CERT CA_BUNDLE PIP_CERT _PROXY BASH_ENV PRELOAD AUDIT".split(
		" ",
	);

/** A part of every option that loads something, and of what sets a variable in the launch line. */
const LOADING: readonly string[] = [
	...["=", ...beginningWith("-r"), "-javaagent", "-agentpath"],
	...[
		"require",
		"import",
		"loader",
		"experimental-loader",
		"preload",
		"userconfig",
		"globalconfig",
		"script-shell",
		"rcfile",
		"init-file",
	].map((word) => `--${word}`),
];

export const environmentOverride: Rule = {
	id: "environment-override",
	title: "Variable or option that changes which code runs",
	help: "It decides where programs, libraries or modules are looked for, or what is loaded beside the server. Name the program by its path instead.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"Variables that many honest files set and that still decide which code runs: `PATH`, `HOME`, `LD_LIBRARY_PATH`, `PYTHONPATH`, `NODE_PATH` and their like, proxies and certificates, and options in `NODE_OPTIONS` that are not known to be harmless, as information. As a warning where they name a folder that anybody may write to, where they load code of their own (`PYTHONSTARTUP`, `PERL5OPT`, `RUBYOPT`, `JAVA_TOOL_OPTIONS` with an agent, `GIT_SSH_COMMAND` with more than `ssh`) or let a debugger in, where they name a program, settings or code of the workspace or of a folder for temporary files (`GIT_ASKPASS`, `NPM_CONFIG_USERCONFIG`, `BUN_OPTIONS`, …), and for `NODE_DEBUG`, which prints what the server sends. Options that do the same (`node --require`, `npx --userconfig`, `bash --rcfile`, `java -javaagent:`): as a warning where they name a file of the workspace, of a folder for temporary files or an address, as information where another file; a package by its name (`--import tsx`) is left alone.",
		matters:
			"What runs is then not what `command` says. A library or a module in such a folder is loaded with the server's tokens in reach, and a proxy reads along what is not encrypted.",
		remedy:
			"Name programs by their absolute path, install modules where the program looks for them by itself, and remove the variable or option; let the server itself load what it needs. Keep what you cannot do without, and say why in an ignore.",
		example: {
			before: '"tools": { "command": "python", "args": ["-m", "tools"], "env": { "PYTHONPATH": "/tmp/modules" } }',
			after: '"tools": { "command": "/home/me/tools/.venv/bin/python", "args": ["-m", "tools"] }',
		},
	},
	only: "stdio",
	mayConcern: entryHolds({ launch: LOADING, names: OVERRIDING, values: null }),
	*checkServer(server, document, context) {
		if (server.kind !== "stdio") return;
		// Then the home folder is the launcher's, which has a rule of its own.
		const { wrapped } = launchOf(server);
		const variables = setVariables(server, document);
		yield* gitSettings(server, variables);
		for (const variable of variables) {
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
		for (const line of readLaunch(server).lines)
			for (const { word, origin, loads } of loadingOptions(line)) {
				const verdict = OPTION[loads][origin];
				if (verdict !== undefined)
					yield onWord({ id: "environment-override", severity: verdict.severity }, server, document, word, verdict.message);
			}
	},
};

interface Verdict {
	readonly severity: Severity;
	/** The rest of the sentence that begins with the name. */
	readonly message: string;
}

const OPTION: Readonly<Record<LoadingOption["loads"], Readonly<Partial<Record<Origin, Verdict>>>>> = {
	code: {
		anybody: warning("This loads code before the server from where any program or person may put its own. Remove it."),
		workspace: warning("This loads code of the workspace before the server. Remove it, and let the server load what it needs."),
		installed: { severity: "info", message: "This loads other code before the server. Keep it only if you know what it does." },
	},
	settings: {
		anybody: warning("These settings decide what npm fetches and runs, and any program may put its own there. Remove the option."),
		workspace: warning("These settings of the workspace decide what npm fetches and runs. Remove the option."),
	},
};

function warning(message: string): Verdict {
	return { severity: "warning", message };
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
	const searched = own(SEARCHED, name);
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
	if (name === "NODE_OPTIONS") return NODE_OPTIONS[nodeOptionsEffect(value)] ?? null;
	const named = namedBy(name, value);
	if (named !== null) return named;
	if (loadsCode(name, value)) return { severity: "warning", message: "runs code of its own beside the server. Remove it." };
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

/** What loads code is an error of its own. */
const NODE_OPTIONS: Readonly<Partial<Record<NodeOptionsEffect, Verdict>>> = {
	debugs: { severity: "warning", message: "opens a debugger, by which other programs run code in the server. Remove it." },
	unknown: { severity: "info", message: "holds an option that is not known to load nothing, so Sallyport's launcher refuses it." },
};

const LOOPBACK = /^\w+:\/\/(?:[^/@]*@)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|host\.docker\.internal)(?:[:/]|$)/i;

function isForeign(origin: Origin): origin is "anybody" | "workspace" {
	return origin === "anybody" || origin === "workspace";
}

/** A variable that names a program or settings; null for any other, and where they are the machine's or the person's own. */
function namedBy(name: string, value: string): Verdict | null {
	const file = namedFile(name, value);
	if (file === null || !isForeign(file.origin)) return null;
	const where = file.origin === "anybody" ? "where any program or person may put its own" : "in the workspace";
	const severity = file.origin === "workspace" && file.kind === "index" ? "info" : "warning";
	const message = {
		program: `names a program ${where}, or a line for a shell, which is run beside the server. Remove it.`,
		settings: `names settings ${where} that decide which programs are run. Remove it.`,
		index: `names settings ${where} that decide where packages come from. Remove it.`,
	}[file.kind];
	return { severity, message };
}

/** `GIT_CONFIG_KEY_0` and its value: settings of git that name a program. */
function* gitSettings(server: StdioServer, variables: readonly SetVariable[]): Iterable<Finding> {
	const keys = variables.filter(({ name, contained }) => /^GIT_CONFIG_KEY_\d+$/i.test(name) && !contained);
	if (keys.length === 0) return;
	const values = new Map(variables.map(({ name, value }) => [name.toUpperCase(), value]));
	for (const { name, value, span, keyPath } of keys) {
		const command = values.get(name.toUpperCase().replace("_KEY_", "_VALUE_")) ?? "";
		if (!RUN_BY_GIT.test(value) || !isForeign(commandOrigin(command))) continue;
		yield newFinding({
			ruleId: "environment-override",
			severity: "warning",
			server: server.name.value,
			keyPath,
			span,
			message: `${quoted(name)} has git run a program of the workspace, of a temporary folder or of a line for a shell. Remove it.`,
		});
	}
}

const RUN_BY_GIT =
	/^(?:core\.(?:sshcommand|fsmonitor|pager|editor|hookspath|askpass|gitproxy|alternaterefscommand)|sequence\.editor|credential\..*|diff\..*|filter\..*|merge\..*|gpg\..*|alias\..*|include.*\.path|pager\..*|init\.templatedir|uploadpack\.packobjectshook|remote\..*\.(?:upload|receive)pack)$/i;

/** Code that is loaded in a container reaches what the container does. */
function inContainer({ name: written, value }: SetVariable): Verdict | null {
	const name = written.toUpperCase();
	const loads =
		/^(?:LD_PRELOAD|LD_AUDIT|BASH_ENV)$/.test(name) ||
		(name === "NODE_OPTIONS" && nodeOptionsEffect(value) === "loads") ||
		loadsCode(name, value);
	return loads ? { severity: "warning", message: "loads code of its own into the container beside the server. Remove it." } : null;
}
