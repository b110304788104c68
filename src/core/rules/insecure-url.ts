import type { Rule } from "./finding.ts";

export const insecureUrl: Rule = {
	id: "insecure-url",
	title: "Remote server without TLS",
	help: "Everyone on the way can read and change what the model is told. Use https, or a tunnel that ends on this machine.",
	*checkServer(server) {
		if (server.kind !== "http" || !isCleartext(server.url.value)) return;
		yield {
			ruleId: "insecure-url",
			severity: "warning",
			server: server.name.value,
			keyPath: [...server.keyPath, "url"],
			span: server.url.span,
			message: "This server is reached in cleartext: everyone on the way can read and change what is said. Use https.",
			slot: null,
			fixable: false,
		};
	},
};

function isCleartext(url: string): boolean {
	const match = /^\s*(?:http|ws|sse):[/\\]*([^/\\?#]*)/i.exec(url);
	if (match === null) return false;
	const authority = match[1] ?? "";
	const host = authority
		.slice(authority.lastIndexOf("@") + 1)
		.replace(/:\d*$/, "")
		.toLowerCase();
	// What a variable or a placeholder stands for is not known.
	if (host === "" || /[${}<>%]/.test(host) || /^your[_-]|_/i.test(host)) return false;
	return !isLoopback(host);
}

function isLoopback(host: string): boolean {
	return (
		/^(?:localhost|(?:[a-z0-9-]+\.)+localhost|\[?::1\]?|\[?(?:0*:)*0*1\]?)\.?$/.test(host) ||
		/^127(?:\.\d{1,3}){1,3}$/.test(host) ||
		host === "0.0.0.0"
	);
}
