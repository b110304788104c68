import { fail, ok, type Result } from "../../../core/result.ts";

const PATH = "/v1/traces";

/**
 * Where a collector takes spans: the address that it has for all signals, such as `http://127.0.0.1:4318`, or that of its spans. Refused are
 * what is no address, one with a password or a query in it, and one without TLS that is not on this machine's loopback.
 */
export function otlpEndpoint(text: string): Result<URL> {
	const url = URL.parse(text);
	if (url === null || !/^https?:$/.test(url.protocol)) return refuse("The endpoint is no http or https address.");
	if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
		return refuse(
			"The endpoint has a user name, a password, a query or a fragment in it: what is typed in a command can be read by others.",
		);
	if (url.protocol === "http:" && !isOwnLoopback(url.hostname)) return refuse("The endpoint is not on this machine, so it needs https.");
	if (!url.pathname.endsWith(PATH)) url.pathname = `${url.pathname.replace(/\/$/, "")}${PATH}`;
	return ok(url);
}

/** As WHATWG URL writes it: an IPv4 address in any spelling is there with four numbers. */
function isOwnLoopback(hostname: string): boolean {
	return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function refuse(message: string): Result<never> {
	return fail("otlp-endpoint", message, "Give one such as http://127.0.0.1:4318 or https://otlp.example.com. For a token: --header.");
}
