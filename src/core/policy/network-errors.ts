/** How systems and languages say that a name or a host cannot be reached. */
const SAYINGS = [
	/\bgetaddrinfo (?:EAI_AGAIN|ENOTFOUND) ([A-Za-z0-9.-]{1,253})/g,
	/\bCould not resolve host: ([A-Za-z0-9.-]{1,253})/g,
	/\b(?:ENETUNREACH|EHOSTUNREACH) ((?:\d{1,3}\.){3}\d{1,3}:\d{1,5})\b/g,
] as const;

/** Words of such errors that name no host. */
const NAMELESS = ["fetch failed", "Temporary failure in name resolution", "Network is unreachable", "EAI_AGAIN", "ENETUNREACH"];

/**
 * What a server without a network says that it could not reach, as `host:port`; where it names no port, that of https. An empty text: it says
 * only that there is no network. Empty list: the text speaks of nothing of that kind.
 */
export function networkErrors(text: string): readonly string[] {
	const found = new Set<string>();
	for (const saying of SAYINGS)
		for (const [, host = ""] of text.matchAll(saying)) {
			const named = host.replace(/\.+$/, "").toLowerCase();
			if (found.size < 10 && named !== "") found.add(named.includes(":") ? named : `${named}:443`);
		}
	return found.size > 0 ? [...found] : NAMELESS.some((words) => text.includes(words)) ? [""] : [];
}
