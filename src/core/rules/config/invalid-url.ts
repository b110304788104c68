// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { newFinding, type Rule } from "../finding.ts";

export const invalidUrl: Rule = {
	id: "invalid-url",
	title: "Address that hosts do not know, or read otherwise than a person",
	help: "No host can connect to it, or it leads elsewhere than it seems to. Write the whole address in one line, from https:// on.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A `url` that begins with the name of a machine (`localhost:3000/mcp`), or with a scheme that is none (`htps://`, `https//`), and one with a tab or a line break in it. One that begins with a variable or a placeholder is left alone.",
		matters:
			"The server never connects, and some hosts say nothing of it. Tabs and line breaks are dropped by whoever connects, so that the address is another one than a person, or a filter, reads.",
		remedy: "Write the whole address: `https://…`, or `http://localhost:…` for a program on this machine.",
		example: { before: '"url": "localhost:3000/mcp"', after: '"url": "http://localhost:3000/mcp"' },
	},
	only: "http",
	mayConcern: (_, server) => server.kind === "http" && problemOf(server.url.value) !== null,
	*checkServer(server) {
		if (server.kind !== "http") return;
		const message = problemOf(server.url.value);
		if (message === null) return;
		yield newFinding({
			ruleId: "invalid-url",
			severity: "warning",
			server: server.name.value,
			keyPath: [...server.keyPath, "url"],
			span: server.url.span,
			message,
		});
	},
};

const KNOWN: ReadonlySet<string> = new Set(["http", "https", "ws", "wss", "unix", "pipe", "file", "stdio", "sse"]);
/** Schemes that were meant, one slip away. */
const SLIPS: ReadonlySet<string> = new Set([
	"htp",
	"htttp",
	"hhttp",
	"htpp",
	"hxxp",
	"htps",
	"httpss",
	"htpps",
	"htttps",
	"hhttps",
	"hxxps",
	"httsp",
	"hptts",
	"ttps",
	"ttp",
]);

/** In the middle: what stands around an address is nothing to anybody. */
const BREAK = /\S[\t\n\r]/;

function problemOf(url: string): string | null {
	if (BREAK.test(url.trimEnd()))
		return "This address holds a tab or a line break, which programs drop: it leads elsewhere than it seems to. Write it in one line.";
	const scheme = /^([A-Za-z][A-Za-z0-9+.-]{0,20}):\/\//.exec(url)?.[1]?.toLowerCase();
	if (scheme !== undefined) return !KNOWN.has(scheme) && SLIPS.has(scheme) ? "No host knows this scheme. Write https:// or http://." : null;
	// With a colon and a slash too few many programs still know what is meant.
	if (/^https?\/{1,2}[^/]/i.test(url)) return "The scheme lacks its colon. Write https:// or http://.";
	const machine =
		/^(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]{2,39}\]|[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,10})(?::\d{1,5})?(?:[/?#]|$)/i;
	return machine.test(url) ? "This address has no scheme, so no host can connect to it. Write https:// or http:// before it." : null;
}
