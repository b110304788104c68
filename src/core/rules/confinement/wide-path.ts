// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import type { AnalysisContext, Rule } from "../finding.ts";
import { onWord } from "../supply/complain.ts";
import { plainPath } from "./plain-path.ts";
import { MAY_REACH, reachedPaths } from "./reached-paths.ts";

export const widePath: Rule = {
	id: "wide-path",
	title: "Too wide a folder",
	help: "The server, and through it the model, can read and change everything in there: keys, mail, other projects. Name the folder that the work needs.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A file server, or a container with a mounted folder, that is given the whole disk, a drive, a home folder, a folder of the system (`/etc`, `/proc`, `/dev`, …), or one above the workspace or the home; also by a way round (`/home/me/../..`, `/proc/1/root`).",
		matters:
			"In a home folder lie SSH keys, browser profiles, tokens of other tools and every other project. A text that misleads the model is enough to have them read.",
		remedy:
			"Name the folder that the work needs. Behind Sallyport the server sees nothing but what you granted (`sallyport allow NAME --read FOLDER`), whatever its arguments say.",
		example: {
			before: '"args": ["-y", "@modelcontextprotocol/server-filesystem@2025.8.21", "${userHome}"]',
			after: '"args": ["-y", "@modelcontextprotocol/server-filesystem@2025.8.21", "${workspaceFolder}/docs"]',
		},
	},
	only: "stdio",
	mayConcern: MAY_REACH,
	*checkServer(server, document, context) {
		if (server.kind !== "stdio") return;
		for (const { word, path } of reachedPaths(server)) {
			const reason = tooWide(path, context);
			if (reason === null) continue;
			const message = `This server gets ${reason}. Name the folder that the work needs.`;
			yield onWord({ id: "wide-path", severity: "warning" }, server, document, word, message);
		}
	},
};

function tooWide(path: string, { home }: AnalysisContext): string | null {
	const folder = plainPath(path).replace(/(?<=.)\/\*{1,2}$/, "");
	if (/^\/\*{0,2}$|^\/proc\/[^/]+\/cwd$/.test(folder)) return "the whole disk";
	if (/^(?:[A-Za-z]:|\/(?:mnt\/)?[a-z]|\/Volumes\/[^/]+|\/cygdrive\/[a-z])$/.test(folder)) return "a whole drive";
	if (
		/^(?:~|\$HOME|\$\{(?:userHome|HOME|env:HOME|env:USERPROFILE|USERPROFILE)\}|%USERPROFILE%|%HOMEPATH%|\$env:USERPROFILE)$/i.test(folder)
	)
		return "your whole home folder";
	if (home !== null && folder === plainPath(home)) return "your whole home folder";
	if (/^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root|[A-Za-z]:\/Users\/[^/]+|\/mnt\/[a-z]\/Users\/[^/]+)$/i.test(folder))
		return "a whole home folder";
	if (
		/^(?:\/home|\/Users|[A-Za-z]:\/Users|(?:\/private)?\/(?:etc|var)|\/usr|\/opt|\/var\/lib|\/dev|\/proc|\/sys|\/boot|\/private|\/System|[A-Za-z]:\/(?:Windows|ProgramData))$/i.test(
			folder,
		)
	)
		return "a folder of the system";
	if (ABOVE_HOME.test(folder)) return "a folder above your home";
	return climbs(folder) ? "a folder above the workspace" : null;
}

const ABOVE_HOME =
	/^(?:~|\$HOME|\$\{(?:userHome|HOME|env:HOME|env:USERPROFILE|USERPROFILE)\}|%USERPROFILE%|\$env:USERPROFILE)\/\.\.(?:\/|$)/i;

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
