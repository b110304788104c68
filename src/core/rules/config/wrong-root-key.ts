import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, Located } from "../../config/server.ts";
import { newFinding, type Rule } from "../finding.ts";
import { quoted } from "../places.ts";

/** What hosts call the member that holds the servers. */
const NAMES: ReadonlySet<string> = new Set([
	"mcpServers",
	"mcp_servers",
	"mcp-servers",
	"mcpservers",
	"McpServers",
	"MCPServers",
	"servers",
	"context_servers",
	"mcp",
]);
/** In a file about other things these mean servers all the same. */
const PLAIN: ReadonlySet<string> = new Set(["mcpServers", "mcp_servers", "context_servers"]);

export const wrongRootKey: Rule = {
	id: "wrong-root-key",
	title: "Servers under a key that this host does not read",
	help: "The host starts none of them, and says nothing. Write the key that it reads.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"Servers under the key of another host, `mcpServers` in VS Code's file, `servers` in Cursor's. Where the file has the right key, too, the other one is information. In `.mcp.json` both are right: Visual Studio reads `servers` there.",
		matters:
			"The host finds no servers and says nothing. And nobody looks for what is under a key that nothing reads, a credential among it.",
		remedy: "Take the fix, which renames the key. Where the right one is there as well, move the servers into it, and delete the other.",
		example: {
			before: '{ "mcpServers": { "notes": { "command": "notes-server" } } }',
			after: '{ "servers": { "notes": { "command": "notes-server" } } }',
		},
	},
	mayConcernFile: (document) => rightRootKey(document) !== null && wrongRootKeys(document).length > 0,
	*checkDocument(document) {
		const right = rightRootKey(document);
		if (right === null) return;
		const { title } = HOSTS[document.host];
		const broken = document.problems.some(({ code }) => code === "syntax");
		const both = document.rootKeys.some(({ value }) => value === right);
		for (const [i, key] of wrongRootKeys(document).entries()) {
			yield newFinding({
				ruleId: "wrong-root-key",
				severity: both || !isInPlace(document) ? "info" : "warning",
				server: null,
				keyPath: [key.value],
				span: key.span,
				message: `${quoted(key.value)} is not read by ${title} here, so none of the servers in it starts. ${both ? `Move them into ${right}.` : `Write ${right}.`}`,
				// Two keys of one name would be one lost.
				fixes: i > 0 || broken || both || !standsOnce(document, key) || isNested(document, key.value) ? [] : ["rename-key"],
			});
		}
	},
};

/** False for a file that is only named like the host's, at a place where the host is not known to look. */
function isInPlace({ host, file }: ConfigDocument): boolean {
	const path = `/${file.split("\\").join("/")}`.toLowerCase();
	const { workspaceFiles, userFiles } = HOSTS[host];
	return [...workspaceFiles, ...userFiles.map((place) => place.path)].some((place) => {
		// What comes before a variable part may be anything.
		const end = place.slice(Math.max(place.lastIndexOf("*"), place.lastIndexOf("}")) + 1).replace(/^(?!\/)/, "/");
		return path.endsWith(end.toLowerCase());
	});
}

/** The outermost key under which the host looks for servers; null: it is not the only one, or not outermost. */
export function rightRootKey({ host }: ConfigDocument): string | null {
	const { roots } = HOSTS[host];
	const [first] = roots;
	return first === undefined || first.path.length !== 1 || first.holds !== "map" ? null : (first.path[0] ?? null);
}

/** A table of TOML may begin in many places, each under the same outermost key. */
function standsOnce({ format, rootKeys, text }: ConfigDocument, { value }: Located<string>): boolean {
	if (format === "toml" && text.indexOf(value) !== text.lastIndexOf(value)) return false;
	return rootKeys.filter((other) => other.value === value).length === 1;
}

function wrongRootKeys(document: ConfigDocument): readonly Located<string>[] {
	const { roots, mixed, holdsState } = HOSTS[document.host];
	const read = new Set(roots.map(({ path }) => path[0]));
	const seen = new Set<string>();
	return document.rootKeys.filter(({ value }) => {
		if (read.has(value) || seen.has(value) || holdsState) return false;
		seen.add(value);
		return mixed ? PLAIN.has(value) : NAMES.has(value) && holdsServers(document, value);
	});
}

/** What makes an entry a server with every host. */
const TELLING: ReadonlySet<unknown> = new Set(["command", "url", "serverUrl", "httpUrl"]);

function holdsServers({ settings }: ConfigDocument, root: string): boolean {
	return settings.some(({ keyPath }) => keyPath[0] === root && (TELLING.has(keyPath[2]) || TELLING.has(keyPath[3])));
}

/** `"mcp": { "servers": … }`: a new name for the outer key alone would not do. */
function isNested({ host, settings }: ConfigDocument, root: string): boolean {
	// There the values were not looked at, and only plain names count.
	return !HOSTS[host].mixed && !settings.some(({ keyPath }) => keyPath[0] === root && TELLING.has(keyPath[2]));
}
