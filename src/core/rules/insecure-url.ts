import type { Located, ServerEntry } from "../config/server.ts";
import { launchOf } from "../config/wrapped.ts";
import type { Finding, Rule } from "./finding.ts";
import { argumentPaths } from "./places.ts";

export const insecureUrl: Rule = {
	id: "insecure-url",
	title: "Remote server without TLS",
	help: "Everyone on the way can read and change what the model is told. Use https, or a tunnel that ends on this machine.",
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
	return {
		ruleId: "insecure-url",
		severity: "warning",
		server: server.name.value,
		keyPath,
		span: url.span,
		message: "This server is reached in cleartext: everyone on the way can read and change what is said. Use https.",
		slot: null,
		fixable: false,
	};
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

function isLoopback(host: string): boolean {
	return (
		/^(?:localhost|(?:[a-z0-9-]+\.)+localhost|\[?::1\]?|\[?(?:0*:)*0*1\]?)\.?$/.test(host) ||
		/^127(?:\.\d{1,3}){1,3}$/.test(host) ||
		host === "0.0.0.0"
	);
}
