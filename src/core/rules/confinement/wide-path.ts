// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import type { Located } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { type AnalysisContext, newFinding, type Rule } from "../finding.ts";
import { argumentPaths, programName } from "../places.ts";

export const widePath: Rule = {
	id: "wide-path",
	title: "Too wide a folder",
	help: "The server, and through it the model, can read and change everything in there: keys, mail, other projects. Name the folder that the work needs.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A file server, or a container with a mounted folder, that is given the whole disk, a drive, a home folder, a folder of the system, or one above the workspace.",
		matters:
			"In a home folder lie SSH keys, browser profiles, tokens of other tools and every other project. A text that misleads the model is enough to have them read.",
		remedy:
			"Name the folder that the work needs. Behind Sallyport the server sees nothing but what you granted (`sallyport allow NAME --read FOLDER`), whatever its arguments say.",
		example: {
			before: '"args": ["-y", "@modelcontextprotocol/server-filesystem@2025.8.21", "${userHome}"]',
			after: '"args": ["-y", "@modelcontextprotocol/server-filesystem@2025.8.21", "${workspaceFolder}/docs"]',
		},
	},
	*checkServer(server, _document, context) {
		if (server.kind !== "stdio") return;
		const launch = launchOf(server);
		const pathOf = argumentPaths(server);
		const container = /^(?:docker|podman|nerdctl)$/.test(programName(launch.command.value));
		const files = isFileServer([launch.command, ...launch.args]);
		for (const [index, argument] of launch.args.entries()) {
			const path = container ? mountedPath(launch.args, index) : files ? folderOf(argument.value) : null;
			const reason = path === null ? null : tooWide(path, context);
			if (reason === null) continue;
			yield newFinding({
				ruleId: "wide-path",
				severity: "warning",
				server: server.name.value,
				keyPath: pathOf(argument),
				span: argument.span,
				message: `This server gets ${reason}. Name the folder that the work needs.`,
			});
		}
	},
};

/** Servers whose arguments are the folders that they serve. */
function isFileServer(words: readonly Located<string>[]): boolean {
	return words.some(
		({ value }) =>
			/(?:^|[/@_-])(?:file-?systems?|files?|fs|desktop-?commander|text-?editor|sqlite|obsidian)(?:$|[/@_.-])/i.test(value) &&
			!/\s/.test(value),
	);
}

function folderOf(argument: string): string | null {
	const value = /^--?[\w-]+=(.*)$/.exec(argument)?.[1] ?? argument;
	return value.startsWith("-") ? null : value;
}

/** The host's side of `-v /:/host`, `--volume=…`, `--mount type=bind,source=/,…`. */
function mountedPath(args: readonly Located<string>[], index: number): string | null {
	const value = args[index]?.value ?? "";
	const glued = /^(-v|--volume|--mount)=(.*)$/.exec(value);
	const flag = glued?.[1] ?? args[index - 1]?.value;
	const spec = glued?.[2] ?? value;
	if (flag === "-v" || flag === "--volume") return /^([A-Za-z]:[\\/][^:]*|\$\{[^}]*\}[^:]*|[^:]*):/.exec(spec)?.[1] ?? null;
	return flag === "--mount" ? (/(?:^|,)(?:source|src)=([^,]*)/.exec(spec)?.[1] ?? null) : null;
}

function tooWide(path: string, { home }: AnalysisContext): string | null {
	const plain = path.trim().replace(/\\/g, "/");
	const folder = plain.replace(/\/(?:\.?\/)+/g, "/").replace(/(?<=.)\/(?:\.|\*{1,2})?$/, "");
	if (folder === "/" || folder === "/*" || folder === "/**") return "the whole disk";
	if (/^(?:[A-Za-z]:|\/(?:mnt\/)?[a-z]|\/Volumes\/[^/]+|\/cygdrive\/[a-z])$/.test(folder)) return "a whole drive";
	if (
		/^(?:~|\$HOME|\$\{(?:userHome|HOME|env:HOME|env:USERPROFILE|USERPROFILE)\}|%USERPROFILE%|%HOMEPATH%|\$env:USERPROFILE)$/i.test(folder)
	)
		return "your whole home folder";
	if (home !== null && folder === home.replace(/\\/g, "/").replace(/\/$/, "")) return "your whole home folder";
	if (/^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root|[A-Za-z]:\/Users\/[^/]+|\/mnt\/[a-z]\/Users\/[^/]+)$/i.test(folder))
		return "a whole home folder";
	if (/^(?:\/home|\/Users|[A-Za-z]:\/Users|\/etc|\/var|\/usr|\/opt|[A-Za-z]:\/Windows)$/i.test(folder)) return "a folder of the system";
	return climbs(folder) ? "a folder above the workspace" : null;
}

/** `..` from the workspace, or from a variable that stands for it, leads out of it. */
function climbs(folder: string): boolean {
	const relative = folder.replace(/^\$\{(?:workspaceFolder|workspaceRoot|PWD|CLAUDE_PROJECT_DIR)\}\//, "");
	if (/^(?:\/|[A-Za-z]:|~|\$|%)/.test(relative)) return false;
	let depth = 0;
	for (const segment of relative.split("/")) {
		if (segment === "..") depth--;
		else if (segment !== "" && segment !== ".") depth++;
		if (depth < 0) return true;
	}
	return false;
}
