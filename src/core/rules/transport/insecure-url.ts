import type { Located, ServerEntry } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";
import { argumentPaths } from "../places.ts";

export const insecureUrl: Rule = {
	id: "insecure-url",
	title: "Remote server without TLS",
	help: "Everyone on the way can read and change what the model is told. Use https, or a tunnel that ends on this machine.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A remote server that is reached by `http:`, `ws:` or `sse:`, also through a program such as `mcp-remote`. Addresses of this machine, and those that a variable stands for, are left alone.",
		matters:
			"What a server says goes to the model as it comes. Whoever sits on the way, in a café, at a provider, on a hijacked name, reads the headers with their tokens and can put instructions of their own into every answer.",
		remedy:
			"Use the server's `https` (or `wss`) address. A server without TLS belongs behind something that has it, or at the end of a tunnel whose mouth is on this machine.",
		example: {
			before: '"search": { "url": "http://mcp.example.com/mcp" }',
			after: '"search": { "url": "https://mcp.example.com/mcp" }',
		},
	},
	*checkServer(server) {
		if (server.kind === "http") {
			if (isCleartext(server.url.value)) yield at(server, server.url, [...server.keyPath, "url"]);
			return;
		}
		const launch = launchOf(server);
		const pathOf = argumentPaths(server);
		// A program that speaks to a remote server in the host's stead.
		if (!launch.args.some(({ value }) => /^(?:@[\w.-]+\/)?(?:mcp-remote|mcp-proxy|supergateway)(?:[@=].*)?$/.test(value))) return;
		for (const argument of launch.args) if (isCleartext(argument.value)) yield at(server, argument, pathOf(argument));
	},
};

function at(server: ServerEntry, url: Located<string>, keyPath: Finding["keyPath"]): Finding {
	return newFinding({
		ruleId: "insecure-url",
		severity: "warning",
		server: server.name.value,
		keyPath,
		span: url.span,
		message: "This server is reached in cleartext: everyone on the way can read and change what is said. Use https.",
		fixes: server.unambiguous && securableScheme(url.value) !== null ? ["use-https"] : [],
	});
}

function isCleartext(url: string): boolean {
	const match = /^\s*(?:http|ws|sse):[/\\]*([^/\\?#]*)/i.exec(url);
	if (match === null) return false;
	const authority = match[1] ?? "";
	const host = authority
		.slice(authority.lastIndexOf("@") + 1)
		.replace(/:\d*$/, "")
		.toLowerCase();
	// What a variable or a placeholder stands for is not known.
	if (host === "" || /[${}<>%]/.test(host) || /^your[_-]/.test(host)) return false;
	return !isLoopback(host);
}

/**
 * Where an `s` makes the scheme of a cleartext URL a secure one: `http` → `https`, `ws` → `wss`; counted in the value. Null: it is
 * no such URL, or it names port 80, where no TLS is spoken.
 */
export function securableScheme(url: string): number | null {
	const match = /^\s*(?:http|ws)(?=:\/\/([^/\\?#]*))/i.exec(url);
	if (match === null || !isCleartext(url) || /:0*80$/.test(match[1] ?? "")) return null;
	return match[0].length;
}

function isLoopback(host: string): boolean {
	return (
		/^(?:localhost|(?:[a-z0-9-]+\.)+localhost|\[?::1\]?|\[?(?:0*:)*0*1\]?)\.?$/.test(host) ||
		/^127(?:\.\d{1,3}){1,3}$/.test(host) ||
		host === "0.0.0.0"
	);
}
